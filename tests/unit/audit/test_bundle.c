/* SPDX-License-Identifier: MPL-2.0
 *
 * A bundle is whole or none, and its owner's alone.
 */
#include "reader_stage.h"

static void every_turned_bit_of_bundle_and_share_is_noticed(void **state)
{
	struct stage *s = stage_new(1);
	static uint8_t at[1 << 16];

	(void)state;
	write_all(s);
	for (unsigned which = BUNDLE; which <= SHARE_A; which++) {
		FILE *f = fopen(s->path[which], "r+b");
		size_t len = fread(at, 1, sizeof(at), f);

		assert_true(len > 100 && len < sizeof(at));
		for (size_t i = 0; i < len; i += len / 97 + 1) {
			struct log_reader *r = NULL;

			at[i] ^= 4;
			rewind(f);
			assert_int_equal(fwrite(at, 1, len, f), len);
			assert_int_equal(fflush(f), 0);
			assert_int_equal(
				open_with(s, BUNDLE, &r, SHARE_A, 0), READER_E_BAD);
			at[i] ^= 4;
		}
		rewind(f);
		assert_int_equal(fwrite(at, 1, len, f), len);
		assert_int_equal(fclose(f), 0);
		assert_int_equal(truncate(s->path[which], (off_t)len - 1), 0);
		struct log_reader *r = NULL;
		assert_int_equal(open_with(s, BUNDLE, &r, SHARE_A, 0), READER_E_BAD);
		f = fopen(s->path[which], "wb");
		assert_int_equal(fwrite(at, 1, len, f), len);
		assert_int_equal(fclose(f), 0);
	}
	stage_free(s);
}

static void what_others_may_not_read_they_may_not(void **state)
{
	struct stage *s = stage_new(1);
	struct stat st;

	(void)state;
	write_all(s);
	assert_int_equal(stat(s->path[BUNDLE], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(s->path[SHARE_A], &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	stage_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_turned_bit_of_bundle_and_share_is_noticed),
		cmocka_unit_test(what_others_may_not_read_they_may_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
