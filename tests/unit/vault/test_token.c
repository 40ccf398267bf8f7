/* SPDX-License-Identifier: MPL-2.0
 *
 * Tokens, PINs, numbers, tags. The vectors were computed with Python's hashlib.
 */
#include "vault_fixture.h"

#include "samtale/vault/token.h"

static struct vault_place place;

static int start(void **state)
{
	place_make_node(&place);
	*state = &place;
	return 0;
}

static int stop(void **state)
{
	place_remove(*state);
	return 0;
}

static void link_and_pin_come_from_ck_and_generation(void **state)
{
	struct key ck = key_filled(7), other = key_filled(8);
	char link[TOKEN_SHORT_TEXT], next[TOKEN_SHORT_TEXT], pin[PIN_TEXT];

	(void)state;
	link_token_make(&ck, 1, link);
	assert_string_equal(link, "EtsfTdagMy0g-LddrTSuCw");
	pin_make(&ck, 1, pin);
	assert_string_equal(pin, "377010");
	link_token_make(&ck, 2, next);
	assert_string_not_equal(link, next);
	link_token_make(&other, 1, next);
	assert_string_not_equal(link, next);
}

static void pins_are_spread_evenly(void **state)
{
	unsigned of[10] = { 0 };
	struct key ck = key_filled(1);

	(void)state;
	for (uint32_t generation = 0; generation < 20000; generation++) {
		char pin[PIN_TEXT];

		pin_make(&ck, generation, pin);
		assert_int_equal(strspn(pin, "0123456789"), 6);
		of[pin[0] - '0']++;
	}
	/* 2000 each; 5 sigma is 212. Fixed input: this never flickers. */
	for (size_t i = 0; i < 10; i++)
		assert_in_range(of[i], 2000 - 212, 2000 + 212);
}

static void a_pin_counts_for_its_meeting_alone(void **state)
{
	struct vault_place *p = *state;
	struct token_hash a, b;

	assert_true(pin_hash(p->node, 1, BYTES_LIT("123456"), &a));
	assert_true(pin_hash(p->node, 2, BYTES_LIT("123456"), &b));
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_true(pin_hash(p->node, 1, BYTES_LIT("123456"), &b));
	assert_memory_equal(&a, &b, sizeof(a));
	assert_false(pin_hash(p->node, 1, BYTES_LIT("12345"), &a));
	assert_false(pin_hash(p->node, 1, BYTES_LIT("1234567"), &a));
	assert_false(pin_hash(p->node, 1, BYTES_LIT("12345x"), &a));
}

static void numbers_have_eight_digits(void **state)
{
	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_in_range(meeting_number_random(), 10000000, 99999999);
}

static void a_token_is_found_by_its_hash_and_kind(void **state)
{
	static const enum token_kind kinds[] = { TOKEN_SETUP, TOKEN_DEVICE,
		TOKEN_SESSION };
	struct vault_place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char text[TOKEN_LONG_TEXT];
		struct token_hash a, b, c;
		size_t len;

		token_random(kinds[i], text, sizeof(text));
		len = strlen(text);
		assert_int_equal(len + 1,
			kinds[i] == TOKEN_SETUP ? TOKEN_SHORT_TEXT : TOKEN_LONG_TEXT);
		assert_true(token_hash(p->node, kinds[i], bytes_of(text, len), &a));
		assert_true(token_hash(p->node, kinds[i], bytes_of(text, len), &b));
		assert_memory_equal(&a, &b, sizeof(a));
		if (kinds[i] == TOKEN_SETUP)
			assert_true(
				token_hash(p->node, TOKEN_LINK, bytes_of(text, len), &c));
		else
			assert_true(token_hash(p->node,
				kinds[i] == TOKEN_DEVICE ? TOKEN_SESSION : TOKEN_DEVICE,
				bytes_of(text, len), &c));
		assert_memory_not_equal(&a, &c, sizeof(a));
	}
}

