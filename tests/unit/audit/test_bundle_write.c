/* SPDX-License-Identifier: MPL-2.0
 *
 * Which segments come into a bundle.
 */
#include "reader_stage.h"

static void whole_segments_that_touch_the_time_are_taken(void **state)
{
	static const struct {
		int64_t from, to;
		uint32_t segments;
	} cases[] = { { 0, HOUR, 1 }, { 0, HOUR + 1, 2 }, { HOUR, 2 * HOUR, 1 },
		{ 10 * HOUR, 20 * HOUR, 1 }, { HOUR - 1, HOUR, 1 }, { -HOUR, 0, 0 } };
	struct stage *s = stage_new(1);
	int64_t start = s->log.utc_ms - (int64_t)3 * HOUR;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct log_reader *r = NULL;
		struct bundle_facts facts;

		int result = write_bundle(
			s, BUNDLE, start + cases[i].from, start + cases[i].to);
		if (cases[i].segments == 0) {
			assert_int_equal(result, READER_E_MISSING);
			continue;
		}
		assert_int_equal(result, 0);
		assert_int_equal(share_write(s->path[SHARE_A], s->path[BUNDLE],
					 &s->log.secrets[0]),
			0);
		assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, 0), 0);
		log_reader_facts(r, &facts);
		assert_int_equal(facts.segments, cases[i].segments);
		assert_int_equal(facts.from_ms, start + cases[i].from);
		(void)log_reader_close(r);
		assert_int_equal(unlink(s->path[BUNDLE]) | unlink(s->path[SHARE_A]), 0);
	}
	stage_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_segments_that_touch_the_time_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
