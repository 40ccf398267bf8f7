/* SPDX-License-Identifier: MPL-2.0
 *
 * Whether an export says what the log says. A row is written from its record in one way
 * only, so it is proven by writing it once more from the record that its proof opens. The
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
	char *at; /* NUL-terminated */
	size_t len;
};

static void text_deinit(struct text *t)
{
	free(t->at);
}

static int load(struct phrase_call *c, const char *path, struct text *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
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

/* The export's next row, moved over; NULL: there is none. */
static const char *next_row(const char **at)
{
	const char *row = strstr(*at, "{\"record\":");

	if (row)
		*at = row + 1;
	return row;
}

static bool is_said_by(const char *row, const struct record *r, uint64_t sequence)
{
	char mine[EXPORT_ROW_MAX];
	size_t len;

	audit_export_row(r, sequence, false, mine);
	len = strlen(mine);
	if (strncmp(row, mine, len) != 0)
		return false;
	if (strncmp(row + len, ",\"account\":", 11) != 0)
		return row[len] == ',';
	audit_export_row(r, sequence, true, mine);
	len = strlen(mine);
	return strncmp(row, mine, len) == 0 && row[len] == ',';
}

static int check_row(struct phrase_call *c, const char *folder, const char *row,
	struct record_proof *p)
{
	struct record r;
	int e = proof_check(folder, p);

	if (e == 0)
		e = proof_open(p, &r);
	if (e != 0)
		return complain(c, p->sequence, e);
	if (is_said_by(row, &r, p->sequence))
		return VERIFY_OK;
	(void)phrase_fail(c,
		"BROKEN: the export says something else of record %" PRIu64
		" than the log.",
		p->sequence);
	return VERIFY_BROKEN;
}

/* -- the whole ------------------------------------------------------------------- */
static int check_rows(
	struct phrase_call *c, const char *folder, const char *rows, struct bytes proofs)
{
	struct record_proof p;
	const char *row;
	uint64_t n = 0;

	while ((row = next_row(&rows))) {
		int r = proof_find(&proofs, &p);

		if (r == 0)
			r = check_row(c, folder, row, &p);
		else
			r = complain(c, n + 1, r == PROOF_E_MISSING ? PROOF_E_BAD : r);
		if (r != VERIFY_OK)
			return r;
		n++;
	}
	if (proof_find(&proofs, &p) != PROOF_E_MISSING) {
		(void)phrase_fail(c, "BROKEN: a row of the export was taken out.");
		return VERIFY_BROKEN;
	}
	if (!phrase_value(&c->words, "json"))
		(void)fprintf(c->out,
			"%" PRIu64 " records of the export stand in the log as it says\n",
			n);
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
	return r == 0 ? check_rows(c, folder, rows.at, bytes_of(proofs.at, proofs.len))
		      : r;
}
