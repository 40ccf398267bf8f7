/* SPDX-License-Identifier: MPL-2.0
 *
 * Everything that the broker's desk does for a phrase, for one phrase alone. The vault's
 * folder is opened as the vault process opens it, so that what a phrase does without a
 * broker is on record like everything else. Keys are durable before what refers to them.
 */
#include "session.h"

#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/custody/custody.h"
#include "samtale/store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <syslog.h>
#include <unistd.h>

struct session {
	int lock_fd;
	bool was_root;
	struct custody *custody;
	struct store *store;
	struct audit *audit;
};

/* The journal is an anchor outside the vault's folder; the log server hears of it with
 * the broker's next start. */
static void anchor(void *arg, const char *line)
{
	(void)arg;
	syslog(LOG_AUTHPRIV | LOG_NOTICE, "%s", line);
}

struct custody_parts session_custody(const struct place *p)
{
	return (struct custody_parts){ .folder = p->vault,
		.node_key = p->node_key,
		.epoch_ms = p->settings.audit_epoch_minutes * MS_MINUTE,
		.keep_days = p->settings.audit_keep_days,
		.anchor = anchor,
		.source = RECORD_COMMAND };
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

static int open_custody(struct session *s, struct phrase_call *c, bool accept_loss)
{
	struct custody_parts parts = session_custody(c->place);
	struct audit_sink sink = { .keep = custody_note };
	struct custody_error e;
	int r;

	parts.accept_loss = accept_loss;
	r = custody_open(&s->custody, &parts, &e);
	if (r == CUSTODY_E_BAD)
		return phrase_fail(c, "%s", e.sentence);
	if (r != 0)
		return phrase_fault(c, r);
	sink.arg = s->custody;
	return audit_new(&s->audit, &sink) < 0 ? phrase_fault(c, -ENOMEM) : 0;
}

static int open_store(struct session *s, struct phrase_call *c)
{
	struct sqlite_parts parts = { .path = c->place->database,
		.node = custody_node(s->custody),
		.must_exist = true };
	const char *sentence = "";
	int r = sqlite_store_open(&s->store, &parts, &sentence);

	if (r == -ENOENT)
		sentence = "There is no database; `samtale init` makes one.";
	return r == 0 ? 0 : phrase_fail(c, "%s: %s", c->place->database, sentence);
}

static int open_parts(struct session *s, struct phrase_call *c, bool accept_loss)
{
	int r;

	s->was_root = geteuid() == 0;
	r = place_become_owner(c->place);
	if (r < 0)
		return phrase_fail(c, "The owner of %s cannot be acted for: %s.",
			c->place->folder, strerror(-r));
	r = take_lock(s, c);
	return r == 0 ? open_custody(s, c, accept_loss) : r;
}

static int open_log(struct session **ret, struct phrase_call *c, bool accept_loss)
{
	owned(session_closep) struct session *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return phrase_fault(c, -ENOMEM);
	s->lock_fd = -1;
	r = open_parts(s, c, accept_loss);
	if (r != 0)
		return r;
	*ret = s;
	s = NULL;
	return 0;
}

int session_open_log(struct session **ret, struct phrase_call *c)
{
	return open_log(ret, c, false);
}

int session_open_loss(struct session **ret, struct phrase_call *c)
{
	return open_log(ret, c, true);
}

int session_open(struct session **ret, struct phrase_call *c)
{
	owned(session_closep) struct session *s = NULL;
	int r = session_open_log(&s, c);

	if (r == 0)
		r = open_store(s, c);
	if (r != 0)
		return r;
	*ret = s;
	s = NULL;
	return 0;
}

/* What comes after the record, such as a backup, may be for root alone to write. */
static void become_self(const struct session *s)
{
	if (s->was_root && geteuid() != 0 && (seteuid(0) != 0 || setegid(0) != 0))
		abort(); /* root may always: nothing is certain any more */
}

struct session *session_close(struct session *s)
{
	if (!s)
		return NULL;
	(void)audit_free(s->audit);
	(void)sqlite_store_close(s->store);
	(void)custody_close(s->custody);
	if (s->lock_fd >= 0)
		(void)close(s->lock_fd);
	become_self(s);
	free(s);
	return NULL;
}

const struct node_key *session_node(const struct session *s)
{
	return custody_node(s->custody);
}

/* -- what a phrase may ask of the vault ------------------------------------------- */
static int reload(void *custody)
{
	return custody_reload(custody);
}

static int rotate(void *custody)
{
	return custody_rotate(custody);
}

int session_run(
	struct session *s, struct phrase_call *c, int (*run)(struct phrase_call *))
{
	const struct phrase_vault at_vault = { reload, rotate, s->custody };
	const struct store_batch *batch = s->store ? s->store->batch : NULL;
	int r = batch ? batch->begin(s->store) : 0, code;

	c->store = s->store;
	c->vault = custody_vault(s->custody);
	c->audit = s->audit;
	c->node = custody_node(s->custody);
	c->at_vault = &at_vault;
	code = r == 0 ? run(c) : 1;
	if (batch && r == 0 && code == 0)
		r = batch->commit(s->store);
	if (batch && (r != 0 || code != 0))
		batch->abandon(s->store);
	c->at_vault = NULL; /* ours ends here */
	return r == 0 ? code : phrase_fault(c, r);
}
