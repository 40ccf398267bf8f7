/* SPDX-License-Identifier: MPL-2.0
 *
 * Hex both ways. One value has one spelling: capitals are refused.
 */
#include "hex.h"

static const char digits[] = "0123456789abcdef";

void write_hex(struct writer *w, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++) {
		write_u8(w, (uint8_t)digits[b.at[i] >> 4]);
		write_u8(w, (uint8_t)digits[b.at[i] & 15]);
	}
}

static bool digit_read(uint8_t c, uint8_t *ret)
{
	if (c >= '0' && c <= '9')
		*ret = (uint8_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*ret = (uint8_t)(c - 'a' + 10);
	else
		return false;
	return true;
}

bool hex_read(struct bytes text, uint8_t *ret, size_t len)
{
	uint8_t high, low;

	if (text.len != len * 2)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!digit_read(text.at[2 * i], &high) ||
			!digit_read(text.at[2 * i + 1], &low))
			return false;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

struct bytes field_take(struct bytes *line)
{
	const uint8_t *space = line->len > 0 ? memchr(line->at, ' ', line->len) : NULL;
	struct bytes field = *line;

	if (!space) {
		*line = BYTES_NULL;
		return field;
	}
	field.len = (size_t)(space - line->at);
	*line = bytes_of(space + 1, line->len - field.len - 1);
	return field;
}
