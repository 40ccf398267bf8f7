/* SPDX-License-Identifier: MPL-2.0
 *
 * What somebody who calls in meets: right and wrong digits, none at all, stars, English,
 * and a broker that comes anew in the middle.
 */
#include "dial_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

static char wishes[1024];
static bool answers;

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

static const char *const words[PROMPT_COUNT] = {
#define PROMPT(id, name, danish, english) [PROMPT_##id] = name,
#include "prompt.def"
};

static bool on_answer(void *arg)
{
	(void)arg;
	note("answer,");
	return answers;
}

static void on_say(void *arg, enum prompt what, bool english)
{
	(void)arg;
	note("%s%s,", words[what], english ? "/en" : "");
}

static void on_pause(void *arg)
{
	(void)arg;
}

static void on_hush(void *arg)
{
	(void)arg;
	note("hush,");
}

static void on_stage(void *arg, enum leg_stage stage, bool tones)
{
	(void)arg;
	note("be %s%s,", stage == LEG_TALKING ? "talking" : "alone", tones ? "+" : "");
}

static void on_digits(void *arg, struct bytes number, struct bytes pin, unsigned try)
{
	(void)arg;
	note("digits %.*s %.*s %u,", (int)number.len, (const char *)number.at,
		(int)pin.len, (const char *)pin.at, try);
}

static void on_end(void *arg, enum phone_cause why)
{
	(void)arg;
	note("end %s,", phone_cause_name(why));
}

static const struct dial_in_hooks hooks = { on_answer, on_say, on_pause, on_hush,
	on_stage, on_digits, on_end };

static void press(struct dial_in *d, const char *keys, int64_t now_ms)
{
	for (; *keys; keys++)
		dial_in_key(d, *keys, now_ms);
}

static struct dial_in new_caller(void)
{
	struct dial_in d;

	answers = true;
	dial_in_init(&d, &hooks, NULL);
	wishes[0] = '\0';
	return d;
}

/* Answered and asked for the number, nothing noted. */
static struct dial_in asked_caller(void)
{
	struct dial_in d = new_caller();

	dial_in_answer(&d, PHONE_ANSWER_ASK);
	wishes[0] = '\0';
	return d;
}

static void give_digits(struct dial_in *d)
{
	press(d, "12345678", 1000);
	press(d, "654321", 2000);
	wishes[0] = '\0';
}

static void right_digits_lead_to_the_lobby_and_into_the_talk(void **state)
{
	struct dial_in d = new_caller();

	(void)state;
	dial_in_answer(&d, PHONE_ANSWER_ASK);
	expect("answer,be alone,welcome,welcome/en,ask-number,ask-number/en,");
	press(&d, "12345678", 1000);
	expect("hush,hush,hush,hush,hush,hush,hush,hush,ask-pin,ask-pin/en,");
	press(&d, "654321", 2000);
	expect("hush,hush,hush,hush,hush,hush,digits 12345678 654321 1,");
	press(&d, "9*", 2500);
	expect("");
	dial_in_verdict(&d, PHONE_VERDICT_LOBBY);
	expect("be alone+,lobby,lobby/en,");
	assert_int_equal(d.number[0], 0); /* wiped */
	dial_in_spoken(&d, 3000);
	dial_in_step(&d, 1000000);
	expect("");
	dial_in_admit(&d);
	expect("hush,be talking+,admitted,");
	dial_in_admit(&d);
	expect("");
}

static void a_known_number_goes_to_the_lobby_without_digits(void **state)
{
	struct dial_in d = new_caller();

	(void)state;
	dial_in_answer(&d, PHONE_ANSWER_LOBBY);
	expect("answer,be alone,welcome,welcome/en,be alone+,lobby,lobby/en,");
}

static void a_refused_call_is_never_answered(void **state)
{
	struct dial_in d = new_caller();

	(void)state;
	dial_in_answer(&d, PHONE_ANSWER_REFUSE);
	expect("end busy,");
}

static void a_call_that_cannot_be_answered_is_over(void **state)
{
	struct dial_in d = new_caller();

	(void)state;
	answers = false;
	dial_in_answer(&d, PHONE_ANSWER_ASK);
	expect("answer,end bad_media,");
}

static void wrong_digits_may_be_tried_three_times(void **state)
{
	struct dial_in d = asked_caller();

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		give_digits(&d);
		dial_in_verdict(&d, PHONE_VERDICT_WRONG);
		expect("wrong,wrong/en,ask-number,ask-number/en,");
	}
	give_digits(&d);
	dial_in_verdict(&d, PHONE_VERDICT_WRONG);
	expect("hush,be alone,call-back,call-back/en,");
	dial_in_spoken(&d, 9000);
	expect("end not_confirmed,");
}

static void the_broker_may_call_back_or_ask_to_come_later(void **state)
{
	struct dial_in d = asked_caller();

	(void)state;
	give_digits(&d);
	dial_in_verdict(&d, PHONE_VERDICT_CALL_BACK);
	expect("hush,be alone,call-back,call-back/en,");
	d = asked_caller();
	dial_in_verdict(&d, PHONE_VERDICT_LATER); /* nothing was asked */
	expect("");
	give_digits(&d);
	dial_in_verdict(&d, PHONE_VERDICT_LATER);
	expect("hush,be alone,later,later/en,");
}

