/* SPDX-License-Identifier: MPL-2.0
 *
 * The minutes of a meeting: that it took place, when, how and with what outcome, never
 * what was said. One text of one form (docs/minutes.md), signed by this node, which
 * anybody can check years later; the api and the command make it here.
 */
#pragma once

#include "samtale/store/attendance.h"
#include "samtale/store/store.h"
#include "samtale/vault/seal.h"
#include "samtale/vault/signature.h"
#include "samtale/vault/token.h"

struct vault;

struct minutes {
	int64_t meeting;
	uint32_t number;              /* 0: the booking is gone */
	char case_ref[OPEN_TEXT_CAP]; /* "": none, or the booking is gone */
	char receipt[RECEIPT_TEXT];   /* what the citizen was shown at the end */
	struct attendance attendance;
};

struct minutes_ask { /* borrowed for the call */
	struct store *store;
	struct vault *vault;
	const struct node_key *node;
	int64_t meeting;
	int64_t actor; /* of vault_use */
};

#define MINUTES_E_NONE      1 /* no such meeting, or nothing of it is left */
#define MINUTES_E_NOT_ENDED 2
#define MINUTES_E_GONE      3 /* the record was destroyed on its date, or erased */

/* Worker. What is kept of a meeting that is over; its key's use is on record. Faults. */
must_check int minutes_find(const struct minutes_ask *ask, struct minutes *ret);
/* One sentence for an outcome. */
const char *minutes_sentence(int outcome);

/* Is that the receipt, as people read it out or type it? Dashes, blanks and letter case
 * do not matter; O is 0, I and L are 1. */
bool receipt_fits(const char *receipt, struct bytes typed);

/* Worker. The text, signed by this node, as a whole file. Times are those of the
 * process's time zone, with their distance from UTC. Faults: vault_sign_here()'s,
 * -EMSGSIZE. */
must_check int minutes_issue(struct vault *v, const struct minutes *m,
	const char *organisation, struct writer *to);

/* -- checking it ------------------------------------------------------------------- */
#define MINUTES_E_OTHER  4 /* no minutes of ours: not a word was checked */
#define MINUTES_E_FORGED 5 /* changed since, or signed by another key */

/* All minutes that stand in a file, one after the other; line ends of another system are
 * put back. Outcomes: MINUTES_E_OTHER, MINUTES_E_FORGED; *ret_n: how many were good
 * before that. Faults: -ENOMEM. */
must_check int minutes_check(
	struct bytes file, const uint8_t public_key[SIGN_PUBLIC], unsigned *ret_n);
