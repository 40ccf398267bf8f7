/* SPDX-License-Identifier: MPL-2.0
 *
 * Minutes of meetings that are over, signed by this node; whether a file of them is
 * genuine; and whether a citizen's receipt belongs to a meeting. What is opened is on
 * record first.
 */
#include "audit_inner.h"
#include "json_text.h"
#include "rows.h"

#include "samtale/base/fault.h"
#include "samtale/store/minutes.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ID_MAX   ((UINT64_C(1) << 53) - 1)
#define FILE_MAX ((size_t)VAULT_MEETINGS_MAX * MINUTES_TEXT_MAX)

/* -- which meetings ---------------------------------------------------------------- */
struct wanted { /* ids of one meeting or of a case's */
	int64_t ids[VAULT_MEETINGS_MAX];
	size_t n;
	bool is_case;
};

static int find_case(struct phrase_call *c, struct bytes ref, struct wanted *w)
{
	const struct vault_use use = { .purpose = VAULT_MINUTES };
	struct vault_ids ids = { .after = 0, .cap = ARRAY_LEN(w->ids), .at = w->ids };
	int r = ref.len <= LIMIT_CASE_REF
			? vault_find_case_here(c->vault, &use, ref, &ids)
			: 0;

	if (r < 0)
		return phrase_fault(c, r);
	w->n = ids.n;
	w->is_case = true;
	return w->n > 0 ? 0
			: phrase_fail(c, "No meeting of that case is kept: none was held "
					 "here, or all of it was deleted on its date.");
}

/* 0, or 1 after a sentence. */
static int find_wanted(struct phrase_call *c, const char *id, struct wanted *w)
{
	const char *ref = phrase_value(&c->words, "case");
	uint64_t n;

	if (!id == !ref)
		return phrase_fail(c, "Either a meeting's id or --case says which.");
	if (ref)
		return find_case(c, bytes_str(ref), w);
	if (!bytes_to_u64(bytes_str(id), ID_MAX, &n))
		return phrase_fail(c, "A meeting's id is a number.");
	w->ids[0] = (int64_t)n;
	w->n = 1;
	return 0;
}

static int note(struct phrase_call *c, enum audit_what what, int64_t meeting)
{
	const struct audit_event e = { .what = what,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = AUDIT_DONE,
		.role = AUDIT_ADMINISTRATOR,
		.meeting = (uint64_t)meeting };

	return audit_note(c->audit, &e);
}

/* On record before any of it leaves; nothing does of a meeting that is not over. An
 * outcome of minutes_find(), or a fault. */
static int find_one(
	struct phrase_call *c, enum audit_what what, int64_t meeting, struct minutes *ret)
{
	struct minutes_ask ask = { c->store, c->vault, c->node, meeting, 0 };
	int r = minutes_find(&ask, ret);

	if (r == 0)
		r = note(c, what, meeting);
	return r < 0 ? fault_pass(r) : r;
}

/* -- giving them out --------------------------------------------------------------- */

static void put_part(FILE *to, struct bytes part)
{
	char text[MINUTES_TEXT_MAX];

	if (bytes_to_str(part, text, sizeof(text)))
		json_text_put(to, text);
}

/* The fields of the text, which is `key: value` on every line but the first, and the text
 * itself: only that can be checked. */
static void print_json(FILE *to, const char *text)
{
	const char *line = strchr(text, '\n') + 1;

	(void)fputs("{", to);
	while (*line) {
		size_t len = strcspn(line, "\n"), key = strcspn(line, ":");

		put_part(to, bytes_of(line, key));
		(void)fputs(":", to);
		put_part(to, bytes_of(line + key + 2, len - key - 2));
		(void)fputs(",", to);
		line += len + 1;
	}
	(void)fputs("\"text\":", to);
	json_text_put(to, text);
	(void)fputs("}", to);
}

static int issue(struct phrase_call *c, const struct minutes *m, size_t n)
{
	char text[MINUTES_TEXT_MAX + 1];
	struct writer w = writer_of(text, sizeof(text) - 1);
	bool json = phrase_value(&c->words, "json");
	int r = minutes_issue(c->vault, m, c->place->settings.org_name, &w);

	if (r < 0)
		return fault_pass(r);
	text[w.len] = '\0';
	if (n > 0)
		(void)fputs(json ? "," : "\n", c->out);
	if (json)
		print_json(c->out, text);
	else
		(void)fputs(text, c->out);
	return 0;
}

