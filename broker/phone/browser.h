/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the port of a browser. ICE-lite (RFC 8445), one UDP socket, DTLS
 * server (RFC 8827), SRTP by srtp_box. The browser offers, we answer at once; its
 * candidates are never read, for it is the one that checks. DTLS is accepted only from
 * the 5-tuple of a STUN check that was right, media only from there and with the SSRC of
 * the offer.
 */
#pragma once

#include "media.h"

struct browsers; /* what all of them share: certificate, addresses, ports */
struct browser;

struct browsers_parts {
	const char *listen;     /* address to bind; 0.0.0.0 */
	const char *advertise;  /* IPv4 for the candidate; "": the bound or default one */
	const char *advertise6; /* IPv6; "": none */
	uint16_t port_low, port_high; /* high is included */
};
/* A fresh EC P-256 certificate for the process. After libre_init(). With advertise6
 * beside an IPv4 address to bind, sockets are bound to all addresses of both families.
 * Faults; -EINVAL: not an address, or of the wrong family. */
must_check int browsers_new(struct browsers **ret, const struct browsers_parts *parts);
struct browsers *browsers_free(struct browsers *b); /* after every browser */

/* Not an offer we can answer: no audio with G.711, no fingerprint of SHA-256, no ICE,
 * over LIMIT_SDP; or an answer that does not fit the writer. */
#define BROWSER_E_OFFER 1
#define BROWSER_E_FULL  2 /* no free port or descriptor */
/* Writes the SDP answer. hooks are copied; `held` and `key` are never called.
 * over(SILENT): neither a right check nor a packet that authenticates for 15 s.
 * over(BAD_MEDIA): checks, but no DTLS with the offer's certificate for 30 s.
 * over(HUNG_UP): close_notify. */
must_check int browser_new(struct browser **ret, struct browsers *all, struct bytes offer,
	struct writer *answer, const struct port_hooks *hooks);
struct browser *browser_free(struct browser *b); /* sends close_notify */

/* Dropped while not open. Law: the answer's; see browser_law(). */
void browser_send(struct browser *b, const struct audio_packet *p);
enum g711_law browser_law(const struct browser *b);
bool browser_is_open(const struct browser *b);
void browser_figures(const struct browser *b, struct port_figures *ret);
