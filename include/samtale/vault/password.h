/* SPDX-License-Identifier: MPL-2.0
 *
 * Passwords: Argon2id (3 passes, 64 MiB), one at a time on the password worker. An
 * unknown name costs exactly what a known one does.
 */
#pragma once

#include "samtale/vault/secret.h"

struct worker;

#define PASSWORD_HASH_TEXT 128 /* libsodium's string, NUL included */

/* -- blocking: on the password worker or in the command line tool ------------------ */
/* Faults: -ENOMEM. */
must_check int password_hash(struct bytes plain, char ret[PASSWORD_HASH_TEXT]);
/* stored NULL or "": compares with a hash that nothing matches, and is false. */
must_check bool password_is_right(const char *stored, struct bytes plain);

/* -- asynchronous, from the loop --------------------------------------------------- */
#define PASSWORD_E_BUSY 1 /* queue full: answer 503 with Retry-After */

typedef void (*password_checked_fn)(void *arg, bool right);
/* hash is borrowed for the call; NULL when out of memory. */
typedef void (*password_hashed_fn)(void *arg, const char *hash);

/* plain is copied into guarded memory and wiped after use. Faults: -ENOMEM. */
must_check int password_check(struct worker *w, const char *stored, struct bytes plain,
	password_checked_fn done, void *arg);
must_check int password_make(
	struct worker *w, struct bytes plain, password_hashed_fn done, void *arg);
