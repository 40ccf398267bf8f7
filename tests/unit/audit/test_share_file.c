/* SPDX-License-Identifier: MPL-2.0
 *
 * Shares that are too few, twice the same, of strangers or of another bundle.
 */
#include "reader_stage.h"

static void too_few_the_same_twice_and_strangers_open_nothing(void **state)
{
	struct stage *s = stage_new(3);
	struct log_reader *r = NULL;
	struct key stranger;
	uint8_t public_key[BOX_PUBLIC];

	(void)state;
	write_all(s);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, 0), READER_E_FEW);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, SHARE_A), READER_E_TWICE);
	assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, OTHER), READER_E_MISSING);
	assert_int_equal(open_with(s, BUNDLE, &r, BUNDLE, SHARE_A), READER_E_BAD);
	assert_int_equal(open_with(s, OTHER, &r, SHARE_A, SHARE_B), READER_E_MISSING);
	assert_int_equal(open_with(s, SHARE_A, &r, SHARE_A, SHARE_B), READER_E_BAD);
	public_pair(&stranger, public_key);
	assert_int_equal(
		share_write(s->path[OTHER], s->path[BUNDLE], &stranger), READER_E_KEY);
	assert_int_equal(
		share_write(s->path[OTHER], s->path[SHARE_A], &stranger), READER_E_BAD);
	assert_int_equal(
		share_write(s->path[SHARE_A], s->path[BUNDLE], &s->log.secrets[0]),
		-EEXIST);
	assert_null(r);
	stage_free(s);
}

static void a_share_of_another_bundle_is_refused(void **state)
{
	struct stage *s = stage_new(2);
	struct log_reader *r = NULL;

	(void)state;
	write_all(s);
	assert_int_equal(write_bundle(s, OTHER, 0, INT64_MAX), 0);
	assert_int_equal(open_with(s, OTHER, &r, SHARE_A, SHARE_B), READER_E_OTHER);
	assert_int_equal(write_bundle(s, OTHER, 0, INT64_MAX), -EEXIST);
	stage_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_few_the_same_twice_and_strangers_open_nothing),
		cmocka_unit_test(a_share_of_another_bundle_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
