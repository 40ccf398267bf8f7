/* SPDX-License-Identifier: MPL-2.0
 *
 * Tries the log out: writes one with auditors of its own in a folder of its own, reads it
 * back with two of the three, damages copies of it in every way that it knows, and asks
 * whether each was found. It touches nothing of the installation.
 */
#include "audit_inner.h"
#include "note.h"
#include "rows.h"

#include "samtale/audit/log.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITTEN  200
#define MEETING  INT64_C(4711)
#define PATH_CAP 128
#define EPOCH_MS 60000

struct self {
	struct phrase_call *c;
	char folder[64];
	struct auditor_set auditors;
	struct key *secrets[AUDITORS_MAX], *signing, *mk;
	uint8_t public[SIGN_PUBLIC];
	bool gave_key;
	unsigned tried, failed;
};

static const char *in(const struct self *s, const char *name, char ret[PATH_CAP])
{
	(void)snprintf(ret, PATH_CAP, "%s/%s", s->folder, name);
	return ret;
}

/* -- saying ---------------------------------------------------------------------- */
static void expect(struct self *s, bool is_well, const char *what)
{
	if (phrase_value(&s->c->words, "json"))
		(void)fprintf(s->c->out, "%s{\"what\":\"%s\",\"passed\":%s}",
			s->tried ? ",\n" : "[", what, is_well ? "true" : "false");
	else
		(void)fprintf(s->c->out, "%s %s\n", is_well ? "ok  " : "FAIL", what);
	s->tried++;
	s->failed += !is_well;
}

/* -- keys ------------------------------------------------------------------------ */
static int make_keys(struct self *s)
{
	s->signing = secret_alloc(sizeof(*s->signing));
	s->mk = secret_alloc(sizeof(*s->mk));
	if (!s->signing || !s->mk)
		return fault_here(ENOMEM);
	random_fill(s->signing, sizeof(*s->signing));
	random_fill(s->mk, sizeof(*s->mk));
	sign_public(s->signing, s->public);
	s->auditors =
		(struct auditor_set){ .scheme = SHARE_TWO_OF_THREE, .n = AUDITORS_MAX };
	for (unsigned i = 0; i < AUDITORS_MAX; i++) {
		s->secrets[i] = secret_alloc(sizeof(struct key));
		if (!s->secrets[i])
			return fault_here(ENOMEM);
		public_pair(s->secrets[i], s->auditors.of[i].key);
		(void)snprintf(
			s->auditors.of[i].name, AUDITOR_NAME_MAX + 1, "test-%u", i + 1);
	}
	return 0;
}

/* -- writing --------------------------------------------------------------------- */
static int put_one(struct self *s, struct audit_log *log, uint32_t i)
{
	struct record r = { .event = AUDIT_RECORD_READ,
		.purpose = AUDIT_FOR_OWN_MEETING,
		.role = AUDIT_CONSULTANT,
		.source = RECORD_COMMAND,
		.actor = 1 + i % 7 };
	struct record_inner inner = {
		.meeting = MEETING, .case_len = 4, .case_ref = "test"
	};

	if (i % 2)
		record_seal_inner(
			&r, s->mk, audit_log_id(log), audit_log_next(log), &inner);
	return audit_log_put(log, &r, false);
}

static int write_some(struct self *s, uint32_t n)
{
	owned(audit_log_closep) struct audit_log *log = NULL;
	char folder[PATH_CAP];
	struct audit_log_parts parts = { .folder = in(s, "audit", folder),
		.auditors = &s->auditors,
		.signing = s->signing,
		.epoch_ms = EPOCH_MS };
	const char *sentence = "";
	int r = audit_log_open(&log, &parts, &sentence);

	for (uint32_t i = 0; r == 0 && i < n; i++) {
		r = put_one(s, log, i);
		if (r == 0 && (i % 32 == 31 || i + 1 == n))
			r = audit_log_commit(log, i + 1 == n);
	}
	return fault_fold(r);
}

/* -- asking ---------------------------------------------------------------------- */
static void ignore_finding(void *arg, const struct verify_finding *f)
{
	(void)arg;
	(void)f;
}

static int ask(const struct self *s, const char *name, const uint8_t *public)
{
	char folder[PATH_CAP];
	struct verify_parts parts = { .folder = in(s, name, folder),
		.epoch_ms = EPOCH_MS,
		.found = ignore_finding };
	struct verify_result v;

	memcpy(parts.signing, public, SIGN_PUBLIC);
	return verify_log(&parts, &v) == 0 ? (int)v.verdict : VERIFY_CANNOT;
}

