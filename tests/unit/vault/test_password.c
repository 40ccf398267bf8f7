/* SPDX-License-Identifier: MPL-2.0
 *
 * Passwords: right ones pass, and an unknown name costs what a known one does.
 */
#include "vault_fixture.h"

#include "samtale/base/limits.h"
#include "samtale/base/work.h"
#include "samtale/vault/password.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>

static int64_t cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void the_right_password_passes_and_no_other(void **state)
{
	char a[PASSWORD_HASH_TEXT], b[PASSWORD_HASH_TEXT];

	(void)state;
	assert_int_equal(password_hash(BYTES_LIT("en lang sætning"), a), 0);
	assert_int_equal(password_hash(BYTES_LIT("en lang sætning"), b), 0);
	assert_string_not_equal(a, b);
	assert_memory_equal(a, "$argon2id$v=19$m=65536,t=3,p=1$", 31);
	assert_true(password_is_right(a, BYTES_LIT("en lang sætning")));
	assert_false(password_is_right(a, BYTES_LIT("en lang sætnin")));
	assert_false(password_is_right(a, BYTES_NULL));
	assert_false(password_is_right(NULL, BYTES_LIT("en lang sætning")));
	assert_false(password_is_right("", BYTES_NULL));
	assert_false(password_is_right("no hash at all", BYTES_LIT("x")));
}

static void an_unknown_name_costs_what_a_known_one_does(void **state)
{
	char hash[PASSWORD_HASH_TEXT];
	int64_t at[3];

	(void)state;
	assert_int_equal(password_hash(BYTES_LIT("en lang sætning"), hash), 0);
	at[0] = cpu_ms();
	for (int i = 0; i < 3; i++)
		assert_false(password_is_right(hash, BYTES_LIT("another one")));
	at[1] = cpu_ms();
	for (int i = 0; i < 3; i++)
		assert_false(password_is_right(NULL, BYTES_LIT("another one")));
	at[2] = cpu_ms();
	/* CPU time, generous: without the stand-in hash it would be none at all. */
	assert_true((at[2] - at[1]) * 2 > at[1] - at[0]);
	assert_true((at[1] - at[0]) * 2 > at[2] - at[1]);
}

static int wake_fd;

static void wake(void *arg)
{
	uint64_t one = 1;

	(void)arg;
	(void)!write(wake_fd, &one, sizeof(one));
}

struct answer {
	bool came, right;
	char hash[PASSWORD_HASH_TEXT];
};

static void checked(void *arg, bool right)
{
	*(struct answer *)arg = (struct answer){ .came = true, .right = right };
}

static void hashed(void *arg, const char *hash)
{
	struct answer *a = arg;

	a->came = true;
	a->right = hash && bytes_to_str(bytes_str(hash), a->hash, sizeof(a->hash));
}

static void wait_for(struct worker *w)
{
	while (worker_depth(w) > 0) {
		struct pollfd p = { .fd = wake_fd, .events = POLLIN };
		uint64_t n;

		assert_int_equal(poll(&p, 1, 30000), 1);
		assert_int_equal(read(wake_fd, &n, sizeof(n)), sizeof(n));
		worker_reap(w);
	}
}

static void the_worker_makes_and_checks_and_is_full_at_its_limit(void **state)
{
	static uint8_t endless[4096];
	struct worker_hooks hooks = { .wake = wake };
	struct answer made = { 0 }, right = { 0 }, wrong = { 0 }, unknown = { 0 };
	struct worker *w = NULL;

	(void)state;
	wake_fd = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(worker_new(&w, "password", 3, &hooks), 0);
	assert_int_equal(
		password_make(w, BYTES_LIT("en lang sætning"), hashed, &made), 0);
	wait_for(w);
	assert_true(made.came && made.right);
	assert_int_equal(password_check(w, made.hash, BYTES_LIT("en lang sætning"),
				 checked, &right),
		0);
	assert_int_equal(password_check(w, made.hash, bytes_of(endless, sizeof(endless)),
				 checked, &wrong),
		0);
	assert_int_equal(password_check(w, NULL, BYTES_LIT("x"), checked, &unknown), 0);
	assert_int_equal(password_check(w, NULL, BYTES_LIT("x"), checked, &unknown),
		PASSWORD_E_BUSY);
	wait_for(w);
	assert_true(right.came && right.right);
	assert_true(wrong.came && !wrong.right);
	assert_true(unknown.came && !unknown.right);
	assert_int_equal(
		password_make(w, bytes_of(endless, LIMIT_PASSWORD + 1), hashed, &made),
		-EMSGSIZE);
	w = worker_free(w);
	close(wake_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_right_password_passes_and_no_other),
		cmocka_unit_test(an_unknown_name_costs_what_a_known_one_does),
		cmocka_unit_test(the_worker_makes_and_checks_and_is_full_at_its_limit),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
