/* SPDX-License-Identifier: MPL-2.0
 *
 * A sealed field as it may stand in a damaged or forged database. Bytes that we did not
 * seal do not open; what we sealed opens to the same, and with any one byte changed, or
 * in another row or place, not at all.
 */
#include "samtale/vault/seal.h"

#include "fuzz.h"

#define ROW 8121

static const struct key key = { .at = "a key for the fuzzer, not secret" };
static uint8_t sealed[SEALED_SIZE(4096)], plain[4096];

static int open_it(struct bytes b, const char *context, int64_t row, struct writer *w)
{
	*w = writer_of(plain, sizeof(plain));
	int r = open_field(&key, context, row, b, w);

	PROMISE(r == 0 || w->len == 0);
	return r;
}

static void check_forged(struct bytes b)
{
	struct sealed text = { .len = (uint16_t)b.len };
	char opened[OPEN_TEXT_CAP];
	struct writer w;

	PROMISE(open_it(b, SEAL_MEETING_PHONE, ROW, &w) == SEAL_E_BAD);
	memcpy(text.at, b.at, b.len < sizeof(text.at) ? b.len : sizeof(text.at));
	PROMISE(open_text(&key, SEAL_MEETING_PHONE, ROW, &text, opened) ==
		(text.len == 0 ? 0 : SEAL_E_BAD));
}

/* Three bytes: where, and what is changed there; then the text. */
static void check_changed(struct bytes input)
{
	struct reader r = reader_of(input);
	size_t where = read_u16(&r);
	uint8_t change = read_u8(&r);
	struct writer w = writer_of(sealed, sizeof(sealed));

	if (r.bad || r.left.len > sizeof(plain))
		return;
	PROMISE(seal_field(&key, SEAL_LIVE, ROW, r.left, &w) == 0);
	PROMISE(w.len == SEALED_SIZE(r.left.len));
	struct bytes b = writer_bytes(&w);
	struct writer out;
	PROMISE(open_it(b, SEAL_LIVE, ROW, &out) == 0);
	PROMISE(bytes_equal(writer_bytes(&out), r.left));
	PROMISE(open_it(b, SEAL_LIVE, ROW + 1, &out) == SEAL_E_BAD);
	PROMISE(open_it(b, SEAL_ATTENDANCE, ROW, &out) == SEAL_E_BAD);
	sealed[where % w.len] ^= change;
	PROMISE(open_it(b, SEAL_LIVE, ROW, &out) == (change ? SEAL_E_BAD : 0));
	sealed[where % w.len] ^= change;
	PROMISE(open_it(bytes_of(sealed, where % w.len), SEAL_LIVE, ROW, &out) ==
		SEAL_E_BAD);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	PROMISE(secret_start() == 0);
	check_forged(bytes_of(at, len));
	check_changed(bytes_of(at, len));
	return 0;
}
