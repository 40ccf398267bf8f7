/* SPDX-License-Identifier: MPL-2.0
 *
 * Text and packets with a length. Nothing here is NUL-terminated by hope: struct
 * bytes is a borrowed view; struct reader and struct writer are sticky: run every
 * step, ask once with writer_ok() or reader_done() whether all of them fitted.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct bytes { /* borrowed, valid as long as what it looks into */
	const uint8_t *at;
	size_t len;
};

#define BYTES_NULL ((struct bytes){ NULL, 0 })
/* For static tables, where a compound literal is no constant. */
#define BYTES_INIT(s)                                                                    \
	{                                                                                \
		(const uint8_t *)(s), sizeof(s) - 1                                      \
	}
#define BYTES_LIT(s) ((struct bytes){ (const uint8_t *)(s), sizeof(s) - 1 })

static inline struct bytes bytes_of(const void *at, size_t len)
{
	return (struct bytes){ (const uint8_t *)at, len };
}

static inline struct bytes bytes_str(const char *s)
{
	return bytes_of(s, s ? strlen(s) : 0);
}

/* Equality of public values. Secrets are compared with secret_equal(), nothing else. */
bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_equal_str(struct bytes a, const char *s);

/* Copies into a NUL-terminated buffer. Outcome: false, buf = "", when it does not fit or
 * when the bytes hold a NUL. */
must_check bool bytes_to_str(struct bytes b, char *buf, size_t cap);

/* True for well-formed UTF-8 without control characters below 0x20 and without 0x7f.
 * newline_ok lets '\n' pass. */
bool bytes_is_clean_text(struct bytes b, bool newline_ok);

/* Decimal digits only, no sign, no blank, at most max. Outcome: false on anything else.
 */
must_check bool bytes_to_u64(struct bytes b, uint64_t max, uint64_t *ret);

/* -- reader: big-endian, sticky ---------------------------------------------------- */
struct reader {
	struct bytes left;
	bool bad;
};

static inline struct reader reader_of(struct bytes b)
{
	return (struct reader){ b, false };
}
uint8_t read_u8(struct reader *r);
uint16_t read_u16(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);
/* The next len bytes, or BYTES_NULL and bad. */
struct bytes read_bytes(struct reader *r, size_t len);
/* A u16 length, then that many bytes; longer than max is bad. */
struct bytes read_var(struct reader *r, size_t max);
/* True when nothing was bad and every byte was consumed. */
must_check bool reader_done(const struct reader *r);

/* -- writer: into a caller's buffer, sticky ---------------------------------------- */
struct writer {
	uint8_t *at;
	size_t len, cap;
	bool bad;
};

static inline struct writer writer_of(void *buf, size_t cap)
{
	return (struct writer){ (uint8_t *)buf, 0, cap, false };
}
void write_u8(struct writer *w, uint8_t v);
void write_u16(struct writer *w, uint16_t v);
void write_u32(struct writer *w, uint32_t v);
void write_u64(struct writer *w, uint64_t v);
void write_bytes(struct writer *w, struct bytes b);
void write_var(struct writer *w, struct bytes b); /* u16 length + bytes */
void write_str(struct writer *w, const char *s);  /* the characters, no NUL */
/* Text as it may stand in an element of HTML, or in a quoted attribute. */
void write_html(struct writer *w, struct bytes text);
void write_fmt(struct writer *w, const char *fmt, ...) printf_like(2, 3);
must_check bool writer_ok(const struct writer *w);
static inline struct bytes writer_bytes(const struct writer *w)
{
	return bytes_of(w->at, w->len);
}
