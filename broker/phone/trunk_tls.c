/* SPDX-License-Identifier: MPL-2.0
 *
 * The TLS of the trunk. libre 1.1.0 verifies nothing by itself, so the context does:
 * every connection needs a chain to a known authority and the server's name (RFC 5922),
 * before a byte of SIP is sent over it.
 */
#include "trunk_inside.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static int trunk_index(void)
{
	static int index = -1;
	if (index < 0)
		index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	return index;
}

static struct trunk *trunk_of(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), trunk_index());
}

/* Changes nothing; remembers why, for the log and the administrator. */
static int on_verify(int good, X509_STORE_CTX *store)
{
	const SSL *ssl =
		X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	if (!good && ssl)
		trunk_of(ssl)->distrusted = true;
	return good;
}

/* libre tells no server name; a server with several certificates needs one (RFC 6066). */
static void on_progress(const SSL *ssl, int where, int ret)
{
	(void)ret;
	if (!(where & SSL_CB_HANDSHAKE_START) || SSL_is_server(ssl))
		return;
	const struct trunk *t = trunk_of(ssl);
	struct sa literal;
	if (sa_set_str(&literal, t->host, 0) != 0)
		(void)SSL_set_tlsext_host_name((SSL *)(uintptr_t)ssl, t->host);
}

/* Folders of certificates are read at the first handshake, and files are given up before
 * it: only what is in one file counts. Debian keeps all in one beside the folder. */
static bool trust_system(SSL_CTX *ctx)
{
	char bundle[256];
	struct writer w = writer_of(bundle, sizeof(bundle) - 1);

	write_fmt(&w, "%s/ca-certificates.crt", X509_get_default_cert_dir());
	if (!writer_ok(&w))
		return false;
	bundle[w.len] = 0;
	return SSL_CTX_load_verify_file(ctx, bundle) == 1 ||
	       SSL_CTX_load_verify_file(ctx, X509_get_default_cert_file()) == 1;
}

int trunk_tls_new(struct trunk *t, const char **ret_sentence)
{
	if (tls_alloc(&t->tls, TLS_METHOD_SSLV23, NULL, NULL) != 0)
		return fault_here(ENOMEM);
	SSL_CTX *ctx = tls_openssl_context(t->tls);
	X509_VERIFY_PARAM *name = SSL_CTX_get0_param(ctx);
	const bool own = t->s->phone_ca_file[0] != 0;

	*ret_sentence = own ? "phone.ca_file holds no certificate that can be read"
			    : "the system knows no authorities: install ca-certificates "
			      "or fill in phone.ca_file";
	if (own ? SSL_CTX_load_verify_file(ctx, t->s->phone_ca_file) != 1
		: !trust_system(ctx))
		return TRUNK_E_SETTINGS;
	*ret_sentence = "phone.server is no name that a certificate can have";
	if (X509_VERIFY_PARAM_set1_ip_asc(name, t->host) != 1 &&
		X509_VERIFY_PARAM_set1_host(name, t->host, 0) != 1)
		return TRUNK_E_SETTINGS;
	X509_VERIFY_PARAM_set_hostflags(name, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);

	const int index = trunk_index();
	if (index < 0 || SSL_CTX_set_ex_data(ctx, index, t) != 1 ||
		SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
		return fault_here(ENOMEM);
	SSL_CTX_set_verify(
		ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, on_verify);
	SSL_CTX_set_info_callback(ctx, on_progress);
	*ret_sentence = "";
	return 0;
}
