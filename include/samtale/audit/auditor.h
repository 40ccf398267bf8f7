/* SPDX-License-Identifier: MPL-2.0
 *
 * Who may read the log: auditors' keys, made offline, and how a segment's key is split
 * among them, so that no one alone, and nothing on the host, can read.
 *
 *	NAME.auditor      secret half, locked by a passphrase, 0600; never on the host
 *	NAME.auditor.pub  one line: samtale-auditor-1 NAME HEX
 *	auditors          in the vault's folder: one to three such lines
 */
#pragma once

#include "samtale/audit/record.h"

#define AUDITOR_NAME_MAX 32 /* a-z 0-9 -; DEVELOPMENT for that of a trial */

struct auditor_public {
	char name[AUDITOR_NAME_MAX + 1];
	uint8_t key[BOX_PUBLIC];
};
struct auditor_set {
	enum share_scheme scheme; /* by their number */
	size_t n;
	struct auditor_public of[AUDITORS_MAX];
};

#define AUDITOR_E_MISSING    1
#define AUDITOR_E_BAD        2 /* not such a file */
#define AUDITOR_E_PASSPHRASE 3
#define AUDITOR_E_TWICE      4 /* the same key or name stands there twice */
#define AUDITOR_E_READABLE   5 /* others than its owner may read the secret half */

/* Makes PREFIX.auditor and PREFIX.auditor.pub; passphrase may be empty (DEVELOPMENT only;
 * the caller decides). Takes a second: Argon2id. Faults: -EINVAL (name), -EEXIST, -errno.
 */
must_check int auditor_create(
	const char *prefix, const char *name, struct bytes passphrase);
/* Outcomes: MISSING, BAD, PASSPHRASE, READABLE. ret_secret is guarded memory,
 * secret_drop(). */
must_check int auditor_load(const char *path, struct bytes passphrase,
	struct auditor_public *ret, struct key **ret_secret);
/* One to three lines, as they stand in NAME.auditor.pub. Outcomes: MISSING, BAD, TWICE.
 */
must_check int auditor_set_load(const char *path, struct auditor_set *ret);
/* True when one of them is called DEVELOPMENT: its secret half is on this host. */
bool auditor_set_is_development(const struct auditor_set *s);

/* -- shares ------------------------------------------------------------------------ */
/* Fills scheme, auditors and shares of a header for a segment's key. Faults: -EIO. */
must_check int shares_make(
	const struct auditor_set *to, const struct key *k, struct segment_head *ret);
/* What one auditor can open of a header: parts by slot. Returns how many, 0: none of
 * them is his. */
struct opened_shares {
	bool has[SHARE_SLOTS];
	struct key part[SHARE_SLOTS];
};
unsigned shares_open(const struct segment_head *h, const struct key *secret,
	struct opened_shares *ret);
/* From what one or two auditors opened. False: not enough. The same auditor twice is not
 * enough. */
must_check bool shares_join(const struct segment_head *h, const struct opened_shares *a,
	const struct opened_shares *b, struct key *ret);
