/* SPDX-License-Identifier: MPL-2.0
 *
 * A sealed file: a backup, or the copy before a migration. Bytes that we did not seal do
 * not open. What we sealed opens to the same; changed anywhere, cut, or with something
 * behind its end, it does not open as a whole.
 */
#include "samtale/vault/seal_stream.h"

#include "fuzz_file.h"

#include <errno.h>

#define PLAIN_MAX (192 * 1024)

static const struct key key = { .at = "a key for the fuzzer, not secret" };
static uint8_t sealed[PLAIN_MAX + 4096], opened[PLAIN_MAX + 4096];

static int take(void *arg, struct bytes chunk)
{
	struct writer *w = arg;

	write_bytes(w, chunk);
	return writer_ok(w) ? 0 : -ENOSPC;
}

static int open_it(struct bytes b, struct writer *w)
{
	const struct seal_stream_opener with = { .key = &key };

	*w = writer_of(opened, sizeof(opened));
	return seal_stream_open(&with, fuzz_file(b), take, w);
}

static struct bytes seal_it(struct bytes plain)
{
	owned(seal_stream_freep) struct seal_stream *s = NULL;
	static struct writer w;

	w = writer_of(sealed, sizeof(sealed));
	PROMISE(seal_stream_to_key(&s, &key, take, &w) == 0);
	PROMISE(seal_stream_write(s, plain) == 0);
	PROMISE(seal_stream_finish(s) == 0);
	return writer_bytes(&w);
}

/* One byte: how often the text is repeated, so that short inputs make several chunks. */
static struct bytes longer(uint8_t times, struct bytes text)
{
	static uint8_t buffer[PLAIN_MAX];
	struct writer w = writer_of(buffer, sizeof(buffer));

	for (unsigned i = 0; i < 1U + 64U * times && writer_ok(&w); i++)
		write_bytes(&w, text);
	return writer_bytes(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(bytes_of(at, len));
	size_t where = read_u32(&r);
	uint8_t change = read_u8(&r), times = read_u8(&r);
	struct writer w;
	struct bytes b, plain;

	PROMISE(secret_start() == 0);
	PROMISE(open_it(bytes_of(at, len), &w) == SEAL_STREAM_E_BAD);
	if (r.bad || r.left.len > PLAIN_MAX)
		return 0;
	plain = longer(times, r.left);
	b = seal_it(plain);
	PROMISE(open_it(b, &w) == 0 && bytes_equal(writer_bytes(&w), plain));
	sealed[where % b.len] ^= change;
	PROMISE(open_it(b, &w) == (change ? SEAL_STREAM_E_BAD : 0));
	sealed[where % b.len] ^= change;
	PROMISE(open_it(bytes_of(b.at, where % b.len), &w) == SEAL_STREAM_E_BAD);
	sealed[b.len] = change;
	PROMISE(open_it(bytes_of(b.at, b.len + 1), &w) == SEAL_STREAM_E_BAD);
	return 0;
}
