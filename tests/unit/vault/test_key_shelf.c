/* SPDX-License-Identifier: MPL-2.0
 *
 * What lies on the shelf: wrapped keys and sealed case references, each in its own place
 * alone; and wrapping everything anew.
 */
#include "vault_fixture.h"

#include "samtale/vault/vault.h"

#include <errno.h>

#define ROWS 130 /* two full steps and a bit */

static struct vault_place place;
static struct shelf_row rows[ROWS];
static size_t row_n;
static int fails_at; /* the change that fails; 0: none */

static int list(
	void *arg, int64_t after, struct shelf_row *ret, size_t cap, size_t *ret_n)
{
	size_t n = 0;

	(void)arg;
	for (size_t i = 0; i < row_n && n < cap; i++)
		if (rows[i].meeting > after)
			ret[n++] = rows[i];
	*ret_n = n;
	return 0;
}

static int change(void *arg, const struct shelf_row *row)
{
	(void)arg;
	if (fails_at && --fails_at == 0)
		return -EIO;
	rows[row->meeting - 1] = *row;
	return 0;
}

static const struct key_shelf shelf = { .list = list, .change = change };

static int start(void **state)
{
	place_make_node(&place);
	memset(rows, 0, sizeof(rows));
	row_n = 0;
	fails_at = 0;
	*state = &place;
	return 0;
}

static int stop(void **state)
{
	place_remove(*state);
	return 0;
}

static struct meeting_keys keys_of(int64_t meeting)
{
	struct meeting_keys k = { .meeting = meeting, .has_ck = true, .has_mk = true };

	memset(k.ck.at, (int)meeting, KEY_BYTES);
	memset(k.mk.at, (int)meeting + 1, KEY_BYTES);
	return k;
}

static void fill(const struct key *wrap)
{
	for (row_n = 0; row_n < ROWS; row_n++) {
		struct meeting_keys k = keys_of((int64_t)row_n + 1);

		rows[row_n].meeting = k.meeting;
		k.has_ck = row_n % 3 != 0;
		shelf_wrap(wrap, &k, &rows[row_n]);
	}
}

static void wrapped_keys_open_in_their_place_alone(void **state)
{
	const struct key wrap = key_filled(1), other = key_filled(2);
	struct meeting_keys made = keys_of(5), got = { 0 };
	struct shelf_row row = { .meeting = 5 }, moved;

	(void)state;
	shelf_wrap(&wrap, &made, &row);
	assert_int_equal(shelf_unwrap(&wrap, &row, &got), 0);
	assert_true(got.has_ck && got.has_mk && got.meeting == 5);
	assert_memory_equal(got.ck.at, made.ck.at, KEY_BYTES);
	assert_memory_equal(got.mk.at, made.mk.at, KEY_BYTES);
	assert_int_equal(shelf_unwrap(&other, &row, &got), -EBADMSG);
	moved = row;
	moved.meeting = 6;
	assert_int_equal(shelf_unwrap(&wrap, &moved, &got), -EBADMSG);
	moved = row;
	memcpy(moved.ck, row.mk, sizeof(row.mk));
	assert_int_equal(shelf_unwrap(&wrap, &moved, &got), -EBADMSG);
}

static void a_case_reference_comes_back_with_its_meeting_alone(void **state)
{
	struct vault_place *p = *state;
	const struct key mk = key_filled(1), other = key_filled(2);
	struct shelf_row row = { .meeting = 5 }, moved;
	struct token_hash tag;
	char text[OPEN_TEXT_CAP];

	assert_int_equal(shelf_set_case(p->node, &mk, BYTES_LIT("Sag 12-34 æ"), &row), 0);
	assert_true(row.has_case && case_tag(p->node, BYTES_LIT("sag12-34æ"), &tag));
	assert_memory_equal(row.case_tag.at, tag.at, sizeof(tag.at));
	assert_null(memmem(&row, sizeof(row), "12-34", 5));
	assert_int_equal(shelf_case(&row, &mk, text), 0);
	assert_string_equal(text, "Sag 12-34 æ");
	assert_int_equal(shelf_case(&row, &other, text), -EBADMSG);
	moved = row;
	moved.meeting = 6;
	assert_int_equal(shelf_case(&moved, &mk, text), -EBADMSG);
	assert_int_equal(shelf_set_case(p->node, &mk, BYTES_LIT("  "), &row), 0);
	assert_false(row.has_case);
	assert_int_equal(shelf_case(&row, &mk, text), 0);
	assert_string_equal(text, "");
}

static void what_is_no_text_is_no_case_reference(void **state)
{
	struct vault_place *p = *state;
	const struct key mk = key_filled(1);
	struct shelf_row row = { .meeting = 5 };
	char longest[LIMIT_CASE_REF + 1];

	memset(longest, 'x', sizeof(longest));
	assert_int_equal(
		shelf_set_case(p->node, &mk, bytes_of(longest, LIMIT_CASE_REF), &row), 0);
	assert_int_equal(
		shelf_set_case(p->node, &mk, bytes_of(longest, sizeof(longest)), &row),
		-EINVAL);
	assert_int_equal(
		shelf_set_case(p->node, &mk, bytes_of("a\0b", 3), &row), -EINVAL);
	assert_int_equal(shelf_set_case(p->node, &mk, BYTES_LIT("\xff"), &row), -EINVAL);
	assert_true(row.has_case); /* as it was */
}

static void wrapping_anew_changes_every_key_and_none_of_them(void **state)
{
	const struct key from = key_filled(1), to = key_filled(2);

	(void)state;
	fill(&from);
	assert_int_equal(shelf_rewrap(&shelf, &from, &to), 0);
	for (size_t i = 0; i < ROWS; i++) {
		struct meeting_keys want = keys_of((int64_t)i + 1), got = { 0 };

		assert_int_equal(shelf_unwrap(&to, &rows[i], &got), 0);
		assert_int_equal(got.has_ck, i % 3 != 0);
		assert_memory_equal(got.mk.at, want.mk.at, KEY_BYTES);
		assert_true(!got.has_ck || memcmp(got.ck.at, want.ck.at, KEY_BYTES) == 0);
	}
}

static void a_key_that_does_not_open_stops_it(void **state)
{
	const struct key from = key_filled(1), to = key_filled(2);

	(void)state;
	fill(&from);
	fails_at = 100;
	assert_int_equal(shelf_rewrap(&shelf, &from, &to), -EIO);
	fill(&from);
	rows[70].mk[40] ^= 1;
	assert_int_equal(shelf_rewrap(&shelf, &from, &to), -EBADMSG);
}

static void the_root_opens_with_its_node_key_alone(void **state)
{
	const struct key wrap = key_filled(1), other = key_filled(2);
	const struct key root = key_filled(3);
	uint8_t wrapped[WRAPPED_KEY_BYTES];
	struct key got;

	(void)state;
	root_wrap(&wrap, &root, wrapped);
	assert_true(root_unwrap(&wrap, wrapped, &got));
	assert_memory_equal(got.at, root.at, KEY_BYTES);
	assert_false(root_unwrap(&other, wrapped, &got));
	wrapped[30] ^= 1;
	assert_false(root_unwrap(&wrap, wrapped, &got));
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		ON(wrapped_keys_open_in_their_place_alone),
		ON(a_case_reference_comes_back_with_its_meeting_alone),
		ON(what_is_no_text_is_no_case_reference),
		ON(wrapping_anew_changes_every_key_and_none_of_them),
		ON(a_key_that_does_not_open_stops_it),
		ON(the_root_opens_with_its_node_key_alone),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
