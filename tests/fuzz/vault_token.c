/* SPDX-License-Identifier: MPL-2.0
 *
 * What a stranger claims to be a token, a PIN, a case reference or a recovery code. A
 * token has exactly one spelling, so nobody can try one twice under two names; a token of
 * one kind is nothing in the place of another.
 */
#include "samtale/vault/totp.h"

#include "samtale/base/limits.h"

#include "fuzz_file.h"

#define BASE64URL "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static const struct node_key *node(void)
{
	static struct node_key *n;
	char path[] = "/tmp/samtale-fuzz-XXXXXX";

	if (n)
		return n;
	PROMISE(secret_start() == 0 && mkdtemp(path) && rmdir(path) == 0);
	PROMISE(node_key_create(path) == 0 && node_key_load(&n, path) == 0);
	PROMISE(unlink(path) == 0);
	return n;
}

/* last: the characters that may end a token, where unused bits are 0. */
static bool is_token(struct bytes text, size_t len, const char *last)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == 0 || !strchr(BASE64URL, text.at[i]))
			return false;
	return text.len == len && strchr(last, text.at[len - 1]);
}

static void check_tokens(struct bytes text)
{
	bool is_short = is_token(text, TOKEN_SHORT_TEXT - 1, "AQgw");
	bool is_long = is_token(text, TOKEN_LONG_TEXT - 1, "AEIMQUYcgkosw048");
	struct token_hash link, setup, device, session;

	PROMISE(token_hash(node(), TOKEN_LINK, text, &link) == is_short);
	PROMISE(token_hash(node(), TOKEN_SETUP, text, &setup) == is_short);
	PROMISE(token_hash(node(), TOKEN_DEVICE, text, &device) == is_long);
	PROMISE(token_hash(node(), TOKEN_SESSION, text, &session) == is_long);
	PROMISE(!is_short || memcmp(&link, &setup, sizeof(link)) != 0);
	PROMISE(!is_long || memcmp(&device, &session, sizeof(device)) != 0);
}

static void check_pin(struct bytes text)
{
	struct token_hash one, other;
	bool is_pin = text.len == PIN_TEXT - 1;

	for (size_t i = 0; is_pin && i < text.len; i++)
		is_pin = text.at[i] >= '0' && text.at[i] <= '9';
	PROMISE(pin_hash(node(), 1, text, &one) == is_pin);
	PROMISE(pin_hash(node(), 2, text, &other) == is_pin);
	PROMISE(!is_pin || memcmp(&one, &other, sizeof(one)) != 0);
}

static void check_codes(struct bytes text)
{
	static char codes[RECOVERY_CODES][RECOVERY_TEXT];
	static struct token_hash hashes[RECOVERY_CODES];
	static bool made;
	struct totp_secret secret = { { 0 } };
	struct token_hash tag;
	int64_t step = 0;

	if (!made)
		recovery_make(node(), 7, codes, hashes);
	made = true;
	/* 2^50 codes: chance does not find one, so what is found was not made from text.
	 */
	PROMISE(recovery_find(node(), 7, text, hashes, RECOVERY_CODES) == -1);
	if (case_tag(node(), text, &tag))
		PROMISE(text.len > 0 && text.len <= LIMIT_CASE_REF);
	if (totp_is_right(&secret, text, 1763802000000, 0, &step))
		PROMISE(text.len == 6 && step > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	check_tokens(bytes_of(at, len));
	check_pin(bytes_of(at, len));
	check_codes(bytes_of(at, len));
	return 0;
}
