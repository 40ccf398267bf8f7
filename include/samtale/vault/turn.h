/* SPDX-License-Identifier: MPL-2.0
 *
 * Time-limited TURN credentials as coturn's use-auth-secret expects them. The user name
 * holds the expiry and a random part, nothing that tells who it is.
 */
#pragma once

#include "samtale/vault/secret.h"

#define TURN_USER_TEXT     48
#define TURN_PASSWORD_TEXT 29 /* base64 of HMAC-SHA1, NUL included */

struct turn_credential {
	char user[TURN_USER_TEXT];
	char password[TURN_PASSWORD_TEXT];
};

/* secret: coturn's static-auth-secret. expires_s: seconds since 1970. Faults: -ENOMEM. */
must_check int turn_credential_make(
	struct bytes secret, int64_t expires_s, struct turn_credential *ret);
/* The password for a given user name: what the server computes; for tests and doctor. */
must_check int turn_password(
	struct bytes secret, const char *user, char ret[TURN_PASSWORD_TEXT]);
