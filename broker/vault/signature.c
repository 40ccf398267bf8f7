/* SPDX-License-Identifier: MPL-2.0
 *
 * An Ed25519 key as a SubjectPublicKeyInfo is always the same twelve bytes and the key,
 * so no parser of ASN.1 is needed: what begins otherwise is not one of ours.
 */
#include "samtale/vault/signature.h"

#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>

#define BASE64    sodium_base64_VARIANT_ORIGINAL
#define HEAD      12
#define SPKI      (HEAD + SIGN_PUBLIC)
#define SPKI_TEXT 61
#define BEGIN     "-----BEGIN PUBLIC KEY-----"
#define END       "-----END PUBLIC KEY-----"
#define BLANKS    " \t\r\n"

_Static_assert(SIGN_PEM_TEXT == sizeof(BEGIN) + SPKI_TEXT + sizeof(END) + 1, "PEM");

static const uint8_t head[HEAD] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,
	0x03, 0x21, 0x00 };

/* -- what is signed for others ----------------------------------------------------- */
void minutes_write_log(struct writer *w, const char *checkpoint)
{
	write_fmt(w, MINUTES_LOG "%s\n", *checkpoint ? checkpoint : "-");
}

static bool are_minutes(struct bytes text)
{
	size_t len = strlen(MINUTES_FIRST_LINE);

	return text.len > len && memcmp(text.at, MINUTES_FIRST_LINE, len) == 0 &&
	       text.at[text.len - 1] == '\n' && bytes_is_clean_text(text, true);
}

int minutes_sign(const struct key *seed, struct bytes text, const char *checkpoint,
	uint8_t ret[SIGNATURE_BYTES])
{
	uint8_t whole[MINUTES_TEXT_MAX];
	struct writer w = writer_of(whole, sizeof(whole));

	write_bytes(&w, text);
	minutes_write_log(&w, checkpoint);
	if (!are_minutes(text) || !writer_ok(&w))
		return fault_here(EINVAL);
	sign_text(seed, writer_bytes(&w), ret);
	return 0;
}

/* -- as text ----------------------------------------------------------------------- */
void signature_text(const uint8_t signature[SIGNATURE_BYTES], char ret[SIGNATURE_TEXT])
{
	(void)sodium_bin2base64(ret, SIGNATURE_TEXT, signature, SIGNATURE_BYTES, BASE64);
}

static bool decode(struct bytes text, const char *ignore, uint8_t *ret, size_t len)
{
	size_t got = 0;

	return sodium_base642bin(ret, len, (const char *)text.at, text.len, ignore, &got,
		       NULL, BASE64) == 0 &&
	       got == len;
}

bool signature_of_text(struct bytes text, uint8_t ret[SIGNATURE_BYTES])
{
	return decode(text, NULL, ret, SIGNATURE_BYTES);
}

void sign_public_pem(const uint8_t public_key[SIGN_PUBLIC], char ret[SIGN_PEM_TEXT])
{
	uint8_t spki[SPKI];
	char text[SPKI_TEXT];
	int n;

	memcpy(spki, head, HEAD);
	memcpy(spki + HEAD, public_key, SIGN_PUBLIC);
	(void)sodium_bin2base64(text, sizeof(text), spki, SPKI, BASE64);
	n = snprintf(ret, SIGN_PEM_TEXT, BEGIN "\n%s\n" END "\n", text);
	assert(n == SIGN_PEM_TEXT - 1);
}

static bool take_text(struct bytes *text, const char *mark)
{
	size_t len = strlen(mark);

	while (text->len && strchr(BLANKS, text->at[0]) && text->at[0])
		*text = bytes_of(text->at + 1, text->len - 1);
	if (text->len < len || memcmp(text->at, mark, len) != 0)
		return false;
	*text = bytes_of(text->at + len, text->len - len);
	return true;
}

bool sign_public_of_pem(struct bytes pem, uint8_t ret[SIGN_PUBLIC])
{
	uint8_t spki[SPKI];
	struct bytes body;
	const uint8_t *dash;

	if (!take_text(&pem, BEGIN))
		return false;
	dash = memchr(pem.at, '-', pem.len);
	body = bytes_of(pem.at, dash ? (size_t)(dash - pem.at) : pem.len);
	pem = bytes_of(body.at + body.len, pem.len - body.len);
	if (!take_text(&pem, END) || !take_text(&pem, "") || pem.len ||
		!decode(body, BLANKS, spki, SPKI) || memcmp(spki, head, HEAD) != 0)
		return false;
	memcpy(ret, spki + HEAD, SIGN_PUBLIC);
	return true;
}
