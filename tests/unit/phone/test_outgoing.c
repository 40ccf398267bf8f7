/* SPDX-License-Identifier: MPL-2.0
 *
 * The rules of a placed call, walked through with a written log of what they wish for.
 */
#include "outgoing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

static char wishes[512];

static void note(const char *fmt, ...) printf_like(1, 2);
static void note(const char *fmt, ...)
{
	size_t len = strlen(wishes);
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(wishes + len, sizeof(wishes) - len, fmt, args);
	va_end(args);
}

static void expect(const char *text)
{
	assert_string_equal(wishes, text);
	wishes[0] = '\0';
}

static const char *word_of(enum prompt p)
{
	return p == PROMPT_GREETING        ? "greeting"
	       : p == PROMPT_GREETING_TIME ? "greeting-time"
	       : p == PROMPT_PRESS_KEY     ? "press-key"
	       : p == PROMPT_OWN_PHONE     ? "own-phone"
					   : "?";
}

static void on_say(void *arg, enum prompt what)
{
	(void)arg;
	note("say %s,", word_of(what));
}

static void on_time(void *arg, struct bytes hh_mm)
{
	(void)arg;
	note("time %.*s,", (int)hh_mm.len, (const char *)hh_mm.at);
}

static void on_hush(void *arg)
{
	(void)arg;
	note("hush,");
}

static void on_stage(void *arg, enum leg_stage stage)
{
	static const char *const names[] = { "dialing", "early", "alone", "greeting",
		"unknown", "talking" };

	(void)arg;
	note("be %s,", names[stage]);
}

static void on_progress(void *arg, enum phone_progress p)
{
	(void)arg;
	note("tell %s,", phone_progress_name(p));
}

static void on_end(void *arg, enum phone_cause why)
{
	(void)arg;
	note("end %s,", phone_cause_name(why));
}

static const struct outgoing_hooks hooks = { on_say, on_time, on_hush, on_stage,
	on_progress, on_end };

static struct outgoing new_call(enum phone_confirm confirm, bool own, const char *time)
{
	struct outgoing_plan plan = { confirm, own, bytes_str(time) };
	struct outgoing o;

	wishes[0] = '\0';
	outgoing_init(&o, &plan, &hooks, NULL);
	return o;
}

static void progress_is_told_as_sip_says_it(void **state)
{
	struct outgoing o = new_call(PHONE_CONFIRM_OWNER, false, "");

	(void)state;
	outgoing_progress(&o, PHONE_PROGRESS_CALLING);
	outgoing_progress(&o, PHONE_PROGRESS_RINGING);
	outgoing_progress(&o, PHONE_PROGRESS_EARLY);
	expect("tell calling,tell ringing,be early,tell early,");
	outgoing_key(&o);
	outgoing_confirm(&o);
	outgoing_spoken(&o, 100);
	expect("");
	assert_false(outgoing_is_unknown(&o));
}

static void the_owner_hears_first_and_says_who_it_is(void **state)
{
	struct outgoing o = new_call(PHONE_CONFIRM_OWNER, false, "10:00");

	(void)state;
	outgoing_progress(&o, PHONE_PROGRESS_ANSWERED);
	expect("be greeting,say greeting-time,time 10:00,tell answered,");
	outgoing_key(&o);
	expect("");
	outgoing_spoken(&o, 100);
	expect("be unknown,");
	outgoing_step(&o, 1000000);
	outgoing_key(&o);
	expect("");
	assert_true(outgoing_is_unknown(&o));
	outgoing_confirm(&o);
	expect("hush,be talking,tell talking,");
	outgoing_confirm(&o);
	outgoing_progress(&o, PHONE_PROGRESS_RINGING);
	expect("");
}

static void the_owner_may_know_before_the_greeting_is_over(void **state)
{
	struct outgoing o = new_call(PHONE_CONFIRM_OWNER, false, "");

	(void)state;
	outgoing_progress(&o, PHONE_PROGRESS_ANSWERED);
	outgoing_confirm(&o);
	expect("be greeting,say greeting,tell answered,hush,be talking,tell talking,");
	outgoing_spoken(&o, 100);
	expect("");
}

static void any_key_confirms(void **state)
{
	struct outgoing o = new_call(PHONE_CONFIRM_KEY, false, "");

	(void)state;
	outgoing_progress(&o, PHONE_PROGRESS_ANSWERED);
	expect("be alone,say greeting,say press-key,tell answered,");
	outgoing_key(&o);
	expect("hush,be talking,tell talking,");
}

static void nobody_who_presses_a_key_is_asked_three_times_and_let_go(void **state)
{
	struct outgoing o = new_call(PHONE_CONFIRM_KEY, false, "");
	int64_t now = 1000;

	(void)state;
	outgoing_progress(&o, PHONE_PROGRESS_ANSWERED);
	expect("be alone,say greeting,say press-key,tell answered,");
	outgoing_step(&o, now + 60000); /* its words still run */
	expect("");
	for (int i = 0; i < 2; i++) {
		outgoing_spoken(&o, now);
		outgoing_step(&o, now + 4900);
		expect("");
		outgoing_step(&o, now + 5000);
		expect("say press-key,");
		now += 10000;
	}
	outgoing_spoken(&o, now);
	outgoing_step(&o, now + 5000);
	expect("end not_confirmed,");
}

static void her_own_telephone_always_asks_for_a_key(void **state)
{
	struct outgoing o = new_call(PHONE_CONFIRM_OWNER, true, "10:00");

	(void)state;
	outgoing_progress(&o, PHONE_PROGRESS_ANSWERED);
	expect("be alone,say own-phone,tell answered,");
	outgoing_key(&o);
	expect("hush,be talking,tell talking,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress_is_told_as_sip_says_it),
		cmocka_unit_test(the_owner_hears_first_and_says_who_it_is),
		cmocka_unit_test(the_owner_may_know_before_the_greeting_is_over),
		cmocka_unit_test(any_key_confirms),
		cmocka_unit_test(
			nobody_who_presses_a_key_is_asked_three_times_and_let_go),
		cmocka_unit_test(her_own_telephone_always_asks_for_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
