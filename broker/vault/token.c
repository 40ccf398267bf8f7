/* SPDX-License-Identifier: MPL-2.0
 *
 * Tokens, PINs, numbers and tags: drawn or derived here, known to the store as keyed
 * hashes alone. Every kind has its own hash key, so a token of one kind is nothing in
 * the place of another.
 */
#include "samtale/vault/token.h"

#include "parts.h"
#include "samtale/base/limits.h"

#include <assert.h>
#include <sodium.h>

#define BASE64      sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define SHORT_BYTES 16
#define LONG_BYTES  32

static const struct {
	size_t bytes;
	enum node_subkey key;
} kinds[TOKEN_KIND_COUNT] = {
	[TOKEN_LINK] = { SHORT_BYTES, NODE_LINK_HASH },
	[TOKEN_SETUP] = { SHORT_BYTES, NODE_SETUP_HASH },
	[TOKEN_DEVICE] = { LONG_BYTES, NODE_DEVICE_HASH },
	[TOKEN_SESSION] = { LONG_BYTES, NODE_SESSION_HASH },
};

/* This run's key of tag_of(); tags mean nothing to who does not have it. */
static struct key tag_key;

void tag_start(void)
{
	random_fill(&tag_key, sizeof(tag_key));
}

/* -- derived from ck --------------------------------------------------------------- */
static void derive(
	const struct key *ck, const char *what, uint32_t generation, uint8_t ret[32])
{
	uint8_t buf[16];
	struct writer w = writer_of(buf, sizeof(buf));

	write_str(&w, what);
	write_u32(&w, generation);
	assert(writer_ok(&w));
	keyed_hash(ck, writer_bytes(&w), ret);
}

void link_token_make(
	const struct key *ck, uint32_t generation, char ret[TOKEN_SHORT_TEXT])
{
	wiped_buf(hash, 32);

	derive(ck, "link", generation, hash);
	(void)sodium_bin2base64(ret, TOKEN_SHORT_TEXT, hash, SHORT_BYTES, BASE64);
}

/* Eight draws of 32 bits; one that would favour low numbers is passed over. All eight
 * are with a chance of 10^-27, which is then taken as it is. */
void pin_make(const struct key *ck, uint32_t generation, char ret[PIN_TEXT])
{
	const uint32_t fair = UINT32_MAX - UINT32_MAX % 1000000;
	wiped_buf(hash, 32);
	struct reader r = reader_of(bytes_of(hash, sizeof(hash)));
	uint32_t draw = 0;

	derive(ck, "pin", generation, hash);
	for (int i = 0; i < 8; i++) {
		draw = read_u32(&r);
		if (draw < fair)
			break;
	}
	for (int i = PIN_TEXT - 2; i >= 0; i--, draw /= 10)
		ret[i] = (char)('0' + draw % 10);
	ret[PIN_TEXT - 1] = '\0';
}

bool pin_hash(const struct node_key *n, int64_t meeting, struct bytes pin,
	struct token_hash *ret)
{
	wiped_buf(buf, 8 + PIN_TEXT - 1);
	struct writer w = writer_of(buf, sizeof(buf));

	if (pin.len != PIN_TEXT - 1)
		return false;
	for (size_t i = 0; i < pin.len; i++)
		if (pin.at[i] < '0' || pin.at[i] > '9')
			return false;
	write_u64(&w, (uint64_t)meeting);
	write_bytes(&w, pin);
	keyed_hash(node_key_get(n, NODE_PIN_HASH), writer_bytes(&w), ret->at);
	return true;
}

uint32_t meeting_number_random(void)
{
	return 10000000 + random_below(90000000);
}

/* -- random tokens ----------------------------------------------------------------- */
void token_random(enum token_kind kind, char *ret, size_t cap)
{
	wiped_buf(raw, LONG_BYTES);

	assert(kind < TOKEN_KIND_COUNT && kind != TOKEN_LINK);
	random_fill(raw, sizeof(raw));
	(void)sodium_bin2base64(ret, cap, raw, kinds[kind].bytes, BASE64);
}

