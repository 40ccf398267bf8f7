/* SPDX-License-Identifier: MPL-2.0
 *
 * Loads the node key and derives every subkey at once, so that the node key itself is
 * out of memory before the first of them is used.
 */
#include "samtale/vault/node_key.h"

#include "parts.h"
#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>

struct node_key { /* guarded */
	struct key sub[NODE_SUBKEY_COUNT];
};

static const char *const names[NODE_SUBKEY_COUNT] = {
#define X(id, name) [NODE_##id] = name,
	NODE_SUBKEYS(X)
#undef X
};

int node_key_create(const char *path)
{
	wiped(struct key, root);

	random_fill(&root, sizeof(root));
	return secret_file_create(path, bytes_of(root.at, KEY_BYTES), 0600);
}

static void derive(struct node_key *n, const struct key *root)
{
	for (size_t i = 0; i < NODE_SUBKEY_COUNT; i++) {
		uint8_t label[64];
		struct writer w = writer_of(label, sizeof(label));

		write_str(&w, "samtale node key 1: ");
		write_str(&w, names[i]);
		assert(writer_ok(&w));
		keyed_hash(root, writer_bytes(&w), n->sub[i].at);
	}
}

int node_key_load(struct node_key **ret, const char *path)
{
	owned(secret_freep) struct secret *file = NULL;
	owned(node_key_freep) struct node_key *n = NULL;
	wiped(struct key, root);
	int r = secret_file_load(&file, path, KEY_BYTES);

	if (r != 0)
		return r;
	if (file->len != KEY_BYTES)
		return SECRET_E_LENGTH;
	n = secret_alloc(sizeof(*n));
	if (!n)
		return fault_here(ENOMEM);
	memcpy(root.at, file->at, KEY_BYTES);
	derive(n, &root);
	*ret = n;
	n = NULL;
	return 0;
}

struct node_key *node_key_free(struct node_key *n)
{
	secret_drop(n);
	return NULL;
}

const struct key *node_key_get(const struct node_key *n, enum node_subkey which)
{
	assert(which < NODE_SUBKEY_COUNT);
	return &n->sub[which];
}

/* -- signing key ---------------------------------------------------------------------- */

struct sign_key { /* guarded */
	uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
	uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
};

int sign_key_create(const char *path)
{
	wiped_buf(seed, crypto_sign_SEEDBYTES);

	random_fill(seed, sizeof(seed));
	return secret_file_create(path, bytes_of(seed, sizeof(seed)), 0600);
}

int sign_key_load(struct sign_key **ret, const char *path)
{
	owned(secret_freep) struct secret *file = NULL;
	owned(sign_key_freep) struct sign_key *k = NULL;
	int r = secret_file_load(&file, path, crypto_sign_SEEDBYTES);

	if (r != 0)
		return r;
	if (file->len != crypto_sign_SEEDBYTES)
		return SECRET_E_LENGTH;
	k = secret_alloc(sizeof(*k));
	if (!k)
		return fault_here(ENOMEM);
	(void)crypto_sign_seed_keypair(k->public_key, k->secret_key, file->at);
	*ret = k;
	k = NULL;
	return 0;
}

struct sign_key *sign_key_free(struct sign_key *k)
{
	secret_drop(k);
	return NULL;
}

void sign_key_public(const struct sign_key *k, uint8_t ret[SIGN_PUBLIC_BYTES])
{
	memcpy(ret, k->public_key, SIGN_PUBLIC_BYTES);
}

/* Signs a digest of context, NUL, message: one shape, whatever the message's length. */
static void digest(const char *context, struct bytes message, uint8_t ret[64])
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, NULL, 0, 64);
	(void)crypto_generichash_update(
		&state, (const unsigned char *)context, strlen(context) + 1);
	(void)crypto_generichash_update(&state, message.at, message.len);
	(void)crypto_generichash_final(&state, ret, 64);
}

void sign_key_sign(const struct sign_key *k, const char *context, struct bytes message,
	uint8_t ret[SIGN_BYTES])
{
	uint8_t d[64];

	digest(context, message, d);
	(void)crypto_sign_detached(ret, NULL, d, sizeof(d), k->secret_key);
}

bool sign_is_good(const uint8_t public_key[SIGN_PUBLIC_BYTES], const char *context,
	struct bytes message, const uint8_t signature[SIGN_BYTES])
{
	uint8_t d[64];

	digest(context, message, d);
	return crypto_sign_verify_detached(signature, d, sizeof(d), public_key) == 0;
}
