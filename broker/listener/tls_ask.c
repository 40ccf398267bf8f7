/* SPDX-License-Identifier: MPL-2.0
 *
 * A TLS client of one question. The handshake fails on a wrong certificate, and the
 * result of the verification says in which way; nothing is sent to such a server.
 */
#include "samtale/listener/tls_ask.h"

#include "samtale/base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>

struct talk {
	SSL_CTX *ctx;
	SSL *ssl;
	int fd;
	int64_t until_ms;
};

/* -- before ---------------------------------------------------------------------- */
static bool is_address(const char *host)
{
	uint8_t at[16];

	return inet_pton(AF_INET, host, at) == 1 || inet_pton(AF_INET6, host, at) == 1;
}

static bool trust(SSL_CTX *ctx, const char *ca_file)
{
	return (ca_file[0] ? SSL_CTX_load_verify_locations(ctx, ca_file, NULL)
			   : SSL_CTX_set_default_verify_paths(ctx)) == 1;
}

static bool expect(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

	if (is_address(host))
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
	return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 &&
	       SSL_set_tlsext_host_name(ssl, host) == 1;
}

/* TLS_ASKED: ready for the handshake. */
static enum tls_asked prepare(struct talk *t, const struct tls_question *q)
{
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (!t->ctx || SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION) != 1)
		return TLS_NO_TLS;
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
	if (!trust(t->ctx, q->ca_file))
		return TLS_NO_CA;
	t->ssl = SSL_new(t->ctx);
	return t->ssl && SSL_set_fd(t->ssl, t->fd) == 1 && expect(t->ssl, q->host)
		       ? TLS_ASKED
		       : TLS_NO_TLS;
}

/* -- during ---------------------------------------------------------------------- */
/* After a step that did not succeed: true, it can be tried again now. */
static bool may_go_on(struct talk *t, int result, int64_t until_ms)
{
	int want = SSL_get_error(t->ssl, result);
	int64_t left = until_ms - clock_boot_ms();
	struct pollfd p = { .fd = t->fd,
		.events = want == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN };

	if (want != SSL_ERROR_WANT_READ && want != SSL_ERROR_WANT_WRITE)
		return false;
	return left > 0 && (poll(&p, 1, (int)left) > 0 || errno == EINTR);
}

static enum tls_asked shake_hands(struct talk *t)
{
	int r;

	while ((r = SSL_connect(t->ssl)) != 1)
		if (!may_go_on(t, r, t->until_ms))
			break;
	if (r == 1)
		return TLS_ASKED;
	switch (SSL_get_verify_result(t->ssl)) {
	case X509_V_OK:
		return clock_boot_ms() >= t->until_ms ? TLS_SILENT : TLS_NO_TLS;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return TLS_WRONG_NAME;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return TLS_OUT_OF_DATE;
	default:
		return TLS_NOT_TRUSTED;
	}
}

static bool say(struct talk *t, struct bytes text)
{
	int r;

	while ((r = SSL_write(t->ssl, text.at, (int)text.len)) <= 0)
		if (!may_go_on(t, r, t->until_ms))
			return false;
	return true;
}

/* The first bytes may take all the time there is; what follows them comes at once. */
static size_t hear(struct talk *t, char *at, size_t cap)
{
	const int64_t moment_ms = 200;
	size_t len = 0;
	int64_t until = t->until_ms;

	while (len < cap) {
		int r = SSL_read(t->ssl, at + len, (int)(cap - len));

		if (r > 0) {
			len += (size_t)r;
			until = clock_boot_ms() + moment_ms;
		} else if (!may_go_on(t, r, until)) {
			break;
		}
	}
	return len;
}

enum tls_asked tls_ask(int fd, const struct tls_question *q, char *ret_answer, size_t cap,
	size_t *ret_len)
{
	struct talk t = { .fd = fd, .until_ms = clock_boot_ms() + q->timeout_ms };
	enum tls_asked r = prepare(&t, q);

	*ret_len = 0;
	if (r == TLS_ASKED)
		r = shake_hands(&t);
	if (r == TLS_ASKED && say(&t, q->text)) {
		*ret_len = hear(&t, ret_answer, cap);
		(void)SSL_shutdown(t.ssl);
	}
	SSL_free(t.ssl);
	SSL_CTX_free(t.ctx);
	ERR_clear_error();
	return r;
}