/* libsodium 1.0.18 reads every byte above 0x7f as '_': another spelling. */
static bool is_ascii(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] > 0x7f)
			return false;
	return true;
}

bool token_hash(const struct node_key *n, enum token_kind kind, struct bytes text,
	struct token_hash *ret)
{
	wiped_buf(raw, LONG_BYTES);
	size_t len = 0;

	assert(kind < TOKEN_KIND_COUNT);
	/* Text, not bytes, tells the length: one token has exactly one spelling. */
	if (text.len != sodium_base64_ENCODED_LEN(kinds[kind].bytes, BASE64) - 1 ||
		!is_ascii(text))
		return false;
	if (sodium_base642bin(raw, sizeof(raw), (const char *)text.at, text.len, NULL,
		    &len, NULL, BASE64) != 0 ||
		len != kinds[kind].bytes)
		return false;
	keyed_hash(node_key_get(n, kinds[kind].key), bytes_of(raw, len), ret->at);
	return true;
}

void number_hash(const struct node_key *n, uint32_t number, struct token_hash *ret)
{
	uint8_t buf[4];
	struct writer w = writer_of(buf, sizeof(buf));

	write_u32(&w, number);
	keyed_hash(node_key_get(n, NODE_NUMBER_HASH), writer_bytes(&w), ret->at);
}

/* -- tags -------------------------------------------------------------------------- */
bool case_tag(const struct node_key *n, struct bytes case_ref, struct token_hash *ret)
{
	wiped_buf(folded, LIMIT_CASE_REF);
	size_t len = 0;

	if (case_ref.len > LIMIT_CASE_REF)
		return false;
	for (size_t i = 0; i < case_ref.len; i++) {
		uint8_t c = case_ref.at[i];

		if (c == ' ' || c == '\t')
			continue;
		folded[len++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
	}
	if (len == 0)
		return false;
	keyed_hash(node_key_get(n, NODE_CASE_TAG), bytes_of(folded, len), ret->at);
	return true;
}

bool phone_tag(const struct node_key *n, struct bytes number, struct token_hash *ret)
{
	if (number.len < 2 || number.len > LIMIT_PHONE || number.at[0] != '+')
		return false;
	for (size_t i = 1; i < number.len; i++)
		if (number.at[i] < '0' || number.at[i] > '9')
			return false;
	keyed_hash(node_key_get(n, NODE_PHONE_TAG), number, ret->at);
	return true;
}

uint32_t tag_of(int64_t id)
{
	uint8_t hash[32], buf[8];
	struct writer w = writer_of(buf, sizeof(buf));
	struct reader r = reader_of(bytes_of(hash, sizeof(hash)));

	write_u64(&w, (uint64_t)id);
	keyed_hash(&tag_key, writer_bytes(&w), hash);
	return read_u32(&r);
}

void receipt_make(const struct node_key *n, int64_t meeting, int64_t started_ms,
	int64_t ended_ms, char ret[RECEIPT_TEXT])
{
	static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint8_t hash[32], buf[24];
	struct writer w = writer_of(buf, sizeof(buf));
	struct reader r = reader_of(bytes_of(hash, sizeof(hash)));
	uint64_t bits;

	write_u64(&w, (uint64_t)meeting);
	write_u64(&w, (uint64_t)started_ms);
	write_u64(&w, (uint64_t)ended_ms);
	keyed_hash(node_key_get(n, NODE_RECEIPT), writer_bytes(&w), hash);
	bits = read_u64(&r);
	for (size_t i = 0; i < RECEIPT_TEXT - 1; i++) {
		if (i == 4) {
			ret[i] = '-';
			continue;
		}
		ret[i] = letters[bits & 31];
		bits >>= 5;
	}
	ret[RECEIPT_TEXT - 1] = '\0';
}
