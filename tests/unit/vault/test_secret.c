/* SPDX-License-Identifier: MPL-2.0
 *
 * Guarded memory, wiping and comparing.
 */
#include "vault_fixture.h"

#include <signal.h>
#include <sys/wait.h>

static void a_secret_begins_as_zeros_and_is_aligned(void **state)
{
	(void)state;
	for (size_t len = 0; len < 100; len += 7) {
		struct secret *s = secret_new(len);

		assert_non_null(s);
		assert_int_equal((uintptr_t)s % 16, 0);
		assert_int_equal(s->len, len);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(s->at[i], 0);
		s = secret_free(s);
		assert_null(s);
	}
	assert_null(secret_new(SIZE_MAX));
}

static void reading_past_a_secret_ends_the_process(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		volatile uint8_t *at = secret_alloc(64);

		(void)signal(SIGSEGV, SIG_DFL);
		(void)signal(SIGABRT, SIG_DFL);
		_exit(at[64]);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	/* A sanitizer turns the signal into an exit of its own. */
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void the_span_of_a_temporary_covers_all_of_it(void **state)
{
	wiped(struct key, k);
	wiped_buf(buf, 48);

	(void)state;
	assert_ptr_equal(k_wipe.at, &k);
	assert_int_equal(k_wipe.len, sizeof(k));
	assert_ptr_equal(buf_wipe.at, buf);
	assert_int_equal(buf_wipe.len, 48);
	memset(buf, 0xab, sizeof(buf));
	secret_wipe_span(&buf_wipe); /* what the end of the scope calls */
	for (size_t i = 0; i < sizeof(buf); i++)
		assert_int_equal(buf[i], 0);
}

static void equality_compares_lengths_itself(void **state)
{
	(void)state;
	assert_true(secret_equal(BYTES_LIT("abc"), BYTES_LIT("abc")));
	assert_false(secret_equal(BYTES_LIT("abc"), BYTES_LIT("abd")));
	assert_false(secret_equal(BYTES_LIT("abc"), BYTES_LIT("ab")));
	assert_false(secret_equal(BYTES_LIT("abc"), BYTES_NULL));
	assert_true(secret_equal(BYTES_NULL, BYTES_NULL));
}

static void random_ids_are_exact_in_json(void **state)
{
	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t id = random_id();

		assert_true(id > 0 && id < INT64_C(1) << 53);
		assert_int_equal((int64_t)(double)id, id);
		assert_true(random_below(7) < 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_begins_as_zeros_and_is_aligned),
		cmocka_unit_test(reading_past_a_secret_ends_the_process),
		cmocka_unit_test(the_span_of_a_temporary_covers_all_of_it),
		cmocka_unit_test(equality_compares_lengths_itself),
		cmocka_unit_test(random_ids_are_exact_in_json),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
