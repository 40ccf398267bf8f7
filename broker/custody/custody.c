/* SPDX-License-Identifier: MPL-2.0
 *
 * A custody is made, opened and closed here. It opens nothing that it cannot record:
 * without auditors, without a log or with somebody else's keys it refuses, and says in
 * one sentence what is wrong and what to do.
 */
#include "inside.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/vault/signature.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int custody_say(struct custody_error *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(e->sentence, sizeof(e->sentence), fmt, args);
	va_end(args);
	return CUSTODY_E_BAD;
}

/* -- paths ------------------------------------------------------------------------- */
static bool join(char ret[CUSTODY_PATH_MAX], const char *a, const char *b)
{
	int n = snprintf(ret, CUSTODY_PATH_MAX, "%s%s", a, b);

	return n > 0 && n < CUSTODY_PATH_MAX;
}

/* The systemd credential `signing_key`, else the file in the vault's folder. */
static bool find_signing(char ret[CUSTODY_PATH_MAX], const char *folder)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");

	if (credentials && *credentials && join(ret, credentials, "/signing_key") &&
		access(ret, F_OK) == 0)
		return true;
	return join(ret, folder, "/signing.key");
}

int custody_find_paths(struct custody_paths *ret, const struct custody_parts *parts,
	struct custody_error *e)
{
	struct custody_paths p;
	const char *folder = parts->folder;

	if (!join(p.auditors, folder, "/auditors") || !find_signing(p.signing, folder) ||
		!join(p.signing_public, folder, "/signing.pub") ||
		!join(p.keys, folder, "/keys.db") || !join(p.audit, folder, "/audit") ||
		!join(p.log_id, folder, "/log.id") ||
		!join(p.node, parts->node_key, "") ||
		!join(p.node_new, parts->node_key, ".new"))
		return custody_say(e, "The path of the vault's folder is too long.");
	*ret = p;
	return 0;
}

/* -- the signing key --------------------------------------------------------------- */
static int load_signing(struct key **ret, const char *path, struct custody_error *e)
{
	int r = node_key_read(ret, path); /* 32 bytes as well */

	if (r == 0)
		return 0;
	if (r < 0)
		return custody_say(
			e, "The signing key %s cannot be read: %s.", path, strerror(-r));
	return custody_say(e, "The signing key %s %s.", path,
		r == SECRET_E_MISSING
			? "is missing; put its copy back. Without one `samtale init` "
			  "makes a new key, and what was signed before is checked with "
			  "the old signing.pub"
		: r == SECRET_E_READABLE
			? "may be read by others than its owner; chmod 600 it"
			: "is not 32 bytes long: it is damaged");
}

/* signing.pub as openssl takes it. One that differs is of another key: somebody may have
 * published it, so it is not replaced behind their back. */
static int publish(const struct custody_paths *p, const uint8_t public_key[SIGN_PUBLIC],
	struct custody_error *e)
{
	char pem[SIGN_PEM_TEXT], old[SIGN_PEM_TEXT + 1] = "";
	FILE *f;
	int r;

	sign_public_pem(public_key, pem);
	r = secret_file_create(p->signing_public, bytes_str(pem), 0644);
	if (r == 0)
		return 0;
	if (r != -EEXIST)
		return custody_say(
			e, "%s cannot be written: %s.", p->signing_public, strerror(-r));
	f = fopen(p->signing_public, "re");
	if (f) {
		old[fread(old, 1, sizeof(old) - 1, f)] = '\0';
		(void)fclose(f);
	}
	if (strcmp(old, pem) == 0)
		return 0;
	return custody_say(e,
		"%s is not the public half of %s. If the key was replaced on purpose, "
		"move "
		"the old file away and keep it: it checks what was signed before.",
		p->signing_public, p->signing);
}

static int open_signing(struct custody *c, struct custody_error *e)
{
	int r = load_signing(&c->signing, c->paths.signing, e);

	if (r != 0)
		return r;
	sign_public(c->signing, c->signing_public);
	return publish(&c->paths, c->signing_public, e);
}

/* -- making ------------------------------------------------------------------------ */
static int make_folder(const char *folder, struct custody_error *e)
{
	struct stat st;

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return custody_say(e, "The vault's folder %s cannot be made: %s.", folder,
			strerror(errno));
	if (lstat(folder, &st) < 0 || !S_ISDIR(st.st_mode))
		return custody_say(e, "%s is no folder.", folder);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return custody_say(e,
			"Others than its owner may enter the vault's folder %s; chmod "
			"700 it.",
			folder);
	return 0;
}

/* A fresh one, or the file that is there. */
static int make_key(const char *path, const char *what, struct custody_error *e)
{
	int r = node_key_create(path);

	if (r == 0 || r == -EEXIST)
		return 0;
	return custody_say(
		e, "The %s %s cannot be written: %s.", what, path, strerror(-r));
}

/* A fresh keys.db has a root of its own, so that not even the first node key tells the
 * other keys. */
static int make_keys_db(const struct custody_paths *p, struct custody_error *e)
{
	struct custody c = { .paths = *p };
	bool is_fresh = access(p->keys, F_OK) != 0;
	struct keys_db *fresh = NULL;
	int r = is_fresh ? keys_db_open(&fresh, p->keys) : 0;

	(void)keys_db_close(fresh);
	if (r != 0)
		return custody_say(
			e, "%s: %s", p->keys, store_fault_sentence(r < 0 ? r : -EIO));
	r = custody_open_keys(&c, e);
	if (r == 0 && is_fresh)
		random_fill(c.root, sizeof(*c.root));
	if (r == 0)
		r = custody_settle_keys(&c, e);
	custody_close_keys(&c);
	return r;
}