/* -- reading back ---------------------------------------------------------------- */
static int give_key(void *arg, int64_t *ret_meeting, struct key *ret_mk, bool *ret_key)
{
	struct self *s = arg;

	*ret_key = !s->gave_key;
	s->gave_key = true;
	*ret_meeting = MEETING;
	*ret_mk = *s->mk;
	return 0;
}

static unsigned count_readable(struct self *s, const char *bundle, const char *share2)
{
	owned(log_reader_closep) struct log_reader *reader = NULL;
	char a[PATH_CAP], b[PATH_CAP], path[PATH_CAP];
	const char *shares[] = { in(s, "share-1", a), in(s, share2, b) };
	struct read_record r;
	unsigned n = 0;

	if (log_reader_open(&reader, in(s, bundle, path), shares, 2) != 0)
		return 0;
	while (log_reader_next(reader, &r) == 0)
		n += r.record.event == AUDIT_RECORD_READ &&
		     (!r.record.has_inner ||
			     (r.has_meeting && r.inner.meeting == MEETING));
	return n;
}

static int read_back(struct self *s)
{
	char folder[PATH_CAP], bundle[PATH_CAP], share[PATH_CAP], name[16];
	struct bundle_parts parts = { .folder = in(s, "audit", folder),
		.auditors = &s->auditors,
		.from_ms = INT64_MIN,
		.to_ms = INT64_MAX,
		.next_key = give_key,
		.arg = s };
	int r;

	memcpy(parts.signing, s->public, sizeof(parts.signing));
	r = bundle_write(in(s, "bundle", bundle), &parts);
	for (unsigned i = 0; r == 0 && i < AUDITORS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "share-%u", i + 1);
		r = share_write(in(s, name, share), bundle, s->secrets[i]);
	}
	if (r != 0)
		return fault_fold(r);
	expect(s, count_readable(s, "bundle", "share-2") == WRITTEN,
		"auditors 1 and 2 read every record");
	expect(s, count_readable(s, "bundle", "share-3") == WRITTEN,
		"auditors 1 and 3 read every record");
	expect(s, count_readable(s, "bundle", "share-1") == 0,
		"one auditor twice reads nothing");
	return 0;
}

/* -- damaging -------------------------------------------------------------------- */
static int copy_file(const char *from, const char *to)
{
	int in_fd = open(from, O_RDONLY | O_CLOEXEC);
	int out_fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	uint8_t piece[4096];
	ssize_t n = -1;

	while (in_fd >= 0 && out_fd >= 0 && (n = read(in_fd, piece, sizeof(piece))) > 0)
		if (write(out_fd, piece, (size_t)n) != n) {
			n = -1;
			break;
		}
	if (in_fd >= 0)
		(void)close(in_fd);
	if (out_fd >= 0)
		(void)close(out_fd);
	return n == 0 ? 0 : fault_here(EIO);
}

static const char *const files[] = { "00000001.seg", "00000002.seg", "checkpoints" };

static int copy_log(const struct self *s)
{
	char from[PATH_CAP + 32], to[PATH_CAP + 32], a[PATH_CAP], b[PATH_CAP];
	int r = 0;

	(void)mkdir(in(s, "damaged", b), 0700);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(files); i++) {
		(void)snprintf(from, sizeof(from), "%s/%s", in(s, "audit", a), files[i]);
		(void)snprintf(to, sizeof(to), "%s/%s", b, files[i]);
		r = copy_file(from, to);
	}
	return r;
}

enum damage { FLIP, CUT, SWAP, DROP, DOUBLE, FORGET };

struct damaged {
	enum damage how;
	const char *file;
	off_t at;
	const char *what;
};

#define FRAME_AT(i) (SEGMENT_HEAD_BYTES + (i)*LOG_FRAME_BYTES)

static const struct damaged ways[] = {
	{ FLIP, "00000001.seg", FRAME_AT(10) + 40, "a turned bit in a record" },
	{ FLIP, "00000001.seg", 300, "a turned bit in a segment's header" },
	{ FLIP, "checkpoints", 60, "a turned bit in a checkpoint" },
	{ CUT, "00000001.seg", FRAME_AT(20), "records cut off before a checkpoint" },
	{ CUT, "00000001.seg", FRAME_AT(20) + 100, "half a record left" },
	{ SWAP, "00000001.seg", FRAME_AT(10), "two records swapped" },
	{ DOUBLE, "00000001.seg", FRAME_AT(10), "a record over another" },
	{ DROP, "00000001.seg", 0, "a missing segment" },
	{ FORGET, "checkpoints", 0, "a missing checkpoint" },
};

