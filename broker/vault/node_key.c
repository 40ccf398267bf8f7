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
