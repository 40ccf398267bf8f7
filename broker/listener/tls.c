/* SPDX-License-Identifier: MPL-2.0
 *
 * TLS 1.2 at least, 1.3 preferred; forward secrecy and AEAD only; no renegotiation, no
 * compression, no session cache; tickets under keys that live in memory and die with the
 * process, given with a page and not in the handshake; HTTP/1.1 and nothing else by ALPN.
 */
#include "tls.h"

#include "certificate_load.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct tls {
	SSL_CTX *live;
	char *certificate, *key, *host;
};

static const char ciphers_12[] =
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
static const char ciphers_13[] =
	"TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

/* A client that offers protocols, but not ours, is told so instead of being misread. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
	const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in, in_len) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static bool set_policy(SSL_CTX *ctx)
{
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					       SSL_OP_CIPHER_SERVER_PREFERENCE |
					       SSL_OP_PRIORITIZE_CHACHA);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(ctx, ciphers_12) == 1 &&
	       SSL_CTX_set_ciphersuites(ctx, ciphers_13) == 1 &&
	       SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") == 1 &&
	       SSL_CTX_set_num_tickets(ctx, 0) == 1;
}

/* Called by OpenSSL in every handshake, with or without a server name. */
static int use_live(SSL *ssl, int *alert, void *arg)
{
	const struct tls *t = arg;

	(void)alert;
	return SSL_set_SSL_CTX(ssl, t->live) ? SSL_TLSEXT_ERR_OK
					     : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void tls_give_ticket(SSL *ssl)
{
	/* It leaves with what is written next. TLS 1.2 gave its own in the handshake. */
	if (ssl)
		(void)SSL_new_session_ticket(ssl);
}

bool tls_tune(struct tls *t, SSL_CTX *library_ctx)
{
	(void)SSL_CTX_set_tlsext_servername_callback(library_ctx, use_live);
	(void)SSL_CTX_set_tlsext_servername_arg(library_ctx, t);
	return set_policy(library_ctx);
}

int tls_reload(struct tls *t, int64_t utc_ms, struct certificate_sentence *ret_sentence)
{
	struct certificate_files files = { t->certificate, t->key, t->host };
	SSL_CTX *fresh = SSL_CTX_new(TLS_server_method());
	int r;

	if (!fresh || !set_policy(fresh)) {
		SSL_CTX_free(fresh);
		return fault_here(ENOMEM);
	}
	r = certificate_load(fresh, &files, utc_ms, ret_sentence);
	if (r != 0 && r != CERTIFICATE_E_SOON) {
		SSL_CTX_free(fresh);
		return r;
	}
	SSL_CTX_free(t->live); /* open connections hold it for themselves */
	t->live = fresh;
	return r;
}

int tls_new(struct tls **ret, const struct certificate_files *files, int64_t utc_ms,
	struct certificate_sentence *ret_sentence)
{
	owned(tls_freep) struct tls *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return fault_here(ENOMEM);
	t->certificate = strdup(files->certificate);
	t->key = strdup(files->key);
	t->host = strdup(files->host);
	if (!t->certificate || !t->key || !t->host)
		return fault_here(ENOMEM);
	r = tls_reload(t, utc_ms, ret_sentence);
	if (r != 0 && r != CERTIFICATE_E_SOON)
		return r;
	*ret = t;
	t = NULL;
	return r;
}

struct tls *tls_free(struct tls *t)
{
	if (!t)
		return NULL;
	SSL_CTX_free(t->live);
	free(t->certificate);
	free(t->key);
	free(t->host);
	free(t);
	return NULL;
}