static bool pread_all(int fd, void *at, size_t n, off_t from)
{
	return pread(fd, at, n, from) == (ssize_t)n;
}

static bool pwrite_all(int fd, const void *at, size_t n, off_t to)
{
	return pwrite(fd, at, n, to) == (ssize_t)n;
}

static bool swap_frames(int fd, off_t at, bool both)
{
	uint8_t a[LOG_FRAME_BYTES], b[LOG_FRAME_BYTES];

	return pread_all(fd, a, sizeof(a), at) &&
	       pread_all(fd, b, sizeof(b), at + LOG_FRAME_BYTES) &&
	       pwrite_all(fd, a, sizeof(a), at + LOG_FRAME_BYTES) &&
	       (!both || pwrite_all(fd, b, sizeof(b), at));
}

/* The second line of the file is taken out. */
static bool forget_line(int fd)
{
	char text[8192];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	char *first, *second;

	if (n <= 0)
		return false;
	text[n] = '\0';
	first = strchr(text, '\n');
	second = first ? strchr(first + 1, '\n') : NULL;
	if (!second)
		return false;
	n -= second - first;
	memmove(first, second, strlen(second) + 1);
	return pwrite_all(fd, text, (size_t)n, 0) && ftruncate(fd, n) == 0;
}

static bool damage(const struct self *s, const struct damaged *d)
{
	char folder[PATH_CAP], path[PATH_CAP + 32];
	uint8_t bit = 0;
	bool is_done = false;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", in(s, "damaged", folder), d->file);
	fd = open(path, O_RDWR | O_CLOEXEC);
	switch (d->how) {
	case FLIP:
		is_done = pread_all(fd, &bit, 1, d->at);
		bit ^= 1;
		is_done = is_done && pwrite_all(fd, &bit, 1, d->at);
		break;
	case CUT:
		is_done = ftruncate(fd, d->at) == 0;
		break;
	case SWAP:
	case DOUBLE:
		is_done = swap_frames(fd, d->at, d->how == SWAP);
		break;
	case DROP:
		is_done = unlink(path) == 0;
		break;
	case FORGET:
		is_done = forget_line(fd);
		break;
	}
	if (fd >= 0)
		(void)close(fd);
	return is_done;
}

static int find_damage(struct self *s)
{
	uint8_t other[SIGN_PUBLIC];
	wiped(struct key, seed);

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		int r = copy_log(s);

		if (r != 0)
			return fault_pass(r);
		expect(s,
			damage(s, &ways[i]) &&
				ask(s, "damaged", s->public) == VERIFY_BROKEN,
			ways[i].what);
	}
	random_fill(&seed, sizeof(seed));
	sign_public(&seed, other);
	expect(s, ask(s, "audit", other) == VERIFY_BROKEN, "a log of another node");
	return 0;
}

/* -- the whole ------------------------------------------------------------------- */
static int run_steps(struct self *s)
{
	int r = make_keys(s), verdict;

	if (r == 0)
		r = write_some(s, WRITTEN / 2);
	if (r == 0)
		r = write_some(s, WRITTEN / 2);
	if (r != 0)
		return fault_pass(r);
	verdict = ask(s, "audit", s->public);
	expect(s, verdict == VERIFY_UNANCHORED,
		"what was written verifies, and says that no anchor was given");
	r = read_back(s);
	return r == 0 ? find_damage(s) : fault_pass(r);
}

static int take_away(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static void clean_up(struct self *s)
{
	for (unsigned i = 0; i < AUDITORS_MAX; i++)
		secret_drop(s->secrets[i]);
	secret_drop(s->signing);
	secret_drop(s->mk);
	(void)nftw(s->folder, take_away, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int run_audit_selftest(struct phrase_call *c)
{
	struct self s = { .c = c, .folder = "/tmp/samtale-selftest-XXXXXX" };
	int r;

	if (!mkdtemp(s.folder))
		return phrase_fail(
			c, "No folder can be made below /tmp: %s.", strerror(errno));
	r = run_steps(&s);
	clean_up(&s);
	if (r < 0)
		return phrase_fail(
			c, "The test itself could not be run: %s.", strerror(-r));
	if (phrase_value(&c->words, "json"))
		(void)fputs("]\n", c->out);
	else
		(void)fprintf(c->out, "%u of %u passed\n", s.tried - s.failed, s.tried);
	if (c->has_place && access(c->place->vault, X_OK) == 0)
		r = note_put(c, "selftest", s.failed > 0);
	return r != 0 || s.failed > 0;
}
