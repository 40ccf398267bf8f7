/* SPDX-License-Identifier: MPL-2.0
 *
 * A log that is gone as a whole is told, and begins anew only when somebody says so.
 */
#include "custody_fixture.h"
#include "inside.h"

#include <sys/stat.h>

static struct scene scene;

static int start(void **state)
{
	assert_int_equal(secret_start(), 0);
	scene_make(&scene);
	scene_open(&scene);
	*state = &scene;
	return 0;
}

static int stop(void **state)
{
	scene_remove(*state);
	return 0;
}

static void move_log(struct scene *s, const char *from, const char *to)
{
	char at[160];

	(void)snprintf(at, sizeof(at), "%s", in_vault(s, from));
	assert_int_equal(rename(at, in_vault(s, to)), 0);
}

static void a_log_that_is_gone_is_not_begun_anew(void **state)
{
	struct scene *s = *state;
	struct stat st;

	s->custody = custody_close(s->custody);
	move_log(s, "audit", "elsewhere");
	assert_int_equal(custody_open(&s->custody, &s->parts, &s->error), CUSTODY_E_BAD);
	assert_non_null(strstr(s->error.sentence, "is gone"));
	assert_non_null(strstr(s->error.sentence, "samtale audit accept-loss"));
	assert_int_not_equal(stat(in_vault(s, "audit"), &st), 0);
	move_log(s, "elsewhere", "audit");
	scene_open(s);
}

static void an_accepted_loss_is_the_new_logs_first_news(void **state)
{
	struct scene *s = *state;
	struct audit_log_state before, after;

	audit_log_state(s->custody->log, &before);
	s->custody = custody_close(s->custody);
	move_log(s, "audit", "elsewhere");
	s->parts.accept_loss = true;
	scene_open(s);
	audit_log_state(s->custody->log, &after);
	assert_int_equal(after.size, before.size + 1); /* the start, and the loss */
	s->custody = custody_close(s->custody);
	s->parts.accept_loss = false;
	scene_open(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_log_that_is_gone_is_not_begun_anew, start, stop),
		cmocka_unit_test_setup_teardown(
			an_accepted_loss_is_the_new_logs_first_news, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
