/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: who we are towards browsers. One EC P-256 certificate, made anew in
 * each process and never written anywhere, and the DTLS 1.2 server that shows it. A peer
 * is known by the SHA-256 of its certificate and by nothing else (RFC 8827 6.5).
 */
#pragma once

#include "srtp_box.h"

#define DTLS_ID_DIGEST 32

struct tls;
struct tls_conn;
struct dtls_id;

/* Faults: -ENOMEM, -EIO. */
must_check int dtls_id_new(struct dtls_id **ret);
struct dtls_id *dtls_id_free(struct dtls_id *d);
DEFINE_FREEP(struct dtls_id, dtls_id_free, dtls_id_freep)

const char *dtls_id_fingerprint(
	const struct dtls_id *d); /* "sha-256 AB:CD…" of the SDP */
struct tls *dtls_id_tls(const struct dtls_id *d);

#define DTLS_ID_E_STRANGER 1 /* another certificate, no SRTP suite of ours */
/* The keys of an association that is up, when its peer has the certificate with this
 * digest. */
must_check int dtls_id_keys(const struct tls_conn *tc,
	const uint8_t digest[DTLS_ID_DIGEST], struct srtp_box **ret);
