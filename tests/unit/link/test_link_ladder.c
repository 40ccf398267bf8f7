/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory in a frame stream: at its making, and when it grows for a long frame. A
 * stream that could not grow goes on once there is memory.
 */
#include "alloc_ladder.h"
#include "samtale/link/frame.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int make_stream(void *arg)
{
	struct frame_stream *s = arg;
	int r = frame_stream_new(&s);

	if (r == 0)
		frame_stream_free(s);
	else
		assert_ptr_equal(s, arg);
	return r;
}

static void a_stream_without_memory_is_a_fault(void **state)
{
	int untouched = 0;

	(void)state;
	assert_int_equal(ladder_climb(make_stream, &untouched, 16), 2);
}

static int grow(void *arg)
{
	uint8_t *at = NULL;
	size_t len;
	int r = frame_stream_room(arg, &at, &len);

	if (r < 0)
		assert_null(at);
	else
		assert_int_equal(len, 0x2000);
	return r;
}

static void a_stream_that_could_not_grow_goes_on_later(void **state)
{
	owned(frame_stream_freep) struct frame_stream *s = NULL;
	uint8_t *at;
	size_t len;

	(void)state;
	assert_int_equal(frame_stream_new(&s), 0);
	assert_int_equal(frame_stream_room(s, &at, &len), 0);
	memcpy(at, "\x00\x00\x20\x00", 4); /* announces 8 KiB */
	frame_stream_added(s, 4);
	assert_int_equal(ladder_climb(grow, s, 16), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_without_memory_is_a_fault),
		cmocka_unit_test(a_stream_that_could_not_grow_goes_on_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
