/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: `a=crypto` of RFC 4568, AES_CM_128_HMAC_SHA1_80 with one inline key
 * and no session parameters but those that change nothing. Pure.
 */
#pragma once

#include "srtp_box.h"

struct sdes {
	uint32_t tag; /* 1 … 999999999 */
	uint8_t key[30];
};
/* value: after "crypto:". Outcome: false for another suite, an MKI, an unknown parameter,
 * a key of another length. */
must_check bool sdes_read(struct bytes value, struct sdes *ret);
void sdes_write(struct writer *w, const struct sdes *s);
