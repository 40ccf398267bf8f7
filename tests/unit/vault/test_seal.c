/* SPDX-License-Identifier: MPL-2.0
 *
 * Sealed fields open in their own place, with their own key, unchanged, or not at all.
 */
#include "vault_fixture.h"

#include "samtale/vault/seal.h"

#include <errno.h>

static void a_field_of_any_length_opens_as_it_was(void **state)
{
	static uint8_t plain[700], sealed[SEALED_SIZE(700)], back[700];
	struct key key = key_filled(1);

	(void)state;
	random_fill(plain, sizeof(plain));
	for (size_t len = 0; len <= sizeof(plain); len++) {
		struct writer w = writer_of(sealed, sizeof(sealed));
		struct writer out = writer_of(back, len);

		assert_int_equal(seal_field(&key, "t.f", 7, bytes_of(plain, len), &w), 0);
		assert_int_equal(w.len, SEALED_SIZE(len));
		assert_int_equal(open_field(&key, "t.f", 7, writer_bytes(&w), &out), 0);
		assert_int_equal(out.len, len);
		assert_memory_equal(back, plain, len);
	}
}

static void the_length_tells_only_steps_of_32(void **state)
{
	(void)state;
	assert_int_equal(SEALED_SIZE(0), SEALED_SIZE(31));
	assert_int_equal(SEALED_SIZE(32), SEALED_SIZE(63));
	assert_int_equal(SEALED_SIZE(31) + 32, SEALED_SIZE(32));
}

static void every_changed_bit_is_noticed(void **state)
{
	uint8_t sealed[SEALED_SIZE(8)], back[64];
	struct writer w = writer_of(sealed, sizeof(sealed));
	struct key key = key_filled(1);

	(void)state;
	assert_int_equal(seal_field(&key, "t.f", 7, BYTES_LIT("20304050"), &w), 0);
	for (size_t bit = 0; bit < sizeof(sealed) * 8; bit++) {
		struct writer out = writer_of(back, sizeof(back));

		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(
			open_field(&key, "t.f", 7, writer_bytes(&w), &out), SEAL_E_BAD);
		assert_int_equal(out.len, 0);
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len < sizeof(sealed); len++) {
		struct writer out = writer_of(back, sizeof(back));

		assert_int_equal(open_field(&key, "t.f", 7, bytes_of(sealed, len), &out),
			SEAL_E_BAD);
	}
}

static void another_key_field_or_row_does_not_open(void **state)
{
	struct key key = key_filled(1), other = key_filled(2);
	struct sealed s;
	char text[OPEN_TEXT_CAP] = "untouched";

	(void)state;
	assert_int_equal(seal_text(&key, "t.f", 7, "abc", &s), 0);
	assert_int_equal(open_text(&other, "t.f", 7, &s, text), SEAL_E_BAD);
	assert_int_equal(open_text(&key, "t.g", 7, &s, text), SEAL_E_BAD);
	assert_int_equal(open_text(&key, "t.f", 8, &s, text), SEAL_E_BAD);
	assert_string_equal(text, "untouched");
	assert_int_equal(open_text(&key, "t.f", 7, &s, text), 0);
	assert_string_equal(text, "abc");
}

static void the_same_text_never_looks_the_same(void **state)
{
	struct key key = key_filled(1);
	struct sealed a, b;

	(void)state;
	assert_int_equal(seal_text(&key, "t.f", 7, "abc", &a), 0);
	assert_int_equal(seal_text(&key, "t.f", 7, "abc", &b), 0);
	assert_memory_not_equal(a.at, b.at, a.len);
}

static void what_does_not_fit_is_refused_and_nothing_written(void **state)
{
	uint8_t sealed[SEALED_SIZE(8)], small[7];
	struct writer w = writer_of(sealed, sizeof(sealed) - 1), out;
	char text[SEALED_TEXT_MAX + 2];
	struct key key = key_filled(1);
	struct sealed s = { .len = 3 };

	(void)state;
	assert_int_equal(seal_field(&key, "t.f", 7, BYTES_LIT("20304050"), &w), -ENOBUFS);
	assert_int_equal(w.len, 0);
	w = writer_of(sealed, sizeof(sealed));
	assert_int_equal(seal_field(&key, "t.f", 7, BYTES_LIT("20304050"), &w), 0);
	out = writer_of(small, sizeof(small));
	assert_int_equal(open_field(&key, "t.f", 7, writer_bytes(&w), &out), -ENOBUFS);
	assert_int_equal(out.len, 0);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(seal_text(&key, "t.f", 7, text, &s), -EMSGSIZE);
	assert_int_equal(s.len, 3);
	text[SEALED_TEXT_MAX] = '\0';
	assert_int_equal(seal_text(&key, "t.f", 7, text, &s), 0);
}

static void an_empty_text_takes_no_room(void **state)
{
	struct key key = key_filled(1);
	struct sealed s = { .len = 3 };
	char text[OPEN_TEXT_CAP] = "x";

	(void)state;
	assert_int_equal(seal_text(&key, "t.f", 7, "", &s), 0);
	assert_int_equal(s.len, 0);
	assert_int_equal(open_text(&key, "t.f", 7, &s, text), 0);
	assert_string_equal(text, "");
	s.len = UINT16_MAX; /* a damaged row */
	assert_int_equal(open_text(&key, "t.f", 7, &s, text), SEAL_E_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_of_any_length_opens_as_it_was),
		cmocka_unit_test(the_length_tells_only_steps_of_32),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(another_key_field_or_row_does_not_open),
		cmocka_unit_test(the_same_text_never_looks_the_same),
		cmocka_unit_test(what_does_not_fit_is_refused_and_nothing_written),
		cmocka_unit_test(an_empty_text_takes_no_room),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
