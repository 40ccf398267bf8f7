/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: digest authentication (RFC 7616, RFC 8760) as a client, MD5 and
 * SHA-256, qop auth or none. libre knows MD5 alone. Pure but for the random cnonce.
 */
#pragma once

#include "samtale/base/bytes.h"

#define DIGEST_TEXT 256 /* longest realm, nonce or opaque that is taken */

enum digest_algorithm { DIGEST_MD5, DIGEST_SHA256 };

struct digest_challenge {
	enum digest_algorithm algorithm;
	bool proxy; /* of Proxy-Authenticate; the caller's to set */
	bool stale, qop;
	char realm[DIGEST_TEXT], nonce[DIGEST_TEXT], opaque[DIGEST_TEXT];
};

/* value: of a WWW-Authenticate or Proxy-Authenticate header. Outcome: false for another
 * scheme or algorithm, for qop without "auth", for what is too long or broken. */
must_check bool digest_read(struct bytes value, struct digest_challenge *ret);

struct digest_request {
	const char *user;
	struct bytes password;
	const char *method, *uri;
	uint32_t count; /* nc: from 1, one more at each use of the same nonce */
	uint64_t cnonce;
};
/* One header line with its CRLF. Faults: of the crypto library. */
must_check int digest_write(struct writer *w, const struct digest_challenge *c,
	const struct digest_request *r);
