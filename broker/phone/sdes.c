/* SPDX-License-Identifier: MPL-2.0
 *
 * `a=crypto` of RFC 4568: one suite, one key, nothing that would make the stream differ
 * from what srtp_box does. The key goes through a codec without branches or tables of its
 * characters, and is never in a text that outlives the call.
 */
#include "sdes.h"

#define SUITE        "AES_CM_128_HMAC_SHA1_80"
#define TAG_MAX      999999999
#define KEY_BYTES    sizeof(((struct sdes *)NULL)->key)
#define KEY_TEXT     (KEY_BYTES / 3 * 4) /* 30 bytes: no padding */
#define LIFETIME_MIN 20                  /* bits: 2^20 packets outlive the longest call */
#define LIFETIME_MAX 48

static bool cut_prefix(struct bytes *b, struct bytes prefix)
{
	if (b->len < prefix.len || !bytes_equal(bytes_of(b->at, prefix.len), prefix))
		return false;
	*b = bytes_of(b->at + prefix.len, b->len - prefix.len);
	return true;
}

/* Up to the next stop or the end; the stop is eaten. */
static struct bytes cut_until(struct bytes *b, char stop)
{
	const uint8_t *at = b->len > 0 ? memchr(b->at, stop, b->len) : NULL;
	size_t len = at ? (size_t)(at - b->at) : b->len;
	struct bytes head = bytes_of(b->at, len);

	*b = at ? bytes_of(at + 1, b->len - len - 1) : BYTES_NULL;
	return head;
}

/* All ones when low <= c <= high. */
static int within(int c, int low, int high)
{
	return ((low - 1 - c) & (c - high - 1)) >> 8;
}

/* The value of one character, -1 for any but the 64. */
static int value_of(uint8_t c)
{
	return -1 + (within(c, 'A', 'Z') & (c - 'A' + 1)) +
	       (within(c, 'a', 'z') & (c - 'a' + 27)) +
	       (within(c, '0', '9') & (c - '0' + 53)) + (within(c, '+', '+') & 63) +
	       (within(c, '/', '/') & 64);
}

static char character_of(unsigned value)
{
	int v = (int)value;

	return (char)((within(v, 0, 25) & (v + 'A')) |
		      (within(v, 26, 51) & (v - 26 + 'a')) |
		      (within(v, 52, 61) & (v - 52 + '0')) | (within(v, 62, 62) & '+') |
		      (within(v, 63, 63) & '/'));
}

static bool read_key(struct bytes text, uint8_t key[KEY_BYTES])
{
	int bad = 0;

	if (text.len != KEY_TEXT)
		return false;
	for (size_t i = 0; i < KEY_TEXT / 4; i++) {
		uint32_t group = 0;

		for (size_t j = 0; j < 4; j++) {
			int value = value_of(text.at[4 * i + j]);

			bad |= value;
			group = group << 6 | ((uint32_t)value & 63);
		}
		key[3 * i] = (uint8_t)(group >> 16);
		key[3 * i + 1] = (uint8_t)(group >> 8);
		key[3 * i + 2] = (uint8_t)group;
	}
	return bad >= 0;
}

/* 2^n or a decimal number of packets. */
static bool lifetime_is_long(struct bytes text)
{
	uint64_t n;

	if (cut_prefix(&text, BYTES_LIT("2^")))
		return bytes_to_u64(text, LIFETIME_MAX, &n) && n >= LIFETIME_MIN;
	return bytes_to_u64(text, UINT64_C(1) << LIFETIME_MAX, &n) &&
	       n >= UINT64_C(1) << LIFETIME_MIN;
}

/* Session parameters: WSH is a hint for the receiver's window, all others change the
 * stream. */
static bool parameters_change_nothing(struct bytes text)
{
	while (text.len > 0) {
		struct bytes one = cut_until(&text, ' ');
		uint64_t window;

		if (one.len > 0 &&
			!(cut_prefix(&one, BYTES_LIT("WSH=")) &&
				bytes_to_u64(one, 9999, &window) && window >= 64))
			return false;
	}
	return true;
}

bool sdes_read(struct bytes value, struct sdes *ret)
{
	struct bytes tag = cut_until(&value, ' ');
	struct bytes suite = cut_until(&value, ' ');
	struct bytes inlined = cut_until(&value, ' ');
	struct bytes key = cut_until(&inlined, '|');
	struct sdes s;
	uint64_t n;
	bool good = bytes_to_u64(tag, TAG_MAX, &n) && n > 0 &&
		    bytes_equal_str(suite, SUITE) &&
		    cut_prefix(&key, BYTES_LIT("inline:")) && read_key(key, s.key) &&
		    (inlined.len == 0 || lifetime_is_long(inlined)) &&
		    parameters_change_nothing(value);

	if (good) {
		s.tag = (uint32_t)n;
		*ret = s;
	}
	explicit_bzero(&s, sizeof(s));
	return good;
}

void sdes_write(struct writer *w, const struct sdes *s)
{
	write_fmt(w, "%u " SUITE " inline:", s->tag);
	for (size_t i = 0; i < KEY_BYTES; i += 3) {
		uint32_t group = (uint32_t)s->key[i] << 16 |
				 (uint32_t)s->key[i + 1] << 8 | s->key[i + 2];

		for (unsigned shift = 24; shift > 0; shift -= 6)
			write_u8(w, (uint8_t)character_of(group >> (shift - 6) & 63));
	}
}
