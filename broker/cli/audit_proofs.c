/* SPDX-License-Identifier: MPL-2.0
 *
 * Whether an export says what the log says. A row is written from its record in one way
 * only, so it is proven by writing it once more from the record that its proof opens, and
 * nothing else may stand around it. The
 * proofs lie in a file of their own, because they open the number of the account too,
 * which the citizen's copy leaves out.
 */
#include "audit_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT_MAX (64 * 1024 * 1024)

void audit_export_row(const struct record *r, uint64_t sequence, bool with_staff,
	char ret[EXPORT_ROW_MAX])
{
	char when[WHEN_TEXT];
	struct writer w = writer_of(ret, EXPORT_ROW_MAX - 1);

	when_utc(r->utc_ms, when);
	write_fmt(&w,
		"{\"record\":%" PRIu64
		",\"time\":\"%s\",\"event\":\"%s\",\"role\":\"%s\","
		"\"purpose\":\"%s\",\"outcome\":\"%s\",\"value\":%" PRIu32,
		sequence, when, audit_name((enum audit_what)r->event),
		audit_role_name((enum audit_role)r->role),
		audit_purpose_name((enum audit_purpose)r->purpose),
		audit_outcome_name((enum audit_outcome)r->outcome), r->value);
	if (with_staff)
		write_fmt(&w, ",\"account\":%" PRIu32, r->actor);
	ret[w.len] = '\0';
}

bool audit_proof_path(const char *json, char ret[PLACE_PATH_MAX])
{
	size_t len = strlen(json);

	if (len < 5 || strcmp(json + len - 5, ".json") != 0)
		return false;
	return snprintf(ret, PLACE_PATH_MAX, "%.*s.proof", (int)(len - 5), json) <
	       PLACE_PATH_MAX;
}

/* -- files ----------------------------------------------------------------------- */
struct text {
	char *at;
	size_t len;
};

static void text_deinit(struct text *t)
{
	free(t->at);
}

static int load(struct phrase_call *c, const char *path, struct text *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_size < EXPORT_MAX)
		ret->at = calloc(1, (size_t)st.st_size + 1);
	if (ret->at)
		n = read(fd, ret->at, (size_t)st.st_size);
	if (fd >= 0)
		(void)close(fd);
	if (n >= 0) {
		ret->len = (size_t)n;
		return 0;
	}
	(void)phrase_fail(c, "%s cannot be read, or is too large.", path);
	return VERIFY_CANNOT;
}

/* -- one row --------------------------------------------------------------------- */
static int complain(struct phrase_call *c, uint64_t record, int outcome)
{
	static const char *const why[] = {
		[PROOF_E_BAD] = "its proof was changed, or its key does not open it",
		[PROOF_E_MISSING] = "its segment is not in this log",
		[PROOF_E_DIFFERS] = "the log has another record there",
	};

	if (outcome < 0) {
		(void)phrase_fail(c, "The log cannot be read: %s.", strerror(-outcome));
		return VERIFY_CANNOT;
	}
	(void)phrase_fail(c,
		"BROKEN: record %" PRIu64 " of the export does not hold: %s.", record,
		why[outcome]);
	return VERIFY_BROKEN;
}

/* Moves over what must stand there. */
static bool take_text(struct bytes *at, const char *text)
{
	size_t len = strlen(text);

	if (at->len < len || memcmp(at->at, text, len) != 0)
		return false;
	*at = bytes_of(at->at + len, at->len - len);
	return true;
}

/* Over what cannot be proven: a string of JSON, as it may stand there. */
static bool take_string(struct bytes *at)
{
	size_t i = 1;

	if (at->len == 0 || at->at[0] != '"')
		return false;
	for (; i < at->len && at->at[i] != '"'; i++) {
		if (at->at[i] < 0x20)
			return false;
		i += at->at[i] == '\\';
	}
	if (i >= at->len)
		return false;
	*at = bytes_of(at->at + i + 1, at->len - i - 1);
	return true;
}

