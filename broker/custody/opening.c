/* SPDX-License-Identifier: MPL-2.0
 *
 * keys.db and the node key that it is wrapped under. While a rotation is interrupted
 * there are two node keys: which of them counts is what keys.db says, and it says so in
 * the transaction that wrapped everything anew.
 */
#include "inside.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* -- the node key ------------------------------------------------------------------ */
static int say_node_key(struct custody_error *e, const char *path, int outcome)
{
	if (outcome < 0)
		return custody_say(e, "The node key %s cannot be read: %s.", path,
			strerror(-outcome));
	if (outcome == SECRET_E_MISSING)
		return custody_say(e,
			"The node key %s is missing. Without it nothing that is kept can "
			"be opened: put back the copy that was made when the "
			"installation was set up or its key was last rotated.",
			path);
	if (outcome == SECRET_E_READABLE)
		return custody_say(e,
			"Others than its owner may read the node key %s; chmod 600 it.",
			path);
	return custody_say(
		e, "The node key %s is not 32 bytes long: it is damaged.", path);
}

static bool is_of(const struct key *file, const struct keys_root *root)
{
	uint8_t id[NODE_KEY_ID_BYTES];

	node_key_id(file, id);
	return memcmp(id, root->key_id, sizeof(id)) == 0;
}

static void key_freep(struct key **at)
{
	secret_drop(*at);
	*at = NULL;
}

static int say_wrong_key(const struct custody *c, struct custody_error *e)
{
	return custody_say(e,
		"The node key %s does not belong to %s: it is that of another "
		"installation, or from before the last `samtale key rotate`. Put the "
		"right one there, or restore the key backup that belongs to it.",
		c->paths.node, c->paths.keys);
}

/* The root that lies in keys.db, with whichever node key opens it. */
static int open_root(struct custody *c, const struct keys_root *root, struct key *file,
	struct custody_error *e)
{
	owned(key_freep) struct key *next = NULL;
	int r;

	if (!is_of(file, root)) {
		r = node_key_read(&next, c->paths.node_new);
		if (r != 0 || !is_of(next, root))
			return say_wrong_key(c, e);
		*file = *next;
	}
	r = node_key_derive(&c->full, file, file);
	if (r < 0)
		return fault_pass(r);
	if (!root_unwrap(node_key_get(c->full, NODE_WRAP), root->wrapped, c->root))
		return custody_say(e,
			"%s is damaged: its root key does not open. Restore the newest "
			"key backup.",
			c->paths.keys);
	return 0;
}

/* Of an installation before there was a root key, the node key is it. */
static int find_root(struct custody *c, struct key *file, struct custody_error *e)
{
	struct keys_root root;
	int r = keys_db_root_get(c->keys, &root);

	if (r < 0)
		return fault_pass(r);
	if (r == 0)
		return open_root(c, &root, file, e);
	*c->root = *file;
	return 0;
}

static int derive(struct custody *c, const struct key *file)
{
	struct key *sub = secret_alloc(NODE_SUBKEY_COUNT * sizeof(*sub));
	int r = sub ? 0 : fault_here(ENOMEM);

	c->full = node_key_free(c->full);
	if (r == 0)
		r = node_key_derive(&c->full, file, c->root);
	for (unsigned i = 0; r == 0 && i < NODE_SUBKEY_COUNT; i++)
		if (i != NODE_WRAP)
			sub[i] = *node_key_get(c->full, (enum node_subkey)i);
	if (r == 0)
		r = node_key_from_subkeys(&c->most, sub);
	secret_drop(sub);
	return r;
}

/* -- keys.db ----------------------------------------------------------------------- */
static int open_keys_db(struct custody *c, struct custody_error *e)
{
	int r;

	if (access(c->paths.keys, F_OK) != 0)
		return custody_say(e,
			"%s is missing, and with it every key of a meeting: restore the "
			"newest key backup. If there is none, `samtale init` begins "
			"anew; "
			"what was sealed before stays shut for ever.",
			c->paths.keys);
	r = keys_db_open(&c->keys, c->paths.keys);
	if (r == 0)
		return 0;
	return custody_say(e, "%s: %s", c->paths.keys,
		r == SQLITE_STORE_E_NEWER
			? "It was written by a newer version of Samtale; install that."
		: r == SQLITE_STORE_E_DAMAGED
			? "It is damaged; restore the newest key backup."
			: store_fault_sentence(r));
}

/* Keys without any record: whoever uses them stages the record in the same group. */
static int no_record(void *arg, const struct vault_use *use)
{
	(void)arg;
	(void)use;
	return 0;
}

static int new_shelf(
	struct vault **ret, const struct custody *c, const struct node_key *node)
{
	const struct vault_parts parts = {
		.node = node, .shelf = keys_db_shelf(c->keys), .record = no_record
	};

	return vault_new(ret, &parts);
}