static void a_star_begins_anew(void **state)
{
	struct dial_in d = asked_caller();

	(void)state;
	press(&d, "12345678", 1000);
	press(&d, "65*", 1000);
	wishes[0] = '\0';
	press(&d, "1111111", 2000);
	wishes[0] = '\0';
	press(&d, "1", 2000);
	expect("hush,ask-pin,ask-pin/en,");
	assert_memory_equal(d.number, "11111111", 8);
}

static void a_hash_chooses_english(void **state)
{
	struct dial_in d = asked_caller();

	(void)state;
	press(&d, "#", 1000);
	expect("hush,ask-number/en,");
	give_digits(&d);
	dial_in_verdict(&d, PHONE_VERDICT_LOBBY);
	expect("be alone+,lobby/en,");
	dial_in_admit(&d);
	expect("hush,be talking+,admitted/en,");
}

static void who_presses_nothing_is_asked_again_and_then_told_of(void **state)
{
	struct dial_in d = asked_caller();

	(void)state;
	dial_in_step(&d, 1000000); /* the words still run */
	expect("");
	for (int i = 0; i < 2; i++) {
		dial_in_spoken(&d, 1000);
		dial_in_step(&d, 10999);
		expect("");
		dial_in_step(&d, 11000);
		expect("ask-number,ask-number/en,");
	}
	dial_in_spoken(&d, 1000);
	dial_in_step(&d, 11000);
	expect("hush,digits   3,");
	dial_in_answer(&d, PHONE_ANSWER_ASK); /* a broker that came anew */
	expect("digits   3,");
	dial_in_verdict(&d, PHONE_VERDICT_CALL_BACK);
	expect("hush,be alone,call-back,call-back/en,");
	dial_in_spoken(&d, 20000);
	expect("end not_confirmed,");
}

static void without_a_verdict_a_line_is_not_held(void **state)
{
	struct dial_in d = asked_caller();

	(void)state;
	give_digits(&d);
	dial_in_step(&d, 71999);
	expect("");
	dial_in_step(&d, 72000);
	expect("hush,be alone,later,later/en,");
}

static void stars_without_end_hold_no_line(void **state)
{
	struct dial_in d = asked_caller();
	int64_t now_ms = 1000;

	(void)state;
	for (; now_ms < 6 * 60 * 1000; now_ms += 5000) {
		press(&d, "*", now_ms);
		dial_in_step(&d, now_ms);
		expect("hush,ask-number,ask-number/en,");
	}
	dial_in_step(&d, now_ms + 5000);
	expect("hush,digits   3,");
	dial_in_verdict(&d, PHONE_VERDICT_LATER);
	expect("hush,be alone,later,later/en,");
	dial_in_spoken(&d, now_ms);
	expect("end not_confirmed,");
}

static void half_a_number_is_forgotten_after_a_pause(void **state)
{
	struct dial_in d = asked_caller();

	(void)state;
	press(&d, "1234", 1000);
	wishes[0] = '\0';
	dial_in_step(&d, 11000);
	expect("ask-number,ask-number/en,");
	press(&d, "87654321", 12000);
	assert_memory_equal(d.number, "87654321", 8);
	assert_int_equal(d.state, DIAL_IN_ASKS_PIN);
}

static void a_broker_that_comes_anew_gets_the_digits_again(void **state)
{
	struct dial_in d = asked_caller();

	(void)state;
	press(&d, "1234", 1000);
	wishes[0] = '\0';
	dial_in_answer(&d, PHONE_ANSWER_ASK);
	expect(""); /* he types on */
	press(&d, "5678", 1000);
	press(&d, "654321", 2000);
	wishes[0] = '\0';
	dial_in_answer(&d, PHONE_ANSWER_ASK);
	expect("digits 12345678 654321 1,");
	dial_in_answer(&d, PHONE_ANSWER_LOBBY); /* it knows the number by now */
	expect("hush,be alone+,lobby,lobby/en,");
	dial_in_answer(&d, PHONE_ANSWER_REFUSE);
	expect("");
	assert_false(dial_in_is_outside(&d));
	d = asked_caller();
	dial_in_answer(&d, PHONE_ANSWER_REFUSE);
	expect("end busy,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_digits_lead_to_the_lobby_and_into_the_talk),
		cmocka_unit_test(a_known_number_goes_to_the_lobby_without_digits),
		cmocka_unit_test(a_refused_call_is_never_answered),
		cmocka_unit_test(a_call_that_cannot_be_answered_is_over),
		cmocka_unit_test(wrong_digits_may_be_tried_three_times),
		cmocka_unit_test(the_broker_may_call_back_or_ask_to_come_later),
		cmocka_unit_test(a_star_begins_anew),
		cmocka_unit_test(a_hash_chooses_english),
		cmocka_unit_test(who_presses_nothing_is_asked_again_and_then_told_of),
		cmocka_unit_test(without_a_verdict_a_line_is_not_held),
		cmocka_unit_test(stars_without_end_hold_no_line),
		cmocka_unit_test(half_a_number_is_forgotten_after_a_pause),
		cmocka_unit_test(a_broker_that_comes_anew_gets_the_digits_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
