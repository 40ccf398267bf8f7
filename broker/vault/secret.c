/* SPDX-License-Identifier: MPL-2.0
 *
 * Guarded memory, wiping, comparing and drawing, all of it libsodium's. Sizes are rounded
 * up because sodium_malloc() aligns the end of a block, not its beginning.
 */
#include "samtale/vault/secret.h"

#include "parts.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <sodium.h>

#define ALIGN 16

int secret_start(void)
{
	if (sodium_init() < 0)
		return fault_here(EIO);
	tag_start();
	return 0;
}

void *secret_alloc(size_t size)
{
	void *at;

	if (size > SIZE_MAX - ALIGN)
		return NULL;
	size = (size + ALIGN - 1) / ALIGN * ALIGN;
	at = sodium_malloc(size);
	if (at)
		memset(at, 0, size);
	return at;
}

void secret_drop(void *at)
{
	sodium_free(at);
}

struct secret *secret_new(size_t len)
{
	struct secret *s;

	if (len > SIZE_MAX - sizeof(*s))
		return NULL;
	s = secret_alloc(sizeof(*s) + len);
	if (s)
		s->len = len;
	return s;
}

struct secret *secret_free(struct secret *s)
{
	sodium_free(s);
	return NULL;
}

void secret_wipe(void *at, size_t len)
{
	sodium_memzero(at, len);
}

void secret_wipe_span(struct wipe_span *span)
{
	sodium_memzero(span->at, span->len);
}

bool secret_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || sodium_memcmp(a.at, b.at, a.len) == 0);
}

void random_fill(void *at, size_t len)
{
	randombytes_buf(at, len);
}

int64_t random_id(void)
{
	uint64_t id;

	do {
		randombytes_buf(&id, sizeof(id));
		id &= (UINT64_C(1) << 53) - 1;
	} while (id == 0);
	return (int64_t)id;
}

uint32_t random_below(uint32_t below)
{
	return randombytes_uniform(below);
}

void keyed_hash(const struct key *key, struct bytes message, uint8_t ret[32])
{
	(void)crypto_generichash(ret, 32, message.at, message.len, key->at, KEY_BYTES);
}
