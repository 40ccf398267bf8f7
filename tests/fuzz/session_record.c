/* SPDX-License-Identifier: MPL-2.0
 *
 * The record of a running meeting as it comes out of its seal: written by this version,
 * by another, or damaged. What loads packs to a record that loads and packs to the same
 * bytes.
 */
#include "inner.h"
#include "switchboard.h"

#include "fuzz.h"

#define NOW_MS 1763802000000

static struct house house;

static struct live *live_made(void)
{
	struct live *l = calloc(1, sizeof(*l));

	PROMISE(l);
	l->house = &house;
	l->gone = true; /* there is no turn that would save it */
	ring_init(&l->legs);
	return l;
}

/* False: it does not load. */
static bool pass(struct bytes record, struct writer *w)
{
	const struct meeting_booking booking = { .owner = 7,
		.starts_ms = NOW_MS,
		.minutes = 30,
		.form = MEETING_FORM_VIDEO,
		.has_phone = true };
	struct live *l = live_made();
	bool good;

	PROMISE(board_new(&house.board, &house) == 0);
	good = live_unpack(l, record, &booking);
	if (good)
		live_pack(l, w);
	legs_let_go(l);
	live_free(l);
	house.board = board_free(house.board);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static uint8_t once[MEETING_PACK_MAX + 512], twice[MEETING_PACK_MAX + 512];
	struct writer first = writer_of(once, sizeof(once));
	struct writer second = writer_of(twice, sizeof(twice));

	house.rules = (struct meeting_rules){ .open_before_ms = 1800000,
		.open_after_ms = 1800000,
		.not_come_ms = 180000,
		.no_show_ms = 900000,
		.abandoned_ms = 14400000 };
	if (!pass(bytes_of(at, len), &first))
		return 0;
	PROMISE(writer_ok(&first) && pass(writer_bytes(&first), &second) &&
		writer_ok(&second) &&
		bytes_equal(writer_bytes(&first), writer_bytes(&second)));
	return 0;
}
