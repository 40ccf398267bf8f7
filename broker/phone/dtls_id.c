/* SPDX-License-Identifier: MPL-2.0
 *
 * The certificate and the DTLS context. libre's own self-signed certificates are RSA-1024
 * with SHA-1, which OpenSSL 3 refuses; and its context has neither the limits nor the
 * refusals that a port towards everybody needs: no renegotiation, no session that could
 * be resumed with another certificate, forward secrecy and AEAD only.
 */
#include "dtls_id.h"

#include "samtale/base/fault.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <errno.h>
#include <stdlib.h>

#include "re.h"

#define FINGERPRINT_TEXT (sizeof("sha-256 ") + 3 * DTLS_ID_DIGEST)
#define YEAR_SECONDS     (365L * 24 * 3600)
#define CHAIN_BYTES      (16 * 1024) /* the longest certificate that a peer may send */
#define SEND_BYTES       1400 /* of one record: an MTU, and 15 kB less in each leg */
#define SUITES           "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"
#define CIPHERS                                                                          \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"                   \
	"ECDHE-ECDSA-AES256-GCM-SHA384"

struct dtls_id {
	struct tls *tls;
	char fingerprint[FINGERPRINT_TEXT];
};

DEFINE_FREEP(EVP_PKEY, EVP_PKEY_free, pkey_freep)
DEFINE_FREEP(X509, X509_free, x509_freep)

/* -- the certificate --------------------------------------------------------------- */
static bool name_it(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);

	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		       (const unsigned char *)"samtale", -1, -1, 0) == 1 &&
	       X509_set_issuer_name(x, name) == 1;
}

/* Valid from yesterday, for a browser's clock may be behind ours. */
static X509 *certify(EVP_PKEY *key)
{
	owned(x509_freep) X509 *x = X509_new();
	X509 *made;
	uint64_t serial;

	if (!x || RAND_bytes((unsigned char *)&serial, sizeof(serial)) != 1 ||
		X509_set_version(x, X509_VERSION_3) != 1 ||
		ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1) != 1 ||
		!X509_gmtime_adj(X509_getm_notBefore(x), -24 * 3600L) ||
		!X509_gmtime_adj(X509_getm_notAfter(x), 2 * YEAR_SECONDS) ||
		!name_it(x) || X509_set_pubkey(x, key) != 1 ||
		X509_sign(x, key, EVP_sha256()) == 0)
		return NULL;
	made = x;
	x = NULL;
	return made;
}

static bool tell_fingerprint(const X509 *x, char *buf, size_t cap)
{
	struct writer w = writer_of(buf, cap - 1);
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned len;

	if (X509_digest(x, EVP_sha256(), md, &len) != 1 || len != DTLS_ID_DIGEST)
		return false;
	write_str(&w, "sha-256");
	for (unsigned i = 0; i < len; i++)
		write_fmt(&w, "%c%02X", i == 0 ? ' ' : ':', md[i]);
	buf[w.len] = 0;
	return writer_ok(&w);
}

/* -- the context ------------------------------------------------------------------- */
/* Who it is is decided by dtls_id_keys(); here only that there is a certificate. */
static int any_certificate(int ok, X509_STORE_CTX *ctx)
{
	(void)ok;
	(void)ctx;
	return 1;
}

static bool harden(SSL_CTX *ctx)
{
	SSL_CTX_set_options(
		ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(ctx, CHAIN_BYTES);
	SSL_CTX_set_max_send_fragment(ctx, SEND_BYTES);
	SSL_CTX_set_verify(
		ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, any_certificate);
	return SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(ctx, CIPHERS) == 1 &&
	       SSL_CTX_set_tlsext_use_srtp(ctx, SUITES) == 0;
}

static bool show(struct dtls_id *d)
{
	owned(pkey_freep) EVP_PKEY *key = EVP_EC_gen("P-256");
	owned(x509_freep) X509 *x = key ? certify(key) : NULL;
	SSL_CTX *ctx = tls_openssl_context(d->tls);

	return x && tell_fingerprint(x, d->fingerprint, sizeof(d->fingerprint)) &&
	       SSL_CTX_use_certificate(ctx, x) == 1 &&
	       SSL_CTX_use_PrivateKey(ctx, key) == 1 && harden(ctx);
}

int dtls_id_new(struct dtls_id **ret)
{
	owned(dtls_id_freep) struct dtls_id *d = calloc(1, sizeof(*d));

	if (!d || tls_alloc(&d->tls, TLS_METHOD_DTLSV1_2, NULL, NULL))
		return fault_here(ENOMEM);
	if (!show(d)) {
		ERR_clear_error();
		return fault_here(EIO);
	}
	*ret = d;
	d = NULL;
	return 0;
}

struct dtls_id *dtls_id_free(struct dtls_id *d)
{
	if (d)
		mem_deref(d->tls);
	free(d);
	return NULL;
}

const char *dtls_id_fingerprint(const struct dtls_id *d)
{
	return d->fingerprint;
}

struct tls *dtls_id_tls(const struct dtls_id *d)
{
	return d->tls;
}

/* -- an association ---------------------------------------------------------------- */
/* We are the server: its key protects what we send. */
static int box_of(enum re_srtp_suite chosen, const uint8_t *server, const uint8_t *client,
	struct srtp_box **ret)
{
	switch ((int)chosen) {
	case SRTP_AES_128_GCM:
		return srtp_box_new(ret, SRTP_AEAD_AES128_GCM, bytes_of(server, 28),
			bytes_of(client, 28));
	case SRTP_AES_CM_128_HMAC_SHA1_80:
		return srtp_box_new(ret, SRTP_AES128_SHA1_80, bytes_of(server, 30),
			bytes_of(client, 30));
	default:
		return DTLS_ID_E_STRANGER;
	}
}

int dtls_id_keys(const struct tls_conn *tc, const uint8_t digest[DTLS_ID_DIGEST],
	struct srtp_box **ret)
{
	uint8_t seen[DTLS_ID_DIGEST], client[SRTP_KEY_MAX], server[SRTP_KEY_MAX];
	enum re_srtp_suite chosen;
	int err;

	if (tls_peer_fingerprint(tc, TLS_FINGERPRINT_SHA256, seen, sizeof(seen)) ||
		memcmp(seen, digest, sizeof(seen)) != 0)
		return DTLS_ID_E_STRANGER;
	err = tls_srtp_keyinfo(
		tc, &chosen, client, sizeof(client), server, sizeof(server));
	err = err ? DTLS_ID_E_STRANGER : box_of(chosen, server, client, ret);
	explicit_bzero(client, sizeof(client));
	explicit_bzero(server, sizeof(server));
	return err;
}
