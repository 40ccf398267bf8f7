/* SPDX-License-Identifier: MPL-2.0
 *
 * Views, the sticky reader and the sticky writer. No step reads or writes outside what
 * it was given; lengths are compared by subtraction, so no sum can wrap.
 */
#include "samtale/base/bytes.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void heap_freep(void *at_pointer)
{
	void *p;

	memcpy(&p, at_pointer, sizeof(p));
	free(p);
	memset(at_pointer, 0, sizeof(p));
}

/* -- views ------------------------------------------------------------------------- */
bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool bytes_equal_str(struct bytes a, const char *s)
{
	return bytes_equal(a, bytes_str(s));
}

bool bytes_to_str(struct bytes b, char *buf, size_t cap)
{
	assert(cap > 0);
	buf[0] = '\0';
	if (b.len >= cap || (b.len > 0 && memchr(b.at, 0, b.len)))
		return false;
	if (b.len > 0)
		memcpy(buf, b.at, b.len);
	buf[b.len] = '\0';
	return true;
}

/* Length of the UTF-8 sequence at the start of b, 0 when it is malformed: overlong, a
 * surrogate, above U+10FFFF or cut short (RFC 3629, section 4). */
static size_t utf8_length(struct bytes b)
{
	const uint8_t *s = b.at;
	uint8_t low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (b.len < len)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

bool bytes_is_clean_text(struct bytes b, bool newline_ok)
{
	while (b.len > 0) {
		size_t len = utf8_length(b);

		if (len == 0 || b.at[0] == 0x7f)
			return false;
		if (b.at[0] < 0x20 && !(newline_ok && b.at[0] == '\n'))
			return false;
		b = bytes_of(b.at + len, b.len - len);
	}
	return true;
}

bool bytes_to_u64(struct bytes b, uint64_t max, uint64_t *ret)
{
	uint64_t sum = 0;

	if (b.len == 0)
		return false;
	for (size_t i = 0; i < b.len; i++) {
		if (b.at[i] < '0' || b.at[i] > '9')
			return false;
		if (__builtin_mul_overflow(sum, 10U, &sum) ||
			__builtin_add_overflow(sum, (uint64_t)(b.at[i] - '0'), &sum) ||
			sum > max)
			return false;
	}
	*ret = sum;
	return true;
}

/* -- reader ------------------------------------------------------------------------ */
struct bytes read_bytes(struct reader *r, size_t len)
{
	struct bytes taken;

	if (r->bad || r->left.len < len) {
		r->bad = true;
		return BYTES_NULL;
	}
	taken = bytes_of(r->left.at, len);
	if (len > 0)
		r->left = bytes_of(r->left.at + len, r->left.len - len);
	return taken;
}

static uint64_t read_number(struct reader *r, size_t len)
{
	struct bytes b = read_bytes(r, len);
	uint64_t v = 0;

	for (size_t i = 0; i < b.len; i++)
		v = v << 8 | b.at[i];
	return v;
}

uint8_t read_u8(struct reader *r)
{
	return (uint8_t)read_number(r, 1);
}

uint16_t read_u16(struct reader *r)
{
	return (uint16_t)read_number(r, 2);
}

uint32_t read_u32(struct reader *r)
{
	return (uint32_t)read_number(r, 4);
}

uint64_t read_u64(struct reader *r)
{
	return read_number(r, 8);
}

struct bytes read_var(struct reader *r, size_t max)
{
	size_t len = read_u16(r);

	if (len > max)
		r->bad = true;
	return read_bytes(r, len);
}

bool reader_done(const struct reader *r)
{
	return !r->bad && r->left.len == 0;
}

/* -- writer ------------------------------------------------------------------------ */
void write_bytes(struct writer *w, struct bytes b)
{
	if (w->bad || w->cap - w->len < b.len) {
		w->bad = true;
		return;
	}
	if (b.len > 0)
		memcpy(w->at + w->len, b.at, b.len);
	w->len += b.len;
}

static void write_number(struct writer *w, uint64_t v, size_t len)
{
	uint8_t big_endian[8];

	for (size_t i = len; i > 0; i--, v >>= 8)
		big_endian[i - 1] = (uint8_t)v;
	write_bytes(w, bytes_of(big_endian, len));
}

void write_u8(struct writer *w, uint8_t v)
{
	write_number(w, v, 1);
}

void write_u16(struct writer *w, uint16_t v)
{
	write_number(w, v, 2);
}

void write_u32(struct writer *w, uint32_t v)
{
	write_number(w, v, 4);
}

void write_u64(struct writer *w, uint64_t v)
{
	write_number(w, v, 8);
}

void write_var(struct writer *w, struct bytes b)
{
	if (b.len > UINT16_MAX) {
		w->bad = true;
		return;
	}
	write_u16(w, (uint16_t)b.len);
	write_bytes(w, b);
}

void write_str(struct writer *w, const char *s)
{
	write_bytes(w, bytes_str(s));
}

void write_html(struct writer *w, struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.at[i]) {
		case '&':
			write_str(w, "&amp;");
			break;
		case '<':
			write_str(w, "&lt;");
			break;
		case '>':
			write_str(w, "&gt;");
			break;
		case '"':
			write_str(w, "&quot;");
			break;
		case '\'':
			write_str(w, "&#39;");
			break;
		default:
			write_u8(w, text.at[i]);
		}
	}
}

void write_fmt(struct writer *w, const char *fmt, ...)
{
	size_t room = w->cap - w->len;
	va_list args;
	int n;

	if (w->bad)
		return;
	va_start(args, fmt);
	n = vsnprintf(room ? (char *)w->at + w->len : NULL, room, fmt, args);
	va_end(args);
	/* vsnprintf writes a NUL that is not ours, so the text must leave one byte free.
	 */
	if (n < 0 || (size_t)n >= room)
		w->bad = true;
	else
		w->len += (size_t)n;
}

bool writer_ok(const struct writer *w)
{
	return !w->bad;
}
