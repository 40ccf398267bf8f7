/* SPDX-License-Identifier: MPL-2.0
 *
 * TURN credentials; the vector was computed with Python's hmac.
 */
#include "vault_fixture.h"

#include "samtale/vault/turn.h"

static void the_password_is_what_coturn_computes(void **state)
{
	char password[TURN_PASSWORD_TEXT];

	(void)state;
	assert_int_equal(
		turn_password(BYTES_LIT("north"), "1433895918:abc", password), 0);
	assert_string_equal(password, "Hqb3YUQqQkHx7DzWLHsKzGfDJoA=");
}

static void a_user_name_tells_the_expiry_and_nothing_else(void **state)
{
	struct turn_credential a, b;
	char password[TURN_PASSWORD_TEXT];

	(void)state;
	assert_int_equal(turn_credential_make(BYTES_LIT("north"), 1764590400, &a), 0);
	assert_int_equal(turn_credential_make(BYTES_LIT("north"), 1764590400, &b), 0);
	assert_memory_equal(a.user, "1764590400:", 11);
	assert_int_equal(strlen(a.user), 11 + 12);
	assert_string_not_equal(a.user, b.user);
	assert_int_equal(turn_password(BYTES_LIT("north"), a.user, password), 0);
	assert_string_equal(password, a.password);
	assert_int_equal(turn_credential_make(BYTES_LIT("north"), INT64_MAX, &a), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_password_is_what_coturn_computes),
		cmocka_unit_test(a_user_name_tells_the_expiry_and_nothing_else),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
