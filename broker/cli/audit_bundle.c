/* SPDX-License-Identifier: MPL-2.0
 *
 * The only step of a reading that happens on the host: segments and record keys, sealed
 * to the auditors, in one file that the host cannot open again. That it was made is on
 * record before it exists.
 */
#include "audit_inner.h"
#include "client.h"
#include "json_text.h"
#include "note.h"
#include "rows.h"

#include "samtale/base/fault.h"
#include "samtale/store/keys_db.h"
#include "samtale/vault/node_key.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_AT_ONCE 64

int audit_reader_fail(struct phrase_call *c, int outcome, const char *path)
{
	static const char *const sentences[] = {
		[READER_E_MISSING] = "there is no such file, or nothing of that time",
		[READER_E_BAD] = "it is damaged, or not such a file; `samtale audit "
				 "verify` says where a log is damaged",
		[READER_E_KEY] = "this auditor's key opens nothing of it: another "
				 "auditor's, or one from before or after the change of "
				 "auditors",
		[READER_E_TWICE] = "both shares are of the same auditor; two different "
				   "ones are needed",
		[READER_E_OTHER] = "a share belongs to another bundle; make it anew from "
				   "this one",
		[READER_E_FEW] =
			"two auditors are needed: give the share of a second one",
	};

	if (outcome == -EEXIST)
		return phrase_fail(c, "%s is there already; it is not replaced.", path);
	if (outcome < 0)
		return phrase_fail(c, "%s: %s.", path, strerror(-outcome));
	return phrase_fail(c, "%s: %s.", path,
		outcome < (int)ARRAY_LEN(sentences) ? sentences[outcome]
						    : "it cannot be read");
}

/* -- the record keys ------------------------------------------------------------- */
struct shelf_walk {
	struct node_key *node;
	struct keys_db *keys;
	struct shelf_row rows[KEYS_AT_ONCE];
	size_t n, at;
	int64_t after;
};

static void shelf_walk_free(struct shelf_walk *w)
{
	(void)keys_db_close(w->keys);
	(void)node_key_free(w->node);
	free(w);
}

static void shelf_walk_freep(struct shelf_walk **w)
{
	if (*w)
		shelf_walk_free(*w);
}

static int refill(struct shelf_walk *w)
{
	const struct key_shelf *shelf = keys_db_shelf(w->keys);
	int r = shelf->list(shelf->arg, w->after, w->rows, KEYS_AT_ONCE, &w->n);

	w->at = 0;
	if (r == 0 && w->n > 0)
		w->after = w->rows[w->n - 1].meeting;
	return fault_fold(r);
}

static int next_key(void *arg, int64_t *ret_meeting, struct key *ret_mk, bool *ret_key)
{
	struct shelf_walk *w = arg;
	const struct shelf_row *row;
	wiped(struct meeting_keys, keys);
	int r = 0;

	do {
		if (w->at == w->n)
			r = refill(w);
		row = &w->rows[w->at++];
	} while (r == 0 && w->n > 0 && !row->has_mk);
	*ret_key = r == 0 && w->n > 0;
	if (!*ret_key)
		return r;
	r = shelf_unwrap(node_key_get(w->node, NODE_WRAP), row, &keys);
	*ret_meeting = row->meeting;
	*ret_mk = keys.mk;
	return fault_fold(r);
}

static int open_shelf(struct phrase_call *c, struct shelf_walk **ret)
{
	owned(shelf_walk_freep) struct shelf_walk *w = calloc(1, sizeof(*w));
	struct place_error e;
	int r;

	if (!w)
		return phrase_fault(c, -ENOMEM);
	r = node_key_load(&w->node, c->place->node_key);
	place_secret_sentence(r, "The node key", c->place->node_key, &e);
	if (r == SECRET_E_MISSING && client_is_served(c->place->control))
		return phrase_fail(c, "The node key is a credential of the service, and "
				      "a bundle needs it: docs/install.md 4 says how a "
				      "phrase is given it.");
	if (r != 0)
		return phrase_fail(c, "%s", e.sentence);
	r = keys_db_open(&w->keys, c->place->keys);
	if (r != 0)
		return phrase_fail(c, "%s cannot be used: %s", c->place->keys,
			store_fault_sentence(r < 0 ? r : -EIO));
	w->after = INT64_MIN;
	*ret = w;
	w = NULL;
	return 0;
}

/* -- the file -------------------------------------------------------------------- */
int audit_write_bundle(
	struct phrase_call *c, const char *path, const struct when_span *span)
{
	owned(shelf_walk_freep) struct shelf_walk *w = NULL;
	struct auditor_set set;
	struct bundle_parts parts = { .folder = c->place->audit,
		.auditors = &set,
		.from_ms = span->from_ms,
		.to_ms = span->to_ms,
		.next_key = next_key };
	int r = audit_load_auditors(c, c->place->auditors, &set);

	if (r == 0)
		r = audit_load_signing(c, c->place->signing_public, parts.signing);
	if (r == 0)
		r = note_put(c, "bundle", 0);
	if (r == 0)
		r = open_shelf(c, &w);
	if (r != 0)
		return r;
	parts.arg = w;
	r = bundle_write(path, &parts);
	return r == 0 ? 0 : audit_reader_fail(c, r, r > 0 ? c->place->audit : path);
}

int run_audit_bundle(struct phrase_call *c)
{
	const char *file = phrase_value(&c->words, "file");
	struct when_span span;
	int r;

	if (!when_days(phrase_value(&c->words, "from"), phrase_value(&c->words, "to"),
		    &span))
		return phrase_fail(c,
			"--from and --to are days such as 2026-11-22, the first and the "
			"last.");
	r = audit_write_bundle(c, file, &span);
	if (r == 0 && phrase_value(&c->words, "json"))
		json_texts_put(c->out, (const char *const[][2]){ { "bundle", file } }, 1);
	else if (r == 0)
		(void)fprintf(c->out,
			"%s is written. Each auditor, alone and away from this host: "
			"samtale audit share %s --key NAME.auditor --out NAME.share\n",
			file, file);
	return r;
}
