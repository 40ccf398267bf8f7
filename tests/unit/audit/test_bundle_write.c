/* SPDX-License-Identifier: MPL-2.0
 *
 * Which segments come into a bundle, and that no meeting's record key does: it would open
 * fields of the database for whoever has auditors' keys.
 */
#include "reader_stage.h"

#include "bundle_inside.h"

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

/* The key table as the auditors open it. */
static uint8_t *table_of(struct stage *s, size_t *ret_len)
{
	struct bundle_file *b = NULL;
	struct opened_shares opened;
	struct key key;
	uint8_t ad[HASH_BYTES], *table;

	assert_int_equal(bundle_open(&b, s->path[BUNDLE]), 0);
	*ret_len = bundle_keys_len(&b->head);
	table = calloc(1, *ret_len);
	assert_non_null(table);
	assert_int_equal(bundle_read(b, b->keys_at, table, *ret_len), 0);
	assert_true(shares_open(&b->head.key, &s->log.secrets[0], &opened) > 0);
	assert_true(shares_join(&b->head.key, &opened, &opened, &key));
	bundle_keys_ad(b->head_bytes, ad);
	assert_true(box_unlock(&key, bundle_nonce, bytes_of(ad, sizeof(ad)),
		bytes_of(table, *ret_len), table));
	(void)bundle_close(b);
	return table;
}

static void the_record_keys_themselves_stay_on_the_host(void **state)
{
	struct stage *s = stage_new(1);
	struct key inner;
	uint8_t *table;
	size_t len;

	(void)state;
	write_all(s);
	table = table_of(s, &len);
	for (size_t i = 0; i < ARRAY_LEN(s->mk); i++) {
		record_inner_key(&s->mk[i], &inner);
		assert_non_null(memmem(table, len, inner.at, KEY_BYTES));
		assert_null(memmem(table, len, s->mk[i].at, KEY_BYTES));
	}
	free(table);
	stage_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_keys_themselves_stay_on_the_host),
		cmocka_unit_test(whole_segments_that_touch_the_time_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
