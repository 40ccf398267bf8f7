/* SPDX-License-Identifier: MPL-2.0
 *
 * RFC 6238 over RFC 4226, and recovery codes. All three steps in the window are computed
 * and compared each time, so the time taken tells nothing about which was near.
 */
#include "samtale/vault/totp.h"

#include "parts.h"
#include "samtale/base/fault.h"
#include "samtale/vault/seal.h"

#include <errno.h>
#include <sodium.h>

#define WINDOW 1 /* steps of drift either way */

void totp_random(struct totp_secret *ret)
{
	random_fill(ret, sizeof(*ret));
}

int totp_code(const struct totp_secret *s, int64_t step, char ret[7])
{
	wiped_buf(mac, 20);
	uint8_t counter[8];
	struct writer w = writer_of(counter, sizeof(counter));
	struct reader r;
	uint32_t number;
	int err;

	write_u64(&w, (uint64_t)step);
	err = hmac_sha1(bytes_of(s->at, sizeof(s->at)), writer_bytes(&w), mac);
	if (err < 0)
		return fault_pass(err);
	r = reader_of(bytes_of(mac + (mac[19] & 15), 4)); /* RFC 4226, 5.3 */
	number = (read_u32(&r) & 0x7fffffff) % 1000000;
	for (int i = 5; i >= 0; i--, number /= 10)
		ret[i] = (char)('0' + number % 10);
	ret[6] = '\0';
	return 0;
}

bool totp_is_right(const struct totp_secret *s, struct bytes code, int64_t utc_ms,
	int64_t last_step, int64_t *ret_step)
{
	int64_t now = utc_ms / 1000 / TOTP_STEP_S, hit = 0;
	bool right = false;

	for (int64_t step = now - WINDOW; step <= now + WINDOW; step++) {
		wiped_buf(text, 7);
		bool same;

		if (totp_code(s, step, (char *)text) < 0)
			return false;
		same = secret_equal(code, bytes_of(text, 6));
		if (same && step > last_step) {
			right = true;
			hit = step;
		}
	}
	if (right)
		*ret_step = hit;
	return right;
}

void totp_base32(const struct totp_secret *s, char ret[TOTP_BASE32_TEXT])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t out = 0;

	for (size_t in = 0; in < TOTP_SECRET_BYTES; in += 5) {
		uint64_t bits = 0;

		for (size_t i = 0; i < 5; i++)
			bits = bits << 8 | s->at[in + i];
		for (int shift = 35; shift >= 0; shift -= 5)
			ret[out++] = letters[bits >> shift & 31];
	}
	ret[out] = '\0';
}

static void write_percent(struct writer *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			write_u8(out, (uint8_t)*text);
		else
			write_fmt(out, "%%%02X", (unsigned)(uint8_t)*text);
	}
}

void totp_uri(struct writer *out, const char *issuer, const char *account,
	const struct totp_secret *s)
{
	wiped_buf(base32, TOTP_BASE32_TEXT);

	totp_base32(s, (char *)base32);
	write_str(out, "otpauth://totp/");
	write_percent(out, issuer);
	write_str(out, ":");
	write_percent(out, account);
	write_str(out, "?secret=");
	write_str(out, (const char *)base32);
	write_str(out, "&issuer=");
	write_percent(out, issuer);
	write_str(out, "&algorithm=SHA1&digits=6&period=30");
}

int totp_seal(const struct node_key *n, int64_t user, const struct totp_secret *s,
	struct sealed *ret)
{
	struct sealed made = { 0 };
	struct writer w = writer_of(made.at, sizeof(made.at));
	int r = seal_field(node_key_get(n, NODE_TOTP_SEAL), SEAL_USER_TOTP, user,
		bytes_of(s->at, sizeof(s->at)), &w);

	if (r < 0)
		return fault_pass(r);
	made.len = (uint16_t)w.len;
	*ret = made;
	return 0;
}

int totp_open(const struct node_key *n, int64_t user, const struct sealed *sealed,
	struct totp_secret *ret)
{
	wiped(struct totp_secret, s);
	struct writer w = writer_of(s.at, sizeof(s.at));

	if (sealed->len > sizeof(sealed->at) ||
		open_field(node_key_get(n, NODE_TOTP_SEAL), SEAL_USER_TOTP, user,
			bytes_of(sealed->at, sealed->len), &w) != 0 ||
		w.len != sizeof(s.at))
		return SEAL_E_BAD;
	*ret = s;
	return 0;
}

/* -- recovery codes ---------------------------------------------------------------- */
#define CODE_LETTERS 10 /* 50 bits */

/* Without I, O, 0 and 1. */
static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

static void recovery_hash(const struct node_key *n, int64_t user, const uint8_t *code,
	struct token_hash *ret)
{
	wiped_buf(buf, 8 + CODE_LETTERS);
	struct writer w = writer_of(buf, sizeof(buf));

	write_u64(&w, (uint64_t)user);
	write_bytes(&w, bytes_of(code, CODE_LETTERS));
	keyed_hash(node_key_get(n, NODE_RECOVERY_HASH), writer_bytes(&w), ret->at);
}

void recovery_make(const struct node_key *n, int64_t user, char ret_text[][RECOVERY_TEXT],
	struct token_hash ret_hash[RECOVERY_CODES])
{
	wiped_buf(code, CODE_LETTERS);

	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		char *text = ret_text[i];

		for (size_t k = 0; k < CODE_LETTERS; k++)
			code[k] = (uint8_t)alphabet[random_below(sizeof(alphabet) - 1)];
		memcpy(text, code, 5);
		text[5] = '-';
		memcpy(text + 6, code + 5, 5);
		text[RECOVERY_TEXT - 1] = '\0';
		recovery_hash(n, user, code, &ret_hash[i]);
	}
}

int recovery_find(const struct node_key *n, int64_t user, struct bytes text,
	const struct token_hash *hashes, size_t count)
{
	wiped_buf(code, CODE_LETTERS);
	struct token_hash hash;
	size_t len = 0;
	int found = -1;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];

		if (c == ' ' || c == '-')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 'a' + 'A');
		if (len == CODE_LETTERS)
			return -1;
		code[len++] = c;
	}
	if (len != CODE_LETTERS)
		return -1;
	recovery_hash(n, user, code, &hash);
	for (size_t i = 0; i < count; i++)
		if (secret_equal(bytes_of(hash.at, sizeof(hash.at)),
			    bytes_of(hashes[i].at, sizeof(hashes[i].at))))
			found = (int)i;
	return found;
}
