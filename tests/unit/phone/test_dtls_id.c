/* SPDX-License-Identifier: MPL-2.0
 *
 * Our certificate as a browser sees it. Handshakes are in test_browser.c.
 */
#include "dtls_id.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "re.h"

static void every_process_has_another_p_256_certificate(void **state)
{
	struct dtls_id *a, *b;
	X509 *x;

	(void)state;
	assert_int_equal(dtls_id_new(&a), 0);
	assert_int_equal(dtls_id_new(&b), 0);
	assert_string_not_equal(dtls_id_fingerprint(a), dtls_id_fingerprint(b));
	x = SSL_CTX_get0_certificate(tls_openssl_context(dtls_id_tls(a)));
	assert_non_null(x);
	assert_int_equal(X509_get_signature_nid(x), NID_ecdsa_with_SHA256);
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(x)), 256);
	assert_true(X509_cmp_current_time(X509_get0_notBefore(x)) < 0);
	assert_true(X509_cmp_current_time(X509_get0_notAfter(x)) > 0);
	dtls_id_free(a);
	dtls_id_free(b);
}

static void the_fingerprint_is_that_of_the_certificate(void **state)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	char text[3 * 32 + 1];
	struct dtls_id *id;
	unsigned len;

	(void)state;
	assert_int_equal(dtls_id_new(&id), 0);
	assert_int_equal(X509_digest(SSL_CTX_get0_certificate(
					     tls_openssl_context(dtls_id_tls(id))),
				 EVP_sha256(), md, &len),
		1);
	for (unsigned i = 0; i < 32; i++)
		(void)re_snprintf(text + 3 * i, 4, "%02X:", md[i]);
	text[3 * 32 - 1] = 0;
	assert_memory_equal(dtls_id_fingerprint(id), "sha-256 ", 8);
	assert_string_equal(dtls_id_fingerprint(id) + 8, text);
	dtls_id_free(id);
}

static void old_protocols_renegotiation_and_tickets_are_off(void **state)
{
	struct dtls_id *id;
	SSL_CTX *ctx;

	(void)state;
	assert_int_equal(dtls_id_new(&id), 0);
	ctx = tls_openssl_context(dtls_id_tls(id));
	assert_int_equal(SSL_CTX_get_min_proto_version(ctx), DTLS1_2_VERSION);
	assert_true(SSL_CTX_get_options(ctx) & SSL_OP_NO_RENEGOTIATION);
	assert_true(SSL_CTX_get_options(ctx) & SSL_OP_NO_TICKET);
	assert_int_equal(SSL_CTX_get_session_cache_mode(ctx), SSL_SESS_CACHE_OFF);
	assert_int_equal(SSL_CTX_get_verify_mode(ctx),
		SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT);
	dtls_id_free(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_process_has_another_p_256_certificate),
		cmocka_unit_test(the_fingerprint_is_that_of_the_certificate),
		cmocka_unit_test(old_protocols_renegotiation_and_tickets_are_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
