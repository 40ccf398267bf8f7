/* SPDX-License-Identifier: MPL-2.0
 *
 * Certificate and key are loaded into a context of their own and looked at one by one:
 * file, PEM, pair, dates, name, who may read the key. The first thing wrong becomes the
 * sentence. OpenSSL's own error texts are dropped: they help nobody.
 */
#include "certificate_load.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SOON_MS (14 * MS_DAY)

static int say(struct certificate_sentence *ret, const char *what, const char *path,
	const char *more)
{
	(void)snprintf(ret->at, sizeof(ret->at), "%s %s%s", what, path, more);
	ERR_clear_error();
	return CERTIFICATE_E_BAD;
}

/* A file that is there and can be read. */
static int check_file(const char *what, const char *path, struct stat *st,
	struct certificate_sentence *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err = errno;

	if (fd < 0) {
		if (err == ENOENT)
			return say(ret, what, path, " does not exist.");
		if (err == EACCES)
			return say(ret, what, path, " may not be read by this user.");
		return say(ret, what, path, " cannot be opened.");
	}
	err = fstat(fd, st);
	(void)close(fd);
	if (err != 0 || !S_ISREG(st->st_mode))
		return say(ret, what, path, " is not a file.");
	return 0;
}

static int check_files(
	const struct certificate_files *files, struct certificate_sentence *ret)
{
	struct stat st;
	int r = check_file("The certificate", files->certificate, &st, ret);

	if (r != 0)
		return r;
	r = check_file("The private key", files->key, &st, ret);
	if (r != 0)
		return r;
	if (st.st_mode & S_IRWXO)
		return say(ret, "The private key", files->key,
			" is open to every user of this machine; take that right away "
			"(chmod o= on it).");
	return 0;
}

/* A key behind a passphrase must not make the daemon ask for it on a terminal. */
static int no_passphrase(char *buf, int cap, int writing, void *arg)
{
	(void)buf;
	(void)cap;
	(void)writing;
	(void)arg;
	return -1;
}

static EVP_PKEY *read_key(const char *path)
{
	BIO *bio = BIO_new_file(path, "r");
	EVP_PKEY *key =
		bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

	BIO_free(bio);
	return key;
}

static int check_pair(SSL_CTX *ctx, const struct certificate_files *files,
	struct certificate_sentence *ret)
{
	EVP_PKEY *key;
	int r = 0;

	if (SSL_CTX_use_certificate_chain_file(ctx, files->certificate) != 1)
		return say(ret, "The certificate", files->certificate,
			" is not a PEM certificate that is strong enough.");
	key = read_key(files->key);
	if (!key)
		return say(ret, "The private key", files->key,
			" is not a PEM key without a passphrase.");
	if (X509_check_private_key(SSL_CTX_get0_certificate(ctx), key) != 1)
		r = say(ret, "The private key", files->key,
			" does not belong to the certificate.");
	else if (SSL_CTX_use_PrivateKey(ctx, key) != 1)
		r = say(ret, "The private key", files->key,
			" is of a kind that TLS cannot use.");
	EVP_PKEY_free(key);
	return r;
}

static void date_of(const ASN1_TIME *at, char *buf, size_t cap, int64_t *ret_ms)
{
	struct tm tm = { 0 };

	if (ASN1_TIME_to_tm(at, &tm) != 1)
		tm = (struct tm){ .tm_mday = 1 };
	*ret_ms = (int64_t)timegm(&tm) * MS_SECOND;
	(void)strftime(buf, cap, "%Y-%m-%d", &tm);
}

static int check_dates(const X509 *leaf, const char *path, int64_t utc_ms,
	struct certificate_sentence *ret)
{
	char since[16], until[16], more[96];
	int64_t since_ms, until_ms;

	date_of(X509_get0_notBefore(leaf), since, sizeof(since), &since_ms);
	date_of(X509_get0_notAfter(leaf), until, sizeof(until), &until_ms);
	if (utc_ms < since_ms) {
		(void)snprintf(more, sizeof(more), " is not valid before %s.", since);
		return say(ret, "The certificate", path, more);
	}
	if (utc_ms >= until_ms) {
		(void)snprintf(more, sizeof(more), " expired on %s.", until);
		return say(ret, "The certificate", path, more);
	}
	(void)snprintf(more, sizeof(more), " is good until %s.", until);
	(void)say(ret, "The certificate", path, more);
	return until_ms - utc_ms < SOON_MS ? CERTIFICATE_E_SOON : 0;
}

static int check_name(X509 *leaf, const struct certificate_files *files,
	struct certificate_sentence *ret)
{
	char more[320];

	if (X509_check_host(leaf, files->host, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
		    NULL) == 1 ||
		X509_check_ip_asc(leaf, files->host, 0) == 1)
		return 0;
	(void)snprintf(more, sizeof(more), " is not made out for %.253s.", files->host);
	return say(ret, "The certificate", files->certificate, more);
}

int certificate_load(SSL_CTX *ctx, const struct certificate_files *files, int64_t utc_ms,
	struct certificate_sentence *ret)
{
	X509 *leaf;
	int r = check_files(files, ret);

	if (r == 0)
		r = check_pair(ctx, files, ret);
	if (r != 0)
		return r;
	leaf = SSL_CTX_get0_certificate(ctx);
	r = check_name(leaf, files, ret);
	if (r != 0)
		return r;
	return check_dates(leaf, files->certificate, utc_ms, ret);
}

int certificate_check(const struct certificate_files *files, int64_t utc_ms,
	struct certificate_sentence *ret)
{
	SSL_CTX *scratch = SSL_CTX_new(TLS_server_method());
	int r;

	if (!scratch)
		return fault_here(ENOMEM);
	r = certificate_load(scratch, files, utc_ms, ret);
	SSL_CTX_free(scratch);
	return r;
}
