/* SPDX-License-Identifier: MPL-2.0
 *
 * Who can open a segment: one of one, two of two, any two of three; nobody else, and
 * never the same one twice.
 */
#include "log_fixture.h"

static const struct key secret_of_all = { { 1, 2, 3, 4 } };

static bool can_open(
	const struct segment_head *h, const struct key *a, const struct key *b)
{
	struct opened_shares of_a, of_b;
	struct key joined = { { 0 } };

	(void)shares_open(h, a, &of_a);
	if (b)
		(void)shares_open(h, b, &of_b);
	if (!shares_join(h, &of_a, b ? &of_b : NULL, &joined))
		return false;
	assert_memory_equal(&joined, &secret_of_all, sizeof(joined));
	return true;
}

static void one_auditor_opens_alone(void **state)
{
	struct segment_head h = { 0 };
	struct key secret, stranger = key_filled(9);
	const struct auditor_set set = set_some(1, &secret);

	(void)state;
	assert_int_equal(shares_make(&set, &secret_of_all, &h), 0);
	assert_int_equal(h.scheme, SHARE_ONE);
	assert_true(can_open(&h, &secret, NULL));
	assert_false(can_open(&h, &stranger, NULL));
}

static void of_two_both_are_needed(void **state)
{
	struct segment_head h = { 0 };
	struct key secrets[2];
	const struct auditor_set set = set_some(2, secrets);

	(void)state;
	assert_int_equal(shares_make(&set, &secret_of_all, &h), 0);
	assert_true(can_open(&h, &secrets[0], &secrets[1]));
	assert_true(can_open(&h, &secrets[1], &secrets[0]));
	for (size_t i = 0; i < 2; i++) {
		assert_false(can_open(&h, &secrets[i], NULL));
		assert_false(can_open(&h, &secrets[i], &secrets[i]));
	}
}

static void of_three_any_two_are_enough_and_none_alone(void **state)
{
	struct segment_head h = { 0 };
	struct key secrets[3];
	const struct auditor_set set = set_some(3, secrets);
	struct opened_shares opened;

	(void)state;
	assert_int_equal(shares_make(&set, &secret_of_all, &h), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(shares_open(&h, &secrets[i], &opened), 2);
		for (size_t j = 0; j < 3; j++)
			assert_int_equal(can_open(&h, &secrets[i], &secrets[j]), i != j);
	}
}

static void no_part_is_the_key_or_another_part(void **state)
{
	struct segment_head h = { 0 };
	struct key secrets[3];
	const struct auditor_set set = set_some(3, secrets);
	struct opened_shares opened[3];
	const struct key *parts[SHARE_SLOTS];
	size_t n = 0;

	(void)state;
	assert_int_equal(shares_make(&set, &secret_of_all, &h), 0);
	for (size_t i = 0; i < 3; i++) {
		(void)shares_open(&h, &secrets[i], &opened[i]);
		for (size_t slot = 0; slot < SHARE_SLOTS; slot++)
			if (opened[i].has[slot])
				parts[n++] = &opened[i].part[slot];
	}
	assert_int_equal(n, SHARE_SLOTS);
	for (size_t i = 0; i < n; i++) {
		assert_memory_not_equal(parts[i], &secret_of_all, sizeof(struct key));
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(parts[i], parts[j], sizeof(struct key));
	}
}

static void a_share_that_was_changed_does_not_open(void **state)
{
	struct segment_head h = { 0 };
	struct key secrets[2];
	const struct auditor_set set = set_some(2, secrets);
	struct opened_shares opened;

	(void)state;
	assert_int_equal(shares_make(&set, &secret_of_all, &h), 0);
	h.shares[0][50] ^= 1;
	assert_int_equal(shares_open(&h, &secrets[0], &opened), 0);
	assert_false(can_open(&h, &secrets[0], &secrets[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_auditor_opens_alone),
		cmocka_unit_test(of_two_both_are_needed),
		cmocka_unit_test(of_three_any_two_are_enough_and_none_alone),
		cmocka_unit_test(no_part_is_the_key_or_another_part),
		cmocka_unit_test(a_share_that_was_changed_does_not_open),
	};

	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
