/* SPDX-License-Identifier: MPL-2.0
 *
 * Reading the log in three steps, so that no two secrets meet on the host: a bundle is
 * written there (segments, and the meetings' record keys of that range sealed to the
 * auditors as a segment's key is); each auditor alone opens his shares of it offline; two
 * shares and the bundle together show the records.
 */
#pragma once

#include "samtale/audit/auditor.h"

/* -- on the host ------------------------------------------------------------------- */
struct bundle_parts {
	const char *folder; /* of the log */
	const struct auditor_set *auditors;
	int64_t from_ms, to_ms; /* whole segments that touch it */
	/* The record keys that exist, one call each until *ret_key is false. */
	int (*next_key)(void *arg, int64_t *ret_meeting, struct key *ret_mk, bool *ret_key);
	void *arg;
	uint8_t signing[SIGN_PUBLIC];
};
/* One file, new, 0600. Faults: -EEXIST, -errno. */
must_check int bundle_write(const char *path, const struct bundle_parts *parts);

/* -- an auditor, offline ----------------------------------------------------------- */
#define READER_E_MISSING 1
#define READER_E_BAD     2 /* not such a file, or damaged */
#define READER_E_KEY     3 /* this auditor's key opens nothing of it */
#define READER_E_TWICE   4 /* both shares are of one auditor */
#define READER_E_OTHER   5 /* the share belongs to another bundle */
#define READER_E_FEW     6 /* two auditors are needed */
must_check int share_write(
	const char *path, const char *bundle, const struct key *secret);

/* -- reading ----------------------------------------------------------------------- */
struct reader;

/* shares: as many as the scheme needs. */
must_check int reader_open(struct reader **ret, const char *bundle,
	const char *const *shares, size_t n);
struct reader *reader_close(struct reader *r);
DEFINE_FREEP(struct reader, reader_close, reader_closep)

struct read_record {
	uint64_t sequence;
	uint32_t segment;
	struct record record;
	bool has_meeting; /* mk is in the bundle, so inner is open */
	struct record_inner inner;
};
#define READER_E_END 7
/* In order. READER_E_BAD: a record that does not open; the next call goes on after it. */
must_check int reader_next(struct reader *r, struct read_record *ret);
uint64_t reader_size(const struct reader *r); /* records in the bundle */

/* For the proof of an export: frame, its key and the chain value before it, of the record
 * that next() gave last. */
struct record_proof {
	uint8_t log_id[LOG_ID_BYTES];
	uint32_t segment;
	uint64_t sequence;
	struct key rk;
	uint8_t chain[HASH_BYTES];
	uint8_t frame[LOG_FRAME_BYTES];
};
void reader_proof(const struct reader *r, struct record_proof *ret);