int custody_open_keys(struct custody *c, struct custody_error *e)
{
	owned(key_freep) struct key *file = NULL;
	int r = open_keys_db(c, e);

	if (r != 0)
		return r;
	c->batch = keys_db_store(c->keys);
	r = node_key_read(&file, c->paths.node);
	if (r != 0)
		return say_node_key(e, c->paths.node, r);
	c->root = secret_alloc(sizeof(*c->root));
	if (!c->root)
		return fault_here(ENOMEM);
	r = find_root(c, file, e);
	if (r == 0)
		r = derive(c, file);
	return r == 0 ? new_shelf(&c->shelf, c, c->full) : r;
}

void custody_close_keys(struct custody *c)
{
	c->shelf = vault_free(c->shelf);
	c->most = node_key_free(c->most);
	c->full = node_key_free(c->full);
	secret_drop(c->root);
	c->root = NULL;
	c->keys = keys_db_close(c->keys);
	c->batch = NULL;
}

/* -- replacing the node key -------------------------------------------------------- */
static int put_root(struct custody *c, const struct key *wrap, const struct key *file)
{
	struct keys_root root;

	root_wrap(wrap, c->root, root.wrapped);
	node_key_id(file, root.key_id);
	return keys_db_root_put(c->keys, &root);
}

/* One transaction: whatever becomes of us, either key opens everything or the other. */
static int rewrap(struct custody *c, const struct node_key *next, const struct key *file)
{
	const struct key_shelf *shelf = keys_db_shelf(c->keys);
	const struct key *from = node_key_get(c->full, NODE_WRAP);
	const struct key *to = node_key_get(next, NODE_WRAP);
	int r = c->batch->batch->begin(c->batch);

	if (r < 0)
		return fault_pass(r);
	r = next == c->full ? 0 : shelf_rewrap(shelf, from, to);
	if (r == 0)
		r = put_root(c, to, file);
	if (r == 0)
		return c->batch->batch->commit(c->batch);
	c->batch->batch->abandon(c->batch);
	return r;
}

static int make_next(struct custody *c, struct key **ret)
{
	int r;

	if (unlink(c->paths.node_new) < 0 && errno != ENOENT)
		return fault_here(errno);
	r = node_key_create(c->paths.node_new);
	return r < 0 ? fault_pass(r) : fault_fold(node_key_read(ret, c->paths.node_new));
}

static int put_in_place(const struct custody *c)
{
	if (rename(c->paths.node_new, c->paths.node) < 0)
		return fault_here(errno);
	return secret_folder_sync(c->paths.node);
}

static int put_on_record(struct custody *c, enum audit_outcome outcome)
{
	const struct audit_event event = { .what = AUDIT_NODE_KEY_ROTATED,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = outcome,
		.role = AUDIT_SYSTEM };
	int r = stage_event(c, &event, RECORD_VAULT, NULL);
	struct group_end end = group_end(c);

	if (r == 0)
		r = end.log;
	return r == STAGE_E_FULL ? fault_here(ENOSPC) : r;
}

/* What fails leaves the new file where it is: a commit that failed at its sync can still
 * be found whole after a crash, and then nothing else opens keys.db. The next start, or
 * the next rotation, knows by keys.db which of the two counts. */
static int replace(struct custody *c)
{
	owned(node_key_freep) struct node_key *next = NULL;
	owned(key_freep) struct key *file = NULL;
	owned(vault_freep) struct vault *shelf = NULL;
	int r = make_next(c, &file);

	if (r == 0)
		r = node_key_derive(&next, file, c->root);
	if (r == 0)
		r = new_shelf(&shelf, c, next);
	if (r == 0)
		r = rewrap(c, next, file);
	if (r < 0)
		return fault_pass(r);
	vault_freep(&c->shelf);
	node_key_freep(&c->full);
	c->shelf = shelf;
	c->full = next;
	shelf = NULL;
	next = NULL;
	return put_in_place(c);
}

int custody_rotate(struct custody *c)
{
	int r = put_on_record(c, AUDIT_DONE);

	if (r == 0)
		r = replace(c);
	if (r < 0)
		(void)put_on_record(c, AUDIT_FAILED);
	return r;
}

/* -- after a crash ----------------------------------------------------------------- */
static int finish_rotation(struct custody *c, const struct keys_root *root)
{
	owned(key_freep) struct key *next = NULL;
	int r = node_key_read(&next, c->paths.node_new);

	if (r == SECRET_E_MISSING)
		return 0;
	if (r == 0 && is_of(next, root))
		return put_in_place(c);
	/* Cut short, or never used: nothing is wrapped under it. */
	if (unlink(c->paths.node_new) < 0)
		return fault_here(errno);
	return 0;
}

int custody_settle_keys(struct custody *c, struct custody_error *e)
{
	owned(key_freep) struct key *file = NULL;
	struct keys_root root;
	int r = keys_db_root_get(c->keys, &root);

	if (r == STORE_E_NONE) {
		r = fault_fold(node_key_read(&file, c->paths.node));
		if (r == 0)
			r = rewrap(c, c->full, file);
		if (r == 0)
			r = fault_fold(keys_db_root_get(c->keys, &root));
	}
	if (r == 0)
		r = finish_rotation(c, &root);
	if (r < 0)
		return custody_say(e,
			"The node key in %s could not be put in order: %s. Check the "
			"rights and the room of the vault's folder.",
			c->paths.node, strerror(-r));
	return fault_fold(r);
}