static void what_is_no_token_is_refused(void **state)
{
	static const char *const rows[] = {
		"", "EtsfTdagMy0g-LddrTSuC", "EtsfTdagMy0g-LddrTSuCwA",
		"EtsfTdagMy0g+LddrTSuCw", "EtsfTdagMy0g-LddrTSuCx",
		"EtsfTdagMy0g-LddrTSu==", "EtsfTdagMy0g-LddrTS Cw",
		"EtsfTdagMy0g\xc0LddrTSuCw"
	}; /* the last: a byte that libsodium reads as _ */
	struct vault_place *p = *state;
	struct token_hash h;

	assert_true(
		token_hash(p->node, TOKEN_LINK, BYTES_LIT("EtsfTdagMy0g-LddrTSuCw"), &h));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(token_hash(p->node, TOKEN_LINK, bytes_str(rows[i]), &h));
	assert_false(token_hash(
		p->node, TOKEN_DEVICE, BYTES_LIT("EtsfTdagMy0g-LddrTSuCw"), &h));
	assert_false(token_hash(p->node, TOKEN_LINK, BYTES_NULL, &h));
}

static void a_case_is_found_however_it_is_typed(void **state)
{
	struct vault_place *p = *state;
	struct token_hash a, b;

	assert_true(case_tag(p->node, BYTES_LIT("SAG-2025-1"), &a));
	assert_true(case_tag(p->node, BYTES_LIT(" sag-2025-1 "), &b));
	assert_memory_equal(&a, &b, sizeof(a));
	assert_true(case_tag(p->node, BYTES_LIT("sag-2025-2"), &b));
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_false(case_tag(p->node, BYTES_LIT("  "), &b));
	assert_false(case_tag(p->node, BYTES_NULL, &b));
}

static void tags_and_numbers_stay_the_same_in_one_run(void **state)
{
	struct vault_place *p = *state;
	struct token_hash a, b;
	uint32_t tag = tag_of(5);

	assert_int_equal(tag_of(5), tag);
	assert_int_not_equal(tag_of(6), tag); /* one in four thousand million */
	assert_int_equal(secret_start(), 0);  /* another run, another key */
	assert_int_not_equal(tag_of(5), tag);
	number_hash(p->node, 10000000, &a);
	number_hash(p->node, 10000001, &b);
	assert_memory_not_equal(&a, &b, sizeof(a));
}

static void a_receipt_can_be_read_out(void **state)
{
	struct vault_place *p = *state;
	char a[RECEIPT_TEXT], b[RECEIPT_TEXT];

	receipt_make(p->node, 1, 2, 3, a);
	receipt_make(p->node, 1, 2, 3, b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), 9);
	assert_int_equal(a[4], '-');
	assert_null(strpbrk(a, "ILOUilou"));
	receipt_make(p->node, 1, 2, 4, b);
	assert_string_not_equal(a, b);
}

static void a_telephone_number_has_one_tag_and_what_is_none_has_none(void **state)
{
	static const char *const none[] = { "", "+", "4522345678", "+45 22345678",
		"+4522a45678", "+45223456781234567890" };
	struct vault_place *p = *state;
	struct token_hash a, b = { 0 };

	assert_true(phone_tag(p->node, BYTES_LIT("+4522345678"), &a));
	assert_true(phone_tag(p->node, BYTES_LIT("+4522345678"), &b));
	assert_memory_equal(a.at, b.at, sizeof(a.at));
	assert_true(phone_tag(p->node, BYTES_LIT("+4522345679"), &b));
	assert_memory_not_equal(a.at, b.at, sizeof(a.at));
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		assert_false(phone_tag(p->node, bytes_str(none[i]), &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(link_and_pin_come_from_ck_and_generation),
		AT(pins_are_spread_evenly),
		AT(a_pin_counts_for_its_meeting_alone),
		AT(numbers_have_eight_digits),
		AT(a_token_is_found_by_its_hash_and_kind),
		AT(what_is_no_token_is_refused),
		AT(a_case_is_found_however_it_is_typed),
		AT(a_telephone_number_has_one_tag_and_what_is_none_has_none),
		AT(tags_and_numbers_stay_the_same_in_one_run),
		AT(a_receipt_can_be_read_out),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
