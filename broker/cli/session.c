/* SPDX-License-Identifier: MPL-2.0
 *
 * Everything that the broker's desk does for a phrase, for one phrase alone. Keys are
 * committed before what refers to them, as there.
 */
#include "session.h"

#include "samtale/audit/audit.h"
#include "samtale/store/keys_db.h"
#include "samtale/store/sqlite.h"
#include "samtale/vault/node_key.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct session {
	int lock_fd;
	bool is_log_only;
	struct node_key *node;
	struct store *store;
	struct keys_db *keys;
	struct audit *audit;
	struct vault *vault;
};

static int record_use(void *arg, const struct vault_use *use)
{
	(void)arg; /* the sealed log will refuse here; see the daemon's twin */
	(void)use;
	return 0;
}

static int take_lock(struct session *s, struct phrase_call *c)
{
	s->lock_fd =
		open(c->place->lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		return phrase_fail(c, "The data folder %s cannot be opened: %s.%s",
			c->place->folder, strerror(errno),
			errno == ENOENT ? " `samtale init` makes it." : "");
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return phrase_fail(c,
			"A broker uses %s but does not answer at %s; is it "
			"starting or stopping?",
			c->place->folder, c->place->control);
	return 0;
}

static int open_databases(struct session *s, struct phrase_call *c)
{
	struct sqlite_parts parts = {
		.path = c->place->database, .node = s->node, .must_exist = true
	};
	const char *sentence = "";
	int r = s->is_log_only ? 0 : sqlite_store_open(&s->store, &parts, &sentence);

	if (r == -ENOENT)
		sentence = "There is no database; `samtale init` makes one.";
	if (r != 0)
		return phrase_fail(c, "%s: %s", c->place->database, sentence);
	r = keys_db_open(&s->keys, c->place->keys);
	if (r != 0)
		return phrase_fail(c, "%s: %s", c->place->keys,
			store_fault_sentence(r < 0 ? r : -EIO));
	return 0;
}

static int open_parts(struct session *s, struct phrase_call *c)
{
	struct vault_parts parts = { .record = record_use };
	struct place_error e;
	int r = place_become_owner(c->place);

	if (r < 0)
		return phrase_fail(c, "The owner of %s cannot be acted for: %s.",
			c->place->folder, strerror(-r));
	r = take_lock(s, c);
	if (r != 0)
		return r;
	r = node_key_load(&s->node, c->place->node_key);
	place_secret_sentence(r, "The node key", c->place->node_key, &e);
	if (r != 0)
		return phrase_fail(c, "%s", e.sentence);
	r = open_databases(s, c);
	if (r != 0)
		return r;
	parts.node = s->node;
	parts.shelf = keys_db_shelf(s->keys);
	if (audit_new(&s->audit, NULL) < 0 || vault_new(&s->vault, &parts) < 0)
		return phrase_fault(c, -ENOMEM);
	return 0;
}

static int open_session(struct session **ret, struct phrase_call *c, bool is_log_only)
{
	owned(session_closep) struct session *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return phrase_fault(c, -ENOMEM);
	s->is_log_only = is_log_only;
	r = open_parts(s, c);
	if (r != 0)
		return r;
	*ret = s;
	s = NULL;
	return 0;
}

int session_open(struct session **ret, struct phrase_call *c)
{
	return open_session(ret, c, false);
}

int session_open_log(struct session **ret, struct phrase_call *c)
{
	return open_session(ret, c, true);
}

struct session *session_close(struct session *s)
{
	if (!s)
		return NULL;
	(void)vault_free(s->vault);
	(void)audit_free(s->audit);
	(void)keys_db_close(s->keys);
	(void)sqlite_store_close(s->store);
	(void)node_key_free(s->node);
	if (s->lock_fd > 0)
		(void)close(s->lock_fd);
	free(s);
	return NULL;
}

int session_run(
	struct session *s, struct phrase_call *c, int (*run)(struct phrase_call *))
{
	struct store *stores[] = { keys_db_store(s->keys), s->store };
	int r = 0, code;

	c->store = s->store;
	c->vault = s->vault;
	c->audit = s->audit;
	c->node = s->node;
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(stores); i++)
		r = stores[i] ? stores[i]->batch->begin(stores[i]) : 0;
	code = r == 0 ? run(c) : 1;
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(stores); i++)
		if (code == 0 && stores[i])
			r = stores[i]->batch->commit(stores[i]);
	if (r != 0 || code != 0)
		for (size_t i = 0; i < ARRAY_LEN(stores); i++)
			if (stores[i])
				stores[i]->batch->abandon(stores[i]);
	return r == 0 ? code : phrase_fault(c, r);
}