static bool skip_head(struct bytes *at, bool *ret_with_staff)
{
	if (!take_text(at, "{\"case\":") || !take_string(at) ||
		!take_text(at, ",\"with_staff\":"))
		return false;
	*ret_with_staff = take_text(at, "true");
	return (*ret_with_staff || take_text(at, "false")) &&
	       take_text(at, ",\"records\":[\n");
}

/* The whole row: one spelling only, so that no other program reads in it what was not
 * looked at here. Meeting and name are not in the record's open part. */
static bool skip_row(
	struct bytes *at, const struct record *r, uint64_t sequence, bool with_staff)
{
	char mine[EXPORT_ROW_MAX];

	audit_export_row(r, sequence, with_staff, mine);
	return take_text(at, mine) && take_text(at, ",\"meeting\":") && take_string(at) &&
	       take_text(at, ",\"what\":\"") &&
	       take_text(at, audit_sentence_da((enum audit_what)r->event)) &&
	       take_text(at, "\"") &&
	       (!with_staff || (take_text(at, ",\"name\":") && take_string(at))) &&
	       take_text(at, "}");
}

struct checking {
	struct phrase_call *c;
	const char *folder;
	struct bytes rows, proofs; /* what is left of both */
	bool with_staff;
	uint64_t n, last; /* last: number of the record before */
};

static int broken(struct phrase_call *c, const char *sentence)
{
	(void)phrase_fail(c, "BROKEN: %s", sentence);
	return VERIFY_BROKEN;
}

static int check_row(struct checking *x)
{
	struct record_proof p;
	struct record r;
	int e = proof_find(&x->proofs, &p);

	if (e != 0)
		return complain(x->c, x->n + 1, e == PROOF_E_MISSING ? PROOF_E_BAD : e);
	e = proof_check(x->folder, &p);
	if (e == 0)
		e = proof_open(&p, &r);
	if (e != 0)
		return complain(x->c, p.sequence, e);
	if (p.sequence <= x->last)
		return broken(x->c, "a row of the export is there twice, or moved.");
	x->last = p.sequence;
	if (skip_row(&x->rows, &r, p.sequence, x->with_staff))
		return VERIFY_OK;
	(void)phrase_fail(x->c,
		"BROKEN: the export says something else of record %" PRIu64
		" than the log, or in other words than this version of Samtale.",
		p.sequence);
	return VERIFY_BROKEN;
}

/* -- the whole ------------------------------------------------------------------- */
static int check_rows(struct checking *x)
{
	struct record_proof p;

	if (!skip_head(&x->rows, &x->with_staff))
		return broken(x->c, "the export does not begin as one does.");
	for (; !take_text(&x->rows, "\n]}\n"); x->n++) {
		int r = x->n == 0 || take_text(&x->rows, ",\n")
				? check_row(x)
				: broken(x->c, "something was written into the export.");

		if (r != VERIFY_OK)
			return r;
	}
	if (x->rows.len > 0)
		return broken(x->c, "something was written behind the export's end.");
	if (proof_find(&x->proofs, &p) != PROOF_E_MISSING)
		return broken(x->c, "a row of the export was taken out.");
	if (!phrase_value(&x->c->words, "json"))
		(void)fprintf(x->c->out,
			"%" PRIu64 " records of the export stand in the log as it says\n",
			x->n);
	return VERIFY_OK;
}

int audit_verify_export(struct phrase_call *c, const char *folder, const char *json)
{
	owned(text_deinit) struct text rows = { 0 };
	owned(text_deinit) struct text proofs = { 0 };
	char path[PLACE_PATH_MAX];
	int r;

	if (!audit_proof_path(json, path)) {
		(void)phrase_fail(c, "--export is the PREFIX.json of an export.");
		return VERIFY_CANNOT;
	}
	r = load(c, json, &rows);
	if (r == 0)
		r = load(c, path, &proofs);
	return r == 0 ? check_rows(&(struct checking){ .c = c,
				.folder = folder,
				.rows = bytes_of(rows.at, rows.len),
				.proofs = bytes_of(proofs.at, proofs.len) })
		      : r;
}
