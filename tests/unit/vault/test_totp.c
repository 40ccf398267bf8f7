/* SPDX-License-Identifier: MPL-2.0
 *
 * TOTP against the vectors of RFC 6238, appendix B (SHA-1, last six digits), its window
 * and its replay block; recovery codes.
 */
#include "vault_fixture.h"

#include "samtale/vault/seal.h"
#include "samtale/vault/totp.h"

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

static struct totp_secret rfc_secret(void)
{
	struct totp_secret s;

	memcpy(s.at, "12345678901234567890", sizeof(s.at));
	return s;
}

static void the_vectors_of_the_rfc_hold(void **state)
{
	static const struct {
		int64_t time_s;
		const char *code;
	} rows[] = {
		{ 59, "287082" },
		{ 1111111109, "081804" },
		{ 1111111111, "050471" },
		{ 1234567890, "005924" },
		{ 2000000000, "279037" },
		{ 20000000000, "353130" },
	};
	struct totp_secret s = rfc_secret();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char code[7];
		int64_t step = 0;

		assert_int_equal(totp_code(&s, rows[i].time_s / 30, code), 0);
		assert_string_equal(code, rows[i].code);
		assert_true(totp_is_right(
			&s, bytes_str(rows[i].code), rows[i].time_s * 1000, 0, &step));
		assert_int_equal(step, rows[i].time_s / 30);
	}
}

static void one_step_of_drift_is_forgiven_and_no_more(void **state)
{
	struct totp_secret s = rfc_secret();
	const int64_t step = 41152263; /* 1234567890 / 30 */

	(void)state;
	for (int64_t drift = -3; drift <= 3; drift++) {
		int64_t got = -1;
		bool right = totp_is_right(
			&s, BYTES_LIT("005924"), (step + drift) * 30000, 0, &got);

		assert_int_equal(right, drift >= -1 && drift <= 1);
		assert_int_equal(got, right ? step : -1);
	}
}

static void a_code_is_good_once(void **state)
{
	struct totp_secret s = rfc_secret();
	int64_t now = INT64_C(1234567890000), last = 0, step = 0;
	char next[7];

	(void)state;
	assert_true(totp_is_right(&s, BYTES_LIT("005924"), now, last, &last));
	assert_false(totp_is_right(&s, BYTES_LIT("005924"), now, last, &step));
	assert_false(totp_is_right(&s, BYTES_LIT("005924"), now + 30000, last, &step));
	/* Nor is one from before the last used. */
	assert_int_equal(totp_code(&s, last - 1, next), 0);
	assert_false(totp_is_right(&s, bytes_of(next, 6), now, last, &step));
	assert_int_equal(totp_code(&s, last + 1, next), 0);
	assert_true(totp_is_right(&s, bytes_of(next, 6), now, last, &step));
}

static void what_is_no_code_is_wrong(void **state)
{
	static const char *const rows[] = { "", "00592", "0059244", "00592x", "287082" };
	struct totp_secret s = rfc_secret();
	int64_t step;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_false(totp_is_right(
			&s, bytes_str(rows[i]), INT64_C(1234567890000), 0, &step));
}

static void the_uri_is_what_apps_read(void **state)
{
	struct totp_secret s = rfc_secret();
	char base32[TOTP_BASE32_TEXT];
	uint8_t buf[300];
	struct writer w = writer_of(buf, sizeof(buf));

	(void)state;
	totp_base32(&s, base32);
	assert_string_equal(base32, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	totp_uri(&w, "Hedensted Kommune", "søren@x", &s);
	assert_true(writer_ok(&w));
	assert_true(bytes_equal_str(writer_bytes(&w),
		"otpauth://totp/Hedensted%20Kommune:s%C3%B8ren%40x"
		"?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Hedensted%20Kommune"
		"&algorithm=SHA1&digits=6&period=30"));
}

static void a_secret_is_sealed_for_its_user(void **state)
{
	struct vault_place *p = *state;
	struct totp_secret s, got;
	struct sealed sealed;

	totp_random(&s);
	assert_int_equal(totp_seal(p->node, 5, &s, &sealed), 0);
	assert_int_equal(totp_open(p->node, 6, &sealed, &got), SEAL_E_BAD);
	assert_int_equal(totp_open(p->node, 5, &sealed, &got), 0);
	assert_memory_equal(&got, &s, sizeof(s));
	sealed.len = 0;
	assert_int_equal(totp_open(p->node, 5, &sealed, &got), SEAL_E_BAD);
}

static void recovery_codes_are_found_however_they_are_typed(void **state)
{
	struct vault_place *p = *state;
	char text[RECOVERY_CODES][RECOVERY_TEXT];
	struct token_hash hash[RECOVERY_CODES];
	uint8_t typed[32];
	struct writer w = writer_of(typed, sizeof(typed));

	recovery_make(p->node, 5, text, hash);
	for (int i = 0; i < RECOVERY_CODES; i++) {
		assert_int_equal(strlen(text[i]), 11);
		assert_null(strpbrk(text[i], "IO01"));
		assert_int_equal(recovery_find(p->node, 5, bytes_str(text[i]), hash,
					 RECOVERY_CODES),
			i);
	}
	for (const char *c = text[3]; *c; c++)
		write_fmt(&w, "%c",
			*c == '-'                ? ' '
			: *c >= 'A' && *c <= 'Z' ? *c + 32
						 : *c);
	assert_int_equal(
		recovery_find(p->node, 5, writer_bytes(&w), hash, RECOVERY_CODES), 3);
	assert_int_equal(
		recovery_find(p->node, 6, bytes_str(text[3]), hash, RECOVERY_CODES), -1);
	assert_int_equal(recovery_find(p->node, 5, bytes_str(text[3]), hash, 3), -1);
	assert_int_equal(
		recovery_find(p->node, 5, BYTES_LIT("AAAAAAAAAAA"), hash, RECOVERY_CODES),
		-1);
	assert_int_equal(recovery_find(p->node, 5, BYTES_NULL, hash, RECOVERY_CODES), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(the_vectors_of_the_rfc_hold),
		AT(one_step_of_drift_is_forgiven_and_no_more),
		AT(a_code_is_good_once),
		AT(what_is_no_code_is_wrong),
		AT(the_uri_is_what_apps_read),
		AT(a_secret_is_sealed_for_its_user),
		AT(recovery_codes_are_found_however_they_are_typed),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