/* Says why there are none, of a case only when there are none at all. */
static int none(struct phrase_call *c, const struct wanted *w, int outcome, size_t open)
{
	if (!w->is_case)
		return phrase_fail(c, "%s", minutes_sentence(outcome));
	return phrase_fail(c,
		open ? "No meeting of that case is over; minutes are made when it is."
		     : "The records of that case's meetings are gone: deleted on their "
		       "dates or erased.");
}

static int issue_all(struct phrase_call *c, const struct wanted *w)
{
	size_t given = 0, open = 0;
	int r = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct minutes m;

		r = find_one(c, AUDIT_MINUTES_SIGNED, w->ids[i], &m);
		open += r == MINUTES_E_NOT_ENDED;
		if (r == 0)
			r = issue(c, &m, given);
		if (r < 0)
			return phrase_fault(c, r);
		given += r == 0;
	}
	if (given == 0)
		return none(c, w, r, open);
	if (open)
		(void)fprintf(c->err,
			"Not over yet, and left out: %zu of %zu meetings.\n", open, w->n);
	return 0;
}

int run_meeting_minutes(struct phrase_call *c)
{
	bool json = phrase_value(&c->words, "json");
	struct wanted w = { 0 };
	int r = find_wanted(c, phrase_value(&c->words, "id"), &w);

	if (r == 0 && json)
		(void)fputs("[", c->out);
	if (r == 0)
		r = issue_all(c, &w);
	if (r == 0 && json)
		(void)fputs("]\n", c->out);
	return r;
}

/* -- a receipt --------------------------------------------------------------------- */
int run_meeting_receipt(struct phrase_call *c)
{
	struct bytes code = bytes_str(phrase_value(&c->words, "code"));
	struct wanted w = { 0 };
	int r = find_wanted(c, phrase_value(&c->words, "id"), &w);

	if (r != 0)
		return r;
	for (size_t i = 0; i < w.n; i++) {
		struct minutes m;

		r = find_one(c, AUDIT_RECORD_READ, w.ids[i], &m);
		if (r < 0)
			return phrase_fault(c, r);
		if (r == 0 && receipt_fits(m.receipt, code)) {
			(void)fprintf(c->out,
				"The receipt belongs to meeting %" PRId64 ".\n",
				m.meeting);
			return 0;
		}
	}
	if (r != 0 && !w.is_case)
		return phrase_fail(c, "%s", minutes_sentence(r));
	return phrase_fail(c, "The receipt does not belong to %s.",
		w.is_case ? "any meeting of that case that is kept" : "that meeting");
}

/* -- checking a file --------------------------------------------------------------- */

/* 0, or 1 after a sentence; *ret is the caller's to free. */
static int read_file(
	struct phrase_call *c, const char *path, uint8_t **ret, size_t *ret_len)
{
	FILE *f = fopen(path, "re");
	owned(heap_freep) uint8_t *text = f ? malloc(FILE_MAX + 1) : NULL;
	size_t len = text ? fread(text, 1, FILE_MAX + 1, f) : 0;
	bool is_bad = !f || !text || ferror(f);
	int why = errno;

	if (f)
		(void)fclose(f);
	if (is_bad)
		return phrase_fail(c, "%s cannot be read: %s.", path, strerror(why));
	if (len > FILE_MAX)
		return phrase_fail(c, "%s is too long to be minutes.", path);
	*ret = text;
	*ret_len = len;
	text = NULL;
	return 0;
}

int run_meeting_verify(struct phrase_call *c)
{
	const char *path = phrase_value(&c->words, "file");
	const char *key_file = phrase_value(&c->words, "key");
	owned(heap_freep) uint8_t *text = NULL;
	uint8_t key[SIGN_PUBLIC];
	unsigned n = 0;
	size_t len = 0;
	int r = audit_load_signing(
		c, key_file ? key_file : c->place->signing_public, key);

	if (r == 0)
		r = read_file(c, path, &text, &len);
	if (r != 0)
		return r;
	r = minutes_check(bytes_of(text, len), key, &n);
	if (r < 0)
		return phrase_fault(c, r);
	if (r != 0)
		return phrase_fail(c, "%s: %s%s", path, n ? "Further down: " : "",
			minutes_sentence(r));
	(void)fprintf(
		c->out, n == 1 ? "%s: genuine\n" : "%s: genuine, %u minutes\n", path, n);
	return 0;
}
