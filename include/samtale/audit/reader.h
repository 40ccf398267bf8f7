/* SPDX-License-Identifier: MPL-2.0
 *
 * Reading the log in three steps, so that no two secrets meet on the host: a bundle is
 * written there (segments, and for each meeting the key of its records' inner parts,
 * sealed to the auditors as a segment's key is); each auditor alone opens his shares of
 * it offline; two shares and the bundle together show the records.
 */
#pragma once

#include "samtale/audit/auditor.h"
#include "samtale/audit/proof.h"

/* -- on the host ------------------------------------------------------------------- */
struct bundle_parts {
	const char *folder; /* of the log */
	const struct auditor_set *auditors;
	int64_t from_ms, to_ms; /* whole segments that touch it */
	/* The record keys that exist, one call each until *ret_key is false. NULL: none.
	 * They do not go into the bundle: only what record_inner_key() makes of them.
	 */
	int (*next_key)(
		void *arg, int64_t *ret_meeting, struct key *ret_mk, bool *ret_key);
	void *arg;
	uint8_t signing[SIGN_PUBLIC];
};
/* One file, new, 0600. Outcomes: READER_E_MISSING (no log there, or nothing in that
 * time), READER_E_BAD (the log is damaged: verify says where). Faults: -EEXIST, -errno.
 */
must_check int bundle_write(const char *path, const struct bundle_parts *parts);

/* -- an auditor, offline ----------------------------------------------------------- */
/* Outcomes of this header. */
#define READER_E_MISSING 1 /* no such file */
#define READER_E_BAD     2 /* not such a file, or damaged */
#define READER_E_KEY     3 /* this auditor's key opens nothing of it */
#define READER_E_TWICE   4 /* both shares are of one auditor */
#define READER_E_OTHER   5 /* the share belongs to another bundle */
#define READER_E_FEW     6 /* two auditors are needed */
/* One file, new, 0600: with the shares of as many as the scheme needs it opens the
 * bundle. Outcomes: MISSING, BAD, KEY. Faults: -EEXIST, -errno. */
must_check int share_write(
	const char *path, const char *bundle, const struct key *secret);

/* -- reading ----------------------------------------------------------------------- */
struct log_reader;

/* shares: as many as the scheme needs. Outcomes: READER_E_*; a share that is not one is
 * BAD as well. Faults: -errno. */
must_check int log_reader_open(
	struct log_reader **ret, const char *bundle, const char *const *shares, size_t n);
struct log_reader *log_reader_close(struct log_reader *r);
DEFINE_FREEP(struct log_reader, log_reader_close, log_reader_closep)

struct bundle_facts {
	uint8_t log_id[LOG_ID_BYTES];
	uint8_t signing[SIGN_PUBLIC]; /* as the host says: compare it with what you know
				       */
	int64_t from_ms, to_ms;       /* as asked for */
	uint64_t records;
	uint32_t segments, keys; /* keys: meetings whose parts can be opened */
	bool has_keys;           /* the shares open the key table */
};
void log_reader_facts(const struct log_reader *r, struct bundle_facts *ret);

struct read_record {
	uint64_t sequence;
	uint32_t segment;
	struct record record;
	bool has_meeting; /* its key is in the bundle, so inner is open */
	struct record_inner inner;
};
#define READER_E_END 7
/* In order. READER_E_BAD: a record, or with *ret's number of the first one the whole rest
 * of a segment, does not open; segment and sequence are set, the next call goes on after
 * it. Faults: -errno. */
must_check int log_reader_next(struct log_reader *r, struct read_record *ret);

/* The proof of the record that next() gave last; proof.h. */
void log_reader_proof(const struct log_reader *r, struct record_proof *ret);