int custody_make(const struct custody_parts *parts, const char *old_folder,
	struct custody_error *ret)
{
	struct custody_paths p;
	struct key *signing = NULL;
	uint8_t public_key[SIGN_PUBLIC];
	int r = custody_find_paths(&p, parts, ret);

	if (r == 0)
		r = make_folder(parts->folder, ret);
	if (r == 0 && old_folder)
		r = custody_move_in(&p, old_folder, ret);
	/* A new node key beside an old keys.db would open nothing of it. */
	if (r == 0 && access(p.keys, F_OK) != 0)
		r = make_key(p.node, "node key", ret);
	if (r == 0)
		r = make_key(p.signing, "signing key", ret);
	if (r == 0)
		r = make_keys_db(&p, ret);
	if (r == 0)
		r = load_signing(&signing, p.signing, ret);
	if (r == 0) {
		sign_public(signing, public_key);
		r = publish(&p, public_key, ret);
	}
	secret_drop(signing);
	return r;
}

/* -- opening ----------------------------------------------------------------------- */
static int open_auditors(struct custody *c, struct custody_error *e)
{
	int r = auditor_set_load(c->paths.auditors, &c->auditors);

	if (r == 0)
		return 0;
	if (r < 0)
		return custody_say(
			e, "%s cannot be read: %s.", c->paths.auditors, strerror(-r));
	if (r == AUDITOR_E_MISSING)
		return custody_say(e,
			"There are no auditors, so nobody could read the log and nothing "
			"may be served: `samtale audit keygen` makes their keys offline, "
			"`samtale init --auditors FILE` takes the public halves to %s.",
			c->paths.auditors);
	return custody_say(e,
		r == AUDITOR_E_TWICE
			? "The same auditor stands twice in %s: two keys of one person "
			  "are no dual control."
			: "%s must hold one to three lines, each as it stands in an "
			  "auditor's .auditor.pub.",
		c->paths.auditors);
}

static int open_log(
	struct custody *c, const struct custody_parts *parts, struct custody_error *e)
{
	const struct audit_log_parts log = { .folder = c->paths.audit,
		.auditors = &c->auditors,
		.signing = c->signing,
		.epoch_ms = parts->epoch_ms,
		.anchor = parts->anchor,
		.arg = parts->arg,
		.accept_loss = parts->accept_loss };
	const char *sentence = "";
	int r = audit_log_open(&c->log, &log, &sentence);

	if (r == 0)
		return 0;
	if (r < 0)
		return custody_say(e, "The log %s could not be opened: %s. %s",
			c->paths.audit, strerror(-r), sentence);
	return custody_say(e, "The log %s: %s", c->paths.audit, sentence);
}

static int open_memory(struct custody *c)
{
	int r = known_new(&c->known);

	if (r == 0)
		r = seen_new(&c->seen);
	if (r == 0)
		r = vault_remote_new(&c->door, &custody_door, c, NULL, NULL);
	if (r < 0)
		return fault_pass(r);
	c->out = secret_alloc(CUSTODY_OUT_BYTES);
	return c->out ? 0 : fault_here(ENOMEM);
}

/* The log opens only for one at a time: what is changed after it is changed by nobody
 * else. */
static int open_all(
	struct custody *c, const struct custody_parts *parts, struct custody_error *e)
{
	int r = custody_find_paths(&c->paths, parts, e);

	if (r == 0)
		r = open_auditors(c, e);
	if (r == 0)
		r = open_signing(c, e);
	if (r == 0)
		r = custody_open_keys(c, e);
	if (r == 0)
		r = open_memory(c);
	if (r == 0)
		r = custody_find_past(c, parts, e);
	if (r == 0)
		r = open_log(c, parts, e);
	if (r == 0)
		r = custody_settle_keys(c, e);
	if (r == 0)
		r = custody_keep_past(c);
	return r;
}

int custody_open(struct custody **ret, const struct custody_parts *parts,
	struct custody_error *ret_error)
{
	owned(custody_closep) struct custody *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return fault_here(ENOMEM);
	c->keep_ms = parts->keep_days * MS_DAY;
	c->source = parts->source;
	r = open_all(c, parts, ret_error);
	if (r != 0)
		return r;
	*ret = c;
	c = NULL;
	return 0;
}

struct custody *custody_close(struct custody *c)
{
	if (!c)
		return NULL;
	if (c->log)
		(void)group_end(c);
	c->log = audit_log_close(c->log);
	c->door = vault_free(c->door);
	c->seen = seen_free(c->seen);
	c->known = known_free(c->known);
	secret_drop(c->out);
	custody_close_keys(c);
	secret_drop(c->signing);
	free(c);
	return NULL;
}

/* -- looking at it ----------------------------------------------------------------- */
struct vault *custody_vault(struct custody *c)
{
	return c->door;
}

const struct node_key *custody_node(struct custody *c)
{
	return c->most;
}

const struct auditor_set *custody_auditors(const struct custody *c)
{
	return &c->auditors;
}

int64_t custody_tick(struct custody *c)
{
	return audit_log_tick(c->log);
}
