/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: SRTP and SRTCP of one leg, on libsrtp2. The only file that includes
 * it, for its names and libre's meet nowhere else. One sending context, one receiving
 * context bound to one SSRC: a packet of another SSRC never reaches the library. A forged
 * packet changes nothing, whatever its sequence number says.
 */
#pragma once

#include "samtale/base/bytes.h"

enum srtp_suite { SRTP_AES128_SHA1_80, SRTP_AEAD_AES128_GCM };
#define SRTP_KEY_MAX 30 /* master key and salt: 30 of SHA1_80, 28 of GCM */
#define SRTP_GROWTH  20 /* bytes that protecting may add, RTCP index included */

struct srtp_box;

/* Once in the process, before it gives up its files. False: no cipher works. */
bool srtp_box_start(void);
void srtp_box_stop(void);
/* Keys are copied. Faults: -ENOMEM, -EINVAL. */
must_check int srtp_box_new(struct srtp_box **ret, enum srtp_suite suite,
	struct bytes send_key, struct bytes receive_key);
struct srtp_box *srtp_box_free(struct srtp_box *b);
DEFINE_FREEP(struct srtp_box, srtp_box_free, srtp_box_freep)

/* In place; buf has SRTP_GROWTH bytes of room after *len. False: not protected, do not
 * send. */
must_check bool srtp_box_protect(struct srtp_box *b, uint8_t *buf, size_t *len);
must_check bool srtp_box_protect_rtcp(struct srtp_box *b, uint8_t *buf, size_t *len);
/* In place. The first packet that authenticates fixes the SSRC unless it was set. False:
 * drop it (forged, replayed, foreign SSRC, too short). */
must_check bool srtp_box_open(struct srtp_box *b, uint8_t *buf, size_t *len);
must_check bool srtp_box_open_rtcp(struct srtp_box *b, uint8_t *buf, size_t *len);
void srtp_box_set_ssrc(struct srtp_box *b, uint32_t ssrc); /* that the peer announced */
/* Forgets the SSRC: the peer negotiated anew. */
void srtp_box_forget_ssrc(struct srtp_box *b);
