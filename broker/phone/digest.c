/* SPDX-License-Identifier: MPL-2.0
 *
 * Reads a challenge parameter by parameter, quoted or not, and refuses what could not be
 * put back between quotes unchanged; writes the answer. Hashes are libcrypto's.
 */
#include "digest.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <strings.h>

#define HEX_MAX (2 * 32 + 1)

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct bytes *b)
{
	while (b->len && is_blank(*b->at)) {
		b->at++;
		b->len--;
	}
}

static struct bytes take(struct bytes *b, size_t n)
{
	const struct bytes got = bytes_of(b->at, n);
	b->at += n;
	b->len -= n;
	return got;
}

static bool is_token(uint8_t c)
{
	return c > ' ' && c < 0x7f && !strchr("\"=,;", c);
}

static struct bytes take_token(struct bytes *b)
{
	size_t n = 0;
	while (n < b->len && is_token(b->at[n]))
		n++;
	return take(b, n);
}

/* Between the quotes as it came: a backslash keeps its place, for we send it back. */
static bool take_value(struct bytes *b, struct bytes *ret)
{
	if (!b->len || *b->at != '"') {
		*ret = take_token(b);
		/* A nonce in base64 may end in '=' where it is not quoted. */
		while (b->len && *b->at == '=') {
			ret->len++;
			(void)take(b, 1);
		}
		return ret->len > 0;
	}
	(void)take(b, 1);
	size_t n = 0;
	while (n < b->len && b->at[n] != '"') {
		if (b->at[n] < ' ')
			return false;
		n += b->at[n] == '\\' ? 2 : 1;
	}
	if (n >= b->len)
		return false;
	*ret = take(b, n);
	(void)take(b, 1);
	return true;
}

static bool same_word(struct bytes b, const char *word)
{
	return b.len == strlen(word) && !strncasecmp((const char *)b.at, word, b.len);
}

/* One word of a list such as "auth,auth-int". */
static bool list_has(struct bytes list, const char *word)
{
	while (list.len) {
		skip_blanks(&list);
		if (same_word(take_token(&list), word))
			return true;
		while (list.len && !is_token(*list.at))
			(void)take(&list, 1);
	}
	return false;
}

static bool parameter(struct digest_challenge *c, struct bytes name, struct bytes value,
	bool *ret_nonce)
{
	if (same_word(name, "realm"))
		return bytes_to_str(value, c->realm, sizeof(c->realm));
	if (same_word(name, "opaque"))
		return bytes_to_str(value, c->opaque, sizeof(c->opaque));
	if (same_word(name, "nonce")) {
		*ret_nonce = true;
		return bytes_to_str(value, c->nonce, sizeof(c->nonce));
	}
	if (same_word(name, "stale"))
		c->stale = same_word(value, "true");
	if (same_word(name, "qop")) {
		c->qop = true;
		return list_has(value, "auth");
	}
	if (same_word(name, "algorithm")) {
		c->algorithm = same_word(value, "SHA-256") ? DIGEST_SHA256 : DIGEST_MD5;
		return c->algorithm == DIGEST_SHA256 || same_word(value, "MD5");
	}
	return true;
}

bool digest_read(struct bytes value, struct digest_challenge *ret)
{
	struct digest_challenge c = { .algorithm = DIGEST_MD5 };
	bool nonce = false;

	skip_blanks(&value);
	if (!same_word(take_token(&value), "Digest"))
		return false;
	for (;;) {
		struct bytes text;
		skip_blanks(&value);
		const struct bytes name = take_token(&value);
		skip_blanks(&value);
		if (!name.len || !value.len || *take(&value, 1).at != '=')
			return false;
		skip_blanks(&value);
		if (!take_value(&value, &text) || !parameter(&c, name, text, &nonce))
			return false;
		skip_blanks(&value);
		if (!value.len)
			break;
		if (*take(&value, 1).at != ',')
			return false;
	}
	if (!nonce)
		return false;
	*ret = c;
	return true;
}

/* Hex of the hash of the parts, which are joined by colons. */
static int hash(enum digest_algorithm algorithm, const struct bytes *parts, size_t n,
	char ret[HEX_MAX])
{
	uint8_t sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx &&
		    EVP_DigestInit_ex(ctx,
			    algorithm == DIGEST_SHA256 ? EVP_sha256() : EVP_md5(), NULL);
	for (size_t i = 0; good && i < n; i++)
		good = (i == 0 || EVP_DigestUpdate(ctx, ":", 1)) &&
		       EVP_DigestUpdate(ctx, parts[i].at, parts[i].len);
	good = good && EVP_DigestFinal_ex(ctx, sum, &len) && 2 * len < HEX_MAX;
	EVP_MD_CTX_free(ctx);
	if (!good)
		return fault_here(EIO);
	for (unsigned i = 0; i < len; i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", sum[i]);
	OPENSSL_cleanse(sum, sizeof(sum));
	return 0;
}

int digest_write(struct writer *w, const struct digest_challenge *c,
	const struct digest_request *r)
{
	char ha1[HEX_MAX], ha2[HEX_MAX], response[HEX_MAX], nc[9], cnonce[17];
	(void)snprintf(nc, sizeof(nc), "%08x", r->count);
	(void)snprintf(cnonce, sizeof(cnonce), "%016llx", (unsigned long long)r->cnonce);

	const struct bytes who[] = { bytes_str(r->user), bytes_str(c->realm),
		r->password };
	const struct bytes what[] = { bytes_str(r->method), bytes_str(r->uri) };
	int e = hash(c->algorithm, who, ARRAY_LEN(who), ha1);
	if (!e)
		e = hash(c->algorithm, what, ARRAY_LEN(what), ha2);
	if (!e && c->qop) {
		const struct bytes all[] = { bytes_str(ha1), bytes_str(c->nonce),
			bytes_str(nc), bytes_str(cnonce), BYTES_LIT("auth"),
			bytes_str(ha2) };
		e = hash(c->algorithm, all, ARRAY_LEN(all), response);
	} else if (!e) {
		const struct bytes all[] = { bytes_str(ha1), bytes_str(c->nonce),
			bytes_str(ha2) };
		e = hash(c->algorithm, all, ARRAY_LEN(all), response);
	}
	OPENSSL_cleanse(ha1, sizeof(ha1));
	if (e)
		return fault_pass(e);

	write_fmt(w, "%s: Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\"",
		c->proxy ? "Proxy-Authorization" : "Authorization", r->user, c->realm,
		c->nonce, r->uri);
	write_fmt(w, ", response=\"%s\", algorithm=%s", response,
		c->algorithm == DIGEST_SHA256 ? "SHA-256" : "MD5");
	if (c->opaque[0])
		write_fmt(w, ", opaque=\"%s\"", c->opaque);
	if (c->qop)
		write_fmt(w, ", cnonce=\"%s\", qop=auth, nc=%s", cnonce, nc);
	write_str(w, "\r\n");
	return 0;
}
