/* SPDX-License-Identifier: MPL-2.0
 *
 * What a person types at a terminal: a pseudo-terminal is typed at, and what it shows is
 * looked at.
 */
#include "terminal.h"

#include "samtale/vault/secret.h"

#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SHOWN_MAX  1024
#define PATIENCE_S 20

/* -- in the child ---------------------------------------------------------------- */
static int take_passphrase(const char *expected)
{
	struct phrase_call c = { .err = stderr };
	wiped(struct passphrase, p);
	int r = terminal_passphrase(&c, NULL, true, &p);

	if (r != 0)
		return 10;
	return p.len == strlen(expected) && memcmp(p.at, expected, p.len) == 0 ? 0 : 11;
}

static int take_yes(const char *expected)
{
	(void)expected;
	return terminal_confirm("Everything goes.") ? 0 : 12;
}

/* -- in the parent --------------------------------------------------------------- */
struct shown {
	char at[SHOWN_MAX];
	size_t len;
	int code; /* of the child; -1: a signal ended it */
};

static void read_until(int fd, struct shown *s, const char *question)
{
	ssize_t n = 1;

	while (n > 0 && !(question && strstr(s->at, question)) &&
		s->len < SHOWN_MAX - 1) {
		n = read(fd, s->at + s->len, SHOWN_MAX - 1 - s->len);
		if (n > 0)
			s->len += (size_t)n;
	}
}

struct dialogue {
	int (*child)(const char *expected);
	const char *expected;
	const char *questions[2], *answers[2];
};

static void hold(const struct dialogue *d, struct shown *ret)
{
	int fd, status;
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)alarm(PATIENCE_S);
		_exit(d->child(d->expected));
	}
	memset(ret, 0, sizeof(*ret));
	for (int i = 0; i < 2 && d->questions[i]; i++) {
		read_until(fd, ret, d->questions[i]);
		assert_non_null(strstr(ret->at, d->questions[i]));
		assert_true(write(fd, d->answers[i], strlen(d->answers[i])) > 0);
	}
	read_until(fd, ret, NULL);
	close(fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ret->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* -- the stories ----------------------------------------------------------------- */
static void a_passphrase_is_asked_for_twice_and_never_shown(void **state)
{
	const struct dialogue d = { take_passphrase, "five odd words",
		{ "Passphrase: ", "once more: " },
		{ "five odd words\n", "five odd words\n" } };
	struct shown s;

	(void)state;
	hold(&d, &s);
	assert_int_equal(s.code, 0);
	assert_null(strstr(s.at, "five"));
}

static void two_that_differ_are_refused(void **state)
{
	const struct dialogue d = { take_passphrase, "",
		{ "Passphrase: ", "once more: " },
		{ "five odd words\n", "five old words\n" } };
	struct shown s;

	(void)state;
	hold(&d, &s);
	assert_int_equal(s.code, 10);
	assert_non_null(strstr(s.at, "not the same"));
}

static void an_empty_one_is_refused(void **state)
{
	const struct dialogue d = { take_passphrase, "", { "Passphrase: " }, { "\n" } };
	struct shown s;

	(void)state;
	hold(&d, &s);
	assert_int_equal(s.code, 10);
	assert_non_null(strstr(s.at, "must not be empty"));
}

static void an_interrupt_ends_it(void **state)
{
	const struct dialogue d = { take_passphrase, "", { "Passphrase: " },
		{ "half\003" } };
	struct shown s;

	(void)state;
	hold(&d, &s);
	assert_int_equal(s.code, -1);
	assert_null(strstr(s.at, "half"));
}

static void only_yes_is_yes(void **state)
{
	static const struct {
		const char *answer;
		int code;
	} cases[] = { { "yes\n", 0 }, { "y\n", 12 }, { "\n", 12 },
		{ "yes please\n", 12 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct dialogue d = { take_yes, NULL, { "Type yes" },
			{ cases[i].answer } };
		struct shown s;

		hold(&d, &s);
		assert_int_equal(s.code, cases[i].code);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passphrase_is_asked_for_twice_and_never_shown),
		cmocka_unit_test(two_that_differ_are_refused),
		cmocka_unit_test(an_empty_one_is_refused),
		cmocka_unit_test(an_interrupt_ends_it),
		cmocka_unit_test(only_yes_is_yes),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
