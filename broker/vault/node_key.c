/* SPDX-License-Identifier: MPL-2.0
 *
 * Loads the node key and derives every subkey at once, so that node key and root are out
 * of memory before the first of them is used.
 */
#include "samtale/vault/node_key.h"

#include "parts.h"
#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>

struct node_key { /* guarded */
	struct key sub[NODE_SUBKEY_COUNT];
	bool may_wrap;
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

static void derive(const struct key *from, const char *name, uint8_t ret[32])
{
	uint8_t label[64];
	struct writer w = writer_of(label, sizeof(label));

	write_str(&w, "samtale node key 1: ");
	write_str(&w, name);
	assert(writer_ok(&w));
	keyed_hash(from, writer_bytes(&w), ret);
}

int node_key_derive(struct node_key **ret, const struct key *file, const struct key *root)
{
	struct node_key *n = secret_alloc(sizeof(*n));

	if (!n)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < NODE_SUBKEY_COUNT; i++)
		derive(i == NODE_WRAP ? file : root, names[i], n->sub[i].at);
	n->may_wrap = true;
	*ret = n;
	return 0;
}

int node_key_from_subkeys(
	struct node_key **ret, const struct key subkeys[NODE_SUBKEY_COUNT])
{
	struct node_key *n = secret_alloc(sizeof(*n));

	if (!n)
		return fault_here(ENOMEM);
	memcpy(n->sub, subkeys, sizeof(n->sub));
	secret_wipe(&n->sub[NODE_WRAP], sizeof(n->sub[NODE_WRAP]));
	*ret = n;
	return 0;
}

void node_key_id(const struct key *file, uint8_t ret[NODE_KEY_ID_BYTES])
{
	derive(file, "id", ret);
}

int node_key_read(struct key **ret, const char *path)
{
	owned(secret_freep) struct secret *file = NULL;
	struct key *key;
	int r = secret_file_load(&file, path, KEY_BYTES);

	if (r != 0)
		return r;
	if (file->len != KEY_BYTES)
		return SECRET_E_LENGTH;
	key = secret_alloc(sizeof(*key));
	if (!key)
		return fault_here(ENOMEM);
	memcpy(key->at, file->at, KEY_BYTES);
	*ret = key;
	return 0;
}

int node_key_load(struct node_key **ret, const char *path)
{
	struct key *file = NULL;
	int r = node_key_read(&file, path);

	if (r != 0)
		return r;
	r = node_key_derive(ret, file, file);
	secret_drop(file);
	return r;
}

struct node_key *node_key_free(struct node_key *n)
{
	secret_drop(n);
	return NULL;
}

const struct key *node_key_get(const struct node_key *n, enum node_subkey which)
{
	assert(which < NODE_SUBKEY_COUNT && (which != NODE_WRAP || n->may_wrap));
	return &n->sub[which];
}
