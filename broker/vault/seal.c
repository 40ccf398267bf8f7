/* SPDX-License-Identifier: MPL-2.0
 *
 * XChaCha20-Poly1305 with a random 24-byte nonce: no counter to keep, no reuse to fear.
 * Associated data is version, context and row, so a value opens in its own place alone.
 * Plain text never stays behind in a buffer of ours.
 */
#include "samtale/vault/seal.h"

#include "parts.h"
#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

#define VERSION     1
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define PLACE_MAX   80
#define SMALL       256 /* padded text up to this stays on the stack */

_Static_assert(SEAL_HEAD == 1 + NONCE_BYTES, "version and nonce");
_Static_assert(SEAL_TAG == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(AEAD_EXTRA == SEAL_HEAD + SEAL_TAG, "parts.h agrees");

static struct bytes place_of(const char *context, int64_t row, uint8_t buf[PLACE_MAX])
{
	struct writer w = writer_of(buf, PLACE_MAX);

	write_u8(&w, VERSION);
	write_str(&w, context);
	write_u8(&w, 0);
	write_u64(&w, (uint64_t)row);
	assert(writer_ok(&w)); /* contexts are literals of ours */
	return writer_bytes(&w);
}

void aead_seal(const struct key *key, const char *context, int64_t row,
	struct bytes plain, uint8_t *out)
{
	uint8_t buf[PLACE_MAX];
	struct bytes ad = place_of(context, row, buf);

	out[0] = VERSION;
	random_fill(out + 1, NONCE_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + SEAL_HEAD, NULL, plain.at,
		plain.len, ad.at, ad.len, NULL, out + 1, key->at);
}

bool aead_open(const struct key *key, const char *context, int64_t row,
	struct bytes sealed, uint8_t *ret_plain)
{
	uint8_t buf[PLACE_MAX];
	struct bytes ad = place_of(context, row, buf);

	if (sealed.len < AEAD_EXTRA || sealed.at[0] != VERSION)
		return false;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL,
		       sealed.at + SEAL_HEAD, sealed.len - SEAL_HEAD, ad.at, ad.len,
		       sealed.at + 1, key->at) == 0;
}

int seal_field(const struct key *key, const char *context, int64_t row,
	struct bytes plain, struct writer *out)
{
	size_t padded = (plain.len / SEAL_BLOCK + 1) * SEAL_BLOCK;
	uint8_t *at, *text;

	if (plain.len > SEAL_PLAIN_MAX)
		return fault_here(EMSGSIZE);
	if (out->bad || out->cap - out->len < padded + AEAD_EXTRA)
		return fault_here(ENOBUFS);
	at = out->at + out->len;
	text = at + SEAL_HEAD;
	if (plain.len > 0)
		memcpy(text, plain.at, plain.len);
	if (sodium_pad(NULL, text, plain.len, SEAL_BLOCK, padded) != 0)
		return fault_here(ENOBUFS);
	aead_seal(key, context, row, bytes_of(text, padded), at); /* in place */
	out->len += padded + AEAD_EXTRA;
	return 0;
}

static int unpad_into(const uint8_t *text, size_t padded, struct writer *out)
{
	size_t len;

	if (sodium_unpad(&len, text, padded, SEAL_BLOCK) != 0)
		return SEAL_E_BAD;
	if (out->bad || out->cap - out->len < len)
		return fault_here(ENOBUFS);
	write_bytes(out, bytes_of(text, len));
	return 0;
}

int open_field(const struct key *key, const char *context, int64_t row,
	struct bytes sealed, struct writer *out)
{
	wiped_buf(small, SMALL);
	uint8_t *text = small;
	size_t padded;
	int r = SEAL_E_BAD;

	if (sealed.len < AEAD_EXTRA + SEAL_BLOCK ||
		sealed.len > SEALED_SIZE(SEAL_PLAIN_MAX) ||
		(sealed.len - AEAD_EXTRA) % SEAL_BLOCK != 0)
		return SEAL_E_BAD;
	padded = sealed.len - AEAD_EXTRA;
	if (padded > SMALL)
		text = malloc(padded);
	if (!text)
		return fault_here(ENOMEM);
	if (aead_open(key, context, row, sealed, text))
		r = unpad_into(text, padded, out);
	if (text != small) {
		sodium_memzero(text, padded);
		free(text);
	}
	return r;
}

int seal_text(const struct key *key, const char *context, int64_t row, const char *text,
	struct sealed *ret)
{
	struct sealed made = { 0 };
	struct writer w = writer_of(made.at, sizeof(made.at));
	size_t len = strlen(text);
	int r = 0;

	if (len > SEALED_TEXT_MAX)
		return fault_here(EMSGSIZE);
	if (len > 0)
		r = seal_field(key, context, row, bytes_of(text, len), &w);
	if (r < 0)
		return fault_pass(r);
	made.len = (uint16_t)w.len;
	*ret = made;
	return 0;
}

int open_text(const struct key *key, const char *context, int64_t row,
	const struct sealed *sealed, char ret[OPEN_TEXT_CAP])
{
	wiped_buf(plain, SEALED_TEXT_MAX);
	struct writer w = writer_of(plain, sizeof(plain));

	if (sealed->len > sizeof(sealed->at))
		return SEAL_E_BAD;
	if (sealed->len == 0) {
		ret[0] = '\0';
		return 0;
	}
	/* What we did not seal does not open, so a text that is too long is as bad. */
	if (open_field(key, context, row, bytes_of(sealed->at, sealed->len), &w) != 0)
		return SEAL_E_BAD;
	return bytes_to_str(writer_bytes(&w), ret, OPEN_TEXT_CAP) ? 0 : SEAL_E_BAD;
}
