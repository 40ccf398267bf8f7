/* SPDX-License-Identifier: MPL-2.0
 *
 * The proof that comes with an export: one record, the key that opens it and no other,
 * and its place in the log. Whoever has the log's folder checks it without any secret;
 * that the log itself holds is verify's (verify.h).
 */
#pragma once

#include "samtale/audit/record.h"

struct record_proof {
	uint8_t log_id[LOG_ID_BYTES];
	uint32_t segment;
	uint64_t sequence;
	struct key rk;
	uint8_t chain[HASH_BYTES]; /* before it */
	uint8_t frame[LOG_FRAME_BYTES];
};

/* One line of JSON with exactly these members, for a file of its own or inside another:
 * {"log":HEX,"segment":N,"sequence":N,"chain":HEX,"key":HEX,"frame":HEX} */
#define PROOF_TEXT_MAX 1024
void proof_write(const struct record_proof *p, char ret[PROOF_TEXT_MAX]);

#define PROOF_E_BAD     1 /* not such a text, or its key does not open its frame */
#define PROOF_E_MISSING 2 /* that segment is neither here nor among the deleted ones */
#define PROOF_E_DIFFERS 3 /* the log has another record there */
/* As proof_write() made it, blanks between the members allowed. Outcome: BAD. */
must_check int proof_read(struct bytes text, struct record_proof *ret);
/* The next proof at or after *at in a longer text, such as an export; moves *at behind
 * it. Outcomes: BAD; PROOF_E_MISSING, there is none any more. */
must_check int proof_find(struct bytes *at, struct record_proof *ret);
/* Needs no folder: opens the frame. The inner part stays closed. Outcome: BAD. */
must_check int proof_open(const struct record_proof *p, struct record *ret);
/* The same frame stands at that place of the log in `folder`, and the chain leads there
 * from the segment's header; of a deleted segment the chain alone is compared. Outcomes:
 * all three. Faults: -errno. */
must_check int proof_check(const char *folder, const struct record_proof *p);
