/* SPDX-License-Identifier: MPL-2.0
 *
 * The addresses of one peer: what is chosen, what is forgotten.
 */
#include "ice_lite.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct sa at(uint16_t port)
{
	struct sa sa;

	assert_int_equal(sa_set_str(&sa, "192.0.2.1", port), 0);
	return sa;
}

static void checked(struct ice_lite *ice, uint16_t port, bool nominates, int64_t now_ms)
{
	struct sa sa = at(port);

	ice_lite_checked(ice, &sa, nominates, now_ms);
}

static bool knows(const struct ice_lite *ice, uint16_t port)
{
	struct sa sa = at(port);

	return ice_lite_is_known(ice, &sa);
}

static void names_are_of_the_length_and_letters_of_ice_and_never_the_same(void **state)
{
	struct ice_lite a, b;

	(void)state;
	ice_lite_init(&a);
	ice_lite_init(&b);
	assert_int_equal(strspn(a.ufrag, "abcdefghijklmnopqrstuvwxyz234567"), ICE_UFRAG);
	assert_int_equal(strspn(a.pwd, "abcdefghijklmnopqrstuvwxyz234567"), ICE_PWD);
	assert_int_equal(strlen(a.pwd), ICE_PWD);
	assert_string_not_equal(a.ufrag, b.ufrag);
	assert_string_not_equal(a.pwd, b.pwd);
}

static void a_check_must_carry_both_names(void **state)
{
	uint8_t longest[ICE_UFRAG_MAX + 1];
	struct ice_lite ice;

	(void)state;
	ice_lite_init(&ice);
	assert_true(ice_lite_set_peer(&ice, BYTES_LIT("aB3+/z")));
	assert_memory_equal(ice.username, ice.ufrag, ICE_UFRAG);
	assert_string_equal(ice.username + ICE_UFRAG, ":aB3+/z");
	memset(longest, 'x', sizeof(longest));
	assert_true(ice_lite_set_peer(&ice, bytes_of(longest, ICE_UFRAG_MAX)));
	assert_int_equal(strlen(ice.username), ICE_UFRAG + 1 + ICE_UFRAG_MAX);
	assert_false(ice_lite_set_peer(&ice, bytes_of(longest, ICE_UFRAG_MAX + 1)));
	assert_false(ice_lite_set_peer(&ice, BYTES_LIT("abc")));
	assert_false(ice_lite_set_peer(&ice, BYTES_LIT("ab:cd")));
	assert_false(ice_lite_set_peer(&ice, BYTES_LIT("ab cd")));
}

static void the_first_check_is_chosen_until_another_nominates(void **state)
{
	struct ice_lite ice;

	(void)state;
	ice_lite_init(&ice);
	assert_null(ice_lite_chosen(&ice));
	checked(&ice, 1, false, 100);
	assert_int_equal(sa_port(ice_lite_chosen(&ice)), 1);
	checked(&ice, 2, false, 200);
	assert_int_equal(sa_port(ice_lite_chosen(&ice)), 1);
	checked(&ice, 2, true, 300);
	assert_int_equal(sa_port(ice_lite_chosen(&ice)), 2);
	checked(&ice, 1, false, 400);
	assert_int_equal(sa_port(ice_lite_chosen(&ice)), 2);
	assert_int_equal(ice.checked_ms, 400);
	assert_int_equal(ice.paths, 2);
	assert_false(knows(&ice, 3));
}

static void a_peer_with_too_many_addresses_loses_the_oldest_but_the_chosen(void **state)
{
	struct ice_lite ice;

	(void)state;
	ice_lite_init(&ice);
	for (uint16_t port = 1; port <= ICE_PATHS; port++)
		checked(&ice, port, port == 1, port);
	checked(&ice, 2, false, 100);
	checked(&ice, 50, false, 101); /* takes the place of 3: 1 is chosen, 2 is fresh */
	assert_int_equal(ice.paths, ICE_PATHS);
	assert_true(knows(&ice, 1));
	assert_true(knows(&ice, 2));
	assert_true(knows(&ice, 50));
	assert_false(knows(&ice, 3));
	assert_int_equal(sa_port(ice_lite_chosen(&ice)), 1);
	for (uint16_t port = 100; port < 200; port++)
		checked(&ice, port, true, port + 200);
	assert_false(knows(&ice, 1));
	assert_int_equal(sa_port(ice_lite_chosen(&ice)), 199);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			names_are_of_the_length_and_letters_of_ice_and_never_the_same),
		cmocka_unit_test(a_check_must_carry_both_names),
		cmocka_unit_test(the_first_check_is_chosen_until_another_nominates),
		cmocka_unit_test(
			a_peer_with_too_many_addresses_loses_the_oldest_but_the_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
