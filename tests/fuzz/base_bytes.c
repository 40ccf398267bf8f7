/* SPDX-License-Identifier: MPL-2.0
 *
 * Reader and writer, text and numbers. A program of reads out of the input, then the
 * same values written: the bytes must be those that were read. UTF-8 and numbers are
 * compared with another way of looking at them.
 */
#include "samtale/base/bytes.h"

#include "fuzz.h"

#include <errno.h>

/* One step; false when it was refused. */
static bool copy_step(struct reader *r, struct writer *w, uint8_t step)
{
	uint64_t number = 0;
	struct bytes part = BYTES_NULL;

	switch (step % 6) {
	case 0:
		number = read_u8(r);
		break;
	case 1:
		number = read_u16(r);
		break;
	case 2:
		number = read_u32(r);
		break;
	case 3:
		number = read_u64(r);
		break;
	case 4:
		part = read_var(r, step);
		PROMISE(part.len <= step);
		break;
	default:
		part = read_bytes(r, step);
	}
	if (r->bad) {
		PROMISE(number == 0 && part.len == 0);
		return false;
	}
	if (step % 6 == 0)
		write_u8(w, (uint8_t)number);
	else if (step % 6 == 1)
		write_u16(w, (uint16_t)number);
	else if (step % 6 == 2)
		write_u32(w, (uint32_t)number);
	else if (step % 6 == 3)
		write_u64(w, number);
	else if (step % 6 == 4)
		write_var(w, part);
	else
		write_bytes(w, part);
	return true;
}

/* First a length, then so many steps, then what they read. */
static void check_copy(struct bytes all)
{
	static uint8_t buffer[4096];
	struct reader input = reader_of(all);
	struct bytes steps = read_var(&input, 512);
	struct reader r = reader_of(input.left);
	struct writer w = writer_of(buffer, sizeof(buffer));
	size_t read = 0;

	if (input.bad)
		return;
	for (size_t i = 0; i < steps.len; i++) {
		if (!copy_step(&r, &w, steps.at[i])) {
			PROMISE(!reader_done(&r) && read_u64(&r) == 0);
			return;
		}
		read = input.left.len - r.left.len;
		if (!writer_ok(&w)) {
			PROMISE(read > sizeof(buffer));
			return;
		}
		PROMISE(w.len == read && memcmp(buffer, input.left.at, read) == 0);
	}
	PROMISE(reader_done(&r) == (read == input.left.len));
}

/* RFC 3629 the other way round: decode generously, encode, compare. */
static size_t other_utf8(struct bytes b, uint32_t *ret)
{
	size_t len = b.at[0] < 0x80 ? 1 : b.at[0] < 0xe0 ? 2 : b.at[0] < 0xf0 ? 3 : 4;
	static const uint8_t mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = b.at[0] & mask[len];

	if ((b.at[0] & 0xc0) == 0x80 || b.at[0] >= 0xf8 || b.len < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((b.at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b.at[i] & 0x3f);
	}
	*ret = c;
	return c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : len;
}

static bool other_clean(struct bytes b, bool newline_ok)
{
	uint32_t c;

	while (b.len > 0) {
		size_t len = other_utf8(b, &c);

		if (len == 0 || c == 0x7f || (c < 0x20 && !(c == '\n' && newline_ok)))
			return false;
		b = bytes_of(b.at + len, b.len - len);
	}
	return true;
}

static void check_text(struct bytes b)
{
	char text[64];
	bool fits = b.len < sizeof(text) && (b.len == 0 || !memchr(b.at, 0, b.len));
	uint64_t n = 0;

	PROMISE(bytes_is_clean_text(b, false) == other_clean(b, false));
	PROMISE(bytes_is_clean_text(b, true) == other_clean(b, true));
	PROMISE(bytes_to_str(b, text, sizeof(text)) == fits);
	PROMISE(strlen(text) == (fits ? b.len : 0));
	if (!fits)
		return;
	errno = 0;
	bool digits = b.len > 0 && strspn(text, "0123456789") == b.len;
	unsigned long long other = strtoull(text, NULL, 10);
	PROMISE(bytes_to_u64(b, UINT64_MAX, &n) == (digits && errno == 0));
	PROMISE(!digits || errno != 0 || n == other);
	PROMISE(bytes_to_u64(b, 1000, &n) == (digits && errno == 0 && other <= 1000));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	check_copy(bytes_of(at, len));
	check_text(bytes_of(at, len));
	return 0;
}
