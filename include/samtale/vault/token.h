/* SPDX-License-Identifier: MPL-2.0
 *
 * Bearer tokens. Only keyed hashes are stored and looked up, never the token. A meeting's
 * link token and PIN are derived from its ck, so that they can be shown again while the
 * contact data lives and die with it; a new link is the next generation.
 */
#pragma once

#include "samtale/vault/node_key.h"

#define TOKEN_HASH_BYTES 32
struct token_hash {
	uint8_t at[TOKEN_HASH_BYTES];
};

/* Texts are base64url without padding. Sizes count the NUL. */
#define TOKEN_SHORT_TEXT 23 /* 16 bytes: link, set-up */
#define TOKEN_LONG_TEXT  44 /* 32 bytes: device, session */
#define PIN_TEXT         7
#define RECEIPT_TEXT     10 /* 7F3K-29QD */

/* -- a meeting's link, PIN, number ------------------------------------------------- */
void link_token_make(
	const struct key *ck, uint32_t generation, char ret[TOKEN_SHORT_TEXT]);
void pin_make(const struct key *ck, uint32_t generation, char ret[PIN_TEXT]);
/* The PIN's stored hash, bound to its meeting. False: not six digits. */
must_check bool pin_hash(const struct node_key *n, int64_t meeting, struct bytes pin,
	struct token_hash *ret);
/* 10000000 .. 99999999; the caller retries on STORE_E_TAKEN. */
uint32_t meeting_number_random(void);

/* -- random tokens and every token's hash ------------------------------------------ */
enum token_kind {
	TOKEN_LINK,    /* short; derived, not random */
	TOKEN_SETUP,   /* short; one-time link of a staff account */
	TOKEN_DEVICE,  /* long; __Host-device */
	TOKEN_SESSION, /* long; __Host-staff */
	TOKEN_KIND_COUNT
};
/* cap must be at least TOKEN_SHORT_TEXT or TOKEN_LONG_TEXT as the kind says. */
void token_random(enum token_kind kind, char *ret, size_t cap);
/* False: not a token of that kind (length, alphabet, unused bits). */
must_check bool token_hash(const struct node_key *n, enum token_kind kind,
	struct bytes text, struct token_hash *ret);

/* Meeting number as a key for rate limits and the like; numbers are not secret. */
void number_hash(const struct node_key *n, uint32_t number, struct token_hash *ret);

/* -- tags -------------------------------------------------------------------------- */

/* Keyed hash of a case reference for exact finding. Blanks are dropped and ASCII letters
 * folded, so "Sag 12-34" finds "SAG12-34". False: nothing left, or over LIMIT_CASE_REF.
 */
must_check bool case_tag(
	const struct node_key *n, struct bytes case_ref, struct token_hash *ret);
/* Keyed hash of a telephone number as it is stored, "+4512345678", to find the meetings
 * of a caller. It is contact data and goes with it. False: not + and digits alone, or
 * over LIMIT_PHONE. */
must_check bool phone_tag(
	const struct node_key *n, struct bytes number, struct token_hash *ret);
/* 32-bit tag of an id for the operations log; another key at every start. */
uint32_t tag_of(int64_t id);

/* Receipt that a citizen can read out: keyed, so nobody makes one up. */
void receipt_make(const struct node_key *n, int64_t meeting, int64_t started_ms,
	int64_t ended_ms, char ret[RECEIPT_TEXT]);
