/* SPDX-License-Identifier: MPL-2.0
 *
 * The only door to JSON, both ways, for this room and for api. struct jin reads what a
 * stranger sent: one object, no duplicate key, no NUL, bounded depth and size; every
 * field is asked for by name, type and range, unknown ones are never looked at. struct
 * jout writes into a caller's buffer and allocates nothing. Both are sticky: run all the
 * steps, ask once.
 */
#pragma once

#include "samtale/base/bytes.h"

#define JSON_DEPTH  6    /* objects and arrays within each other */
#define JSON_FIELDS 64   /* of one object */
#define JSON_NODES  4096 /* values in all */

/* -- reading ----------------------------------------------------------------------- */

struct jin {
	void *tree;            /* owned */
	const void *at;        /* the object whose fields are asked for */
	const void *outer;     /* where jin_leave() returns to */
	const char *bad_field; /* the first that was missing or wrong; "" for no JSON */
	bool bad;
};

#define JIN_NULL       ((struct jin){ 0 })
#define JIN_E_BAD      1
#define JIN_E_NOT_UTF8 2

/* text must be one JSON object of at most max bytes. Outcomes: JIN_E_BAD, JIN_E_NOT_UTF8.
 * Faults: -ENOMEM. What is read from it is borrowed until jin_close(). */
must_check int jin_open(struct jin *in, struct bytes text, size_t max);
void jin_close(struct jin *in); /* JIN_NULL is fine, twice is fine */

/* True when the field is there and is not null. Never makes the reader bad. */
bool jin_has(const struct jin *in, const char *field);

/* One line of clean text (no control characters), min to max bytes. Borrowed. */
struct bytes jin_text(struct jin *in, const char *field, size_t min, size_t max);
/* The same where an absent field means "". */
struct bytes jin_text_or_empty(struct jin *in, const char *field, size_t max);
/* Any UTF-8 without NUL: line ends and control characters pass. Borrowed. */
struct bytes jin_blob(struct jin *in, const char *field, size_t max);
int64_t jin_int(struct jin *in, const char *field, int64_t min, int64_t max);
bool jin_bool(struct jin *in, const char *field);
/* An id: a string of 1 to 16 decimal digits, above 0. */
int64_t jin_id(struct jin *in, const char *field);
/* A word out of a table; its index, 0 when bad. NULL rows never match. */
unsigned jin_word(struct jin *in, const char *field, const char *const *table, size_t n);

/* The length of an array of objects, min to max; 0 when bad. */
size_t jin_array(struct jin *in, const char *field, size_t min, size_t max);
/* Fields are now those of item i (an object) of that array; one level only. */
void jin_enter(struct jin *in, const char *field, size_t i);
void jin_leave(struct jin *in);

/* Makes the reader bad for a reason that only the caller can see. */
void jin_refuse(struct jin *in, const char *field);
/* True when every step so far was good. */
must_check static inline bool jin_ok(const struct jin *in)
{
	return !in->bad;
}

/* -- writing ----------------------------------------------------------------------- */

struct jout {
	struct writer w;
	bool comma; /* the next item needs one */
};

static inline struct jout jout_of(void *buf, size_t cap)
{
	return (struct jout){ writer_of(buf, cap), false };
}

/* key NULL: the item stands in an array, or is the root. Keys and words are ours: they
 * are written as they are. Texts are escaped; that they are UTF-8 was checked on their
 * way in. */
void jout_object(struct jout *o, const char *key);
void jout_array(struct jout *o, const char *key);
void jout_end_object(struct jout *o);
void jout_end_array(struct jout *o);
void jout_word(struct jout *o, const char *key, const char *word);
void jout_text(struct jout *o, const char *key, struct bytes text);
void jout_str(struct jout *o, const char *key, const char *text); /* escaped as well */
void jout_int(struct jout *o, const char *key, int64_t v);
void jout_bool(struct jout *o, const char *key, bool v);
void jout_id(struct jout *o, const char *key, int64_t id); /* as a string of digits */
/* A whole JSON value that was written by a jout before, as it is. */
void jout_raw(struct jout *o, const char *key, struct bytes json);

must_check static inline bool jout_ok(const struct jout *o)
{
	return writer_ok(&o->w);
}
static inline struct bytes jout_bytes(const struct jout *o)
{
	return writer_bytes(&o->w);
}
