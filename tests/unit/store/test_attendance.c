/* SPDX-License-Identifier: MPL-2.0
 *
 * What is kept of an ended meeting reads back as it was written, and nothing else does.
 */
#include "store_fixture.h"

#include "samtale/store/attendance.h"

static const struct attendance HELD = {
	.outcome = BOOKING_HELD,
	.level = 1,
	.chosen_by = CHOSEN_BY_CITIZEN,
	.cause = 2,
	.came = true,
	.entered = true,
	.calls = 1,
	.stated = true,
	.starts_ms = NOON,
	.started_ms = NOON + 120000,
	.ended_ms = NOON + 1800000,
	.total_ms = { 0, 1289999, 0, 90000 },
	.intervals = 2,
	.interval = { { ATTENDANCE_VIDEO, NOON + 120000, NOON + 1409999 },
		{ ATTENDANCE_PHONE, NOON + 1709999, NOON + 1799999 } },
};

static struct bytes written(const struct attendance *a)
{
	static uint8_t room[2048];
	struct writer w = writer_of(room, sizeof(room));

	attendance_write(&w, a);
	assert_true(writer_ok(&w));
	return writer_bytes(&w);
}

static void what_is_written_reads_back(void **state)
{
	struct attendance a;

	(void)state;
	assert_true(attendance_read(written(&HELD), &a));
	assert_memory_equal(&a, &HELD, sizeof(a));
}

static void a_piece_of_it_or_more_than_it_is_refused(void **state)
{
	uint8_t more[2048];
	struct bytes all = written(&HELD);
	struct attendance a = { .calls = 7 };

	(void)state;
	for (size_t len = 0; len < all.len; len++)
		assert_false(attendance_read(bytes_of(all.at, len), &a));
	memcpy(more, all.at, all.len);
	more[all.len] = 0;
	assert_false(attendance_read(bytes_of(more, all.len + 1), &a));
	more[0] = 3; /* a version from the future */
	assert_false(attendance_read(bytes_of(more, all.len), &a));
	assert_int_equal(a.calls, 7);
}

static void the_first_version_does_not_know_what_was_measured(void **state)
{
	uint8_t old[2048];
	struct bytes all = written(&HELD);
	struct attendance a;

	(void)state;
	memcpy(old, all.at, 9); /* up to the attempts; then there was no `stated` */
	memcpy(old + 9, all.at + 10, all.len - 10);
	old[0] = 1;
	assert_true(attendance_read(bytes_of(old, all.len - 1), &a));
	assert_memory_equal(&a, &HELD, sizeof(a));
}

static void minutes_are_rounded(void **state)
{
	(void)state;
	assert_int_equal(attendance_minutes(&HELD, ATTENDANCE_VIDEO), 21);
	assert_int_equal(attendance_minutes(&HELD, ATTENDANCE_AUDIO), 0);
	assert_int_equal(attendance_minutes(&HELD, ATTENDANCE_PHONE), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(a_piece_of_it_or_more_than_it_is_refused),
		cmocka_unit_test(the_first_version_does_not_know_what_was_measured),
		cmocka_unit_test(minutes_are_rounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
