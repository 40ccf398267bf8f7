/* SPDX-License-Identifier: MPL-2.0
 *
 * Our TLS policy and the pair in use. libwebsockets makes an SSL_CTX of its own and never
 * lets go of it; that one carries the policy but no certificate, and each handshake is
 * moved to the context with the current pair. So a new pair, also one with another kind
 * of key, is one pointer: connections that are open keep the one they began with.
 */
#pragma once

#include "samtale/listener/certificate.h"

#include <openssl/ssl.h>
#include <stdbool.h>

struct tls;

/* Outcomes as certificate_check(). */
must_check int tls_new(struct tls **ret, const struct certificate_files *files,
	int64_t utc_ms, struct certificate_sentence *ret_sentence);
struct tls *tls_free(struct tls *t);
DEFINE_FREEP(struct tls, tls_free, tls_freep)
/* The policy for the library's context. t outlives it. false: OpenSSL refused. */
must_check bool tls_tune(struct tls *t, SSL_CTX *library_ctx);
/* Lets this browser come back without a whole handshake. NULL is fine: plain HTTP. A
 * WebSocket comes to stay, and a ticket in every handshake costs it six per cent. */
void tls_give_ticket(SSL *ssl);
must_check int tls_reload(
	struct tls *t, int64_t utc_ms, struct certificate_sentence *ret_sentence);
