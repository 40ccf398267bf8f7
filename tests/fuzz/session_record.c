/* SPDX-License-Identifier: MPL-2.0
 *
 * The record of a running meeting as it comes out of its seal: written by this version,
 * by another, or damaged. What loads packs to the same bytes.
 */
#include "inner.h"

#include "fuzz.h"

#define NOW_MS 1763802000000

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static struct house house;
	static uint8_t again[MEETING_PACK_MAX + 512];
	const struct meeting_booking booking = { .owner = 7,
		.starts_ms = NOW_MS,
		.minutes = 30,
		.form = MEETING_FORM_VIDEO,
		.has_phone = true };
	struct live *l = calloc(1, sizeof(*l));
	struct writer w = writer_of(again, sizeof(again));

	PROMISE(l);
	house.rules = (struct meeting_rules){ .open_before_ms = 1800000,
		.open_after_ms = 1800000,
		.not_come_ms = 180000,
		.no_show_ms = 900000,
		.abandoned_ms = 14400000 };
	l->house = &house;
	if (live_unpack(l, bytes_of(at, len), &booking)) {
		live_pack(l, &w);
		PROMISE(writer_ok(&w) &&
			bytes_equal(writer_bytes(&w), bytes_of(at, len)));
	}
	live_free(l);
	return 0;
}
