/* SPDX-License-Identifier: MPL-2.0
 *
 * The shapes that secrets live in: struct key (32 bytes, always inside guarded memory or
 * a wiped() local) and struct secret (any fixed length, guarded, locked, never grown).
 * A secret has no printer and is compared by secret_equal() alone.
 */
#pragma once

#include "samtale/base/bytes.h"

#define KEY_BYTES 32

struct key {
	uint8_t at[KEY_BYTES];
};

/* Call once before anything else of this room. Faults: -EIO (no random source). */
must_check int secret_start(void);

/* -- guarded memory ---------------------------------------------------------------- */

/* Zeroed, between guard pages, locked where the limit allows, left out of core images.
 * NULL when there is none. Costs at least three pages: allocate arrays, not items. */
void *secret_alloc(size_t size);
/* Wipes and frees; NULL is fine. */
void secret_drop(void *at);

struct secret { /* guarded as a whole */
	size_t len;
	uint8_t at[];
};

/* Zeroed. NULL when out of memory. */
struct secret *secret_new(size_t len);
struct secret *secret_free(struct secret *s);
DEFINE_FREEP(struct secret, secret_free, secret_freep)

static inline struct bytes secret_bytes(const struct secret *s)
{
	return bytes_of(s->at, s->len);
}

/* -- stack temporaries ------------------------------------------------------------- */

struct wipe_span {
	void *at;
	size_t len;
};
void secret_wipe(void *at, size_t len);
void secret_wipe_span(struct wipe_span *span);

/* wiped(struct key, tmp);  wiped_buf(digest, 64);
 * Declares a zeroed local that is wiped when its scope ends. */
#define WIPE_AT_END(name, at)                                                            \
	owned(secret_wipe_span) __attribute__((                                          \
		unused)) struct wipe_span name##_wipe = { (at), sizeof(name) }
#define wiped(type, name)                                                                \
	type name = { 0 };                                                               \
	WIPE_AT_END(name, &(name))
#define wiped_buf(name, size)                                                            \
	uint8_t name[size] = { 0 };                                                      \
	WIPE_AT_END(name, name)

/* -- compare, draw ----------------------------------------------------------------- */

/* Compares lengths, then content in constant time. */
must_check bool secret_equal(struct bytes a, struct bytes b);

void random_fill(void *at, size_t len);
/* 1 .. 2^53 - 1: exact in JSON numbers, opaque in URLs. */
int64_t random_id(void);
/* 0 .. below - 1, unbiased. */
uint32_t random_below(uint32_t below);

/* -- files ------------------------------------------------------------------------- */

#define SECRET_E_MISSING  1 /* no such file */
#define SECRET_E_READABLE 2 /* others than its owner may read it */
#define SECRET_E_LENGTH   3 /* empty, or longer than max */

/* Reads a secret file whole. Group may read it only inside $CREDENTIALS_DIRECTORY
 * (systemd gives access there by ACL). Faults: -errno. */
must_check int secret_file_load(struct secret **ret, const char *path, size_t max);
/* The same, without one trailing line end: for coturn's secret and the like. */
must_check int secret_line_load(struct secret **ret, const char *path, size_t max);
/* Writes a new file, 0600, synced with its folder. Faults: -EEXIST, -errno. */
must_check int secret_file_create(const char *path, struct bytes content, unsigned mode);
/* The name of a file is durable only when its folder is: syncs the folder that `path`
 * lies in. Faults: -errno. */
must_check int secret_folder_sync(const char *path);
