/* SPDX-License-Identifier: MPL-2.0
 *
 * What goes on record, against a double of the vault: waited for or queued, kept over its
 * restart, dropped and told when nothing more can be held.
 */
#include "samtale/base/clock.h"
#include "vault_double.h"

#include "../../../broker/daemon/recorder.h"
#include "samtale/base/limits.h"
#include "samtale/base/ops_log.h"
#include "samtale/listener/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

static struct vault_double vault;
static struct custodian *custodian;
static struct node_key *node;
static struct loop *loop;
static struct loop_timer *look;
static struct recorder *recorder;
static struct audit *audit;
static int reloads;

static void anchored(void *arg, struct bytes line)
{
	(void)arg;
	(void)line;
}

static void reloaded(void *arg, int result, bool is_development)
{
	(void)arg;
	reloads += result == 0 && is_development;
}

static int with_vault(void **state)
{
	const struct custodian_parts parts = { .report_fd = -1, .anchor = anchored };
	struct custodian_parts mine = parts;
	struct custodian_welcome welcome;
	struct recorder_parts r;
	struct audit_sink sink;

	(void)state;
	double_open(&vault);
	double_give_link(&vault);
	reloads = 0;
	mine.report_fd = vault.child;
	if (custodian_new(&custodian, &mine, &welcome) != 0 || loop_new(&loop) != 0 ||
		custodian_start(custodian) != 0)
		return -1;
	node = welcome.node;
	r = (struct recorder_parts){
		.custodian = custodian, .loop = loop, .reloaded = reloaded
	};
	if (recorder_new(&recorder, &r) != 0)
		return -1;
	sink = recorder_sink(recorder);
	return audit_new(&audit, &sink);
}

static int without_vault(void **state)
{
	(void)state;
	look = loop_timer_free(look);
	audit = audit_free(audit);
	recorder = recorder_free(recorder);
	custodian = custodian_free(custodian);
	node = node_key_free(node);
	loop = loop_free(loop);
	double_close(&vault);
	return 0;
}

static bool (*wanted)(void);
static int looks_left;

static void look_again(void *arg)
{
	(void)arg;
	if (wanted() || --looks_left == 0)
		loop_stop(loop);
}

/* Turns the loop until it is so, at most 5 s. */
static void turn_until(bool (*is_so)(void))
{
	wanted = is_so;
	looks_left = 1000;
	if (!look)
		assert_int_equal(loop_timer_new(&look, loop, look_again, NULL), 0);
	loop_timer_every(look, 5);
	loop_run(loop);
	loop_timer_stop(look);
	assert_true(is_so());
}

static struct audit_event admitted(uint32_t value)
{
	return (struct audit_event){ .what = AUDIT_ADMITTED,
		.purpose = AUDIT_FOR_OWN_MEETING,
		.role = AUDIT_CONSULTANT,
		.meeting = 7,
		.value = value };
}

static int note_soon(uint32_t value)
{
	struct audit_event e = admitted(value);

	return audit_note_soon(audit, &e);
}

static bool ten_are_on_record(void)
{
	return vault.events >= 10 && vault.last_value == 10;
}

static bool nothing_waits(void)
{
	struct recorder_figures f;

	recorder_figures(recorder, &f);
	return f.waiting == 0;
}

static void what_must_be_first_is_on_record_when_it_returns(void **state)
{
	struct audit_event e = { .what = AUDIT_DAY_READ, .role = AUDIT_CONSULTANT };

	(void)state;
	assert_int_equal(audit_note(audit, &e), 0);
	assert_int_equal(vault.events, 1);
	assert_int_equal(audit_count(audit, AUDIT_DAY_READ), 1);
}

static void without_the_log_there_is_no_data(void **state)
{
	struct audit_event e = { .what = AUDIT_DAY_READ, .role = AUDIT_CONSULTANT };
	struct recorder_figures f;

	(void)state;
	vault.result = VAULT_RESULT_FULL;
	assert_int_equal(audit_note(audit, &e), -ENOSPC);
	recorder_figures(recorder, &f);
	assert_true(f.is_refusing);
	vault.result = VAULT_RESULT_DONE;
	vault.manner = DIES;
	assert_int_equal(audit_note(audit, &e), -EAGAIN);
	assert_int_equal(audit_count(audit, AUDIT_DAY_READ), 0);
}

/* One at each look, so that the worker could send each alone. */
static uint32_t said;

static bool ten_are_said(void)
{
	if (said < 10)
		assert_int_equal(note_soon(++said), 0);
	return said == 10;
}

/* What is said within 50 ms goes together, however slow the machine is meanwhile. */
static void what_happens_in_talks_is_sent_in_order_and_in_groups(void **state)
{
	int64_t begun = clock_boot_ms(), groups;

	(void)state;
	said = 0;
	turn_until(ten_are_said);
	turn_until(ten_are_on_record);
	groups = (clock_boot_ms() - begun) / 50 + 2;
	assert_int_equal(vault.events, 10);
	assert_in_range(vault.asked[VAULT_ASK_NOTE], 1, groups);
}

static void what_happens_in_talks_outlives_a_restart_of_the_vault(void **state)
{
	(void)state;
	double_crash(&vault);
	while (custodian_is_up(custodian))
		(void)usleep(1000);
	for (uint32_t i = 1; i <= 10; i++)
		assert_int_equal(note_soon(i), 0);
	assert_int_equal(vault.events, 0);
	custodian_take(custodian, double_make_link(&vault));
	turn_until(ten_are_on_record);
	assert_int_equal(vault.events, 10);
}

static void a_refusal_is_tried_again_until_there_is_room(void **state)
{
	(void)state;
	vault.result = VAULT_RESULT_FULL;
	for (uint32_t i = 1; i <= 10; i++)
		assert_int_equal(note_soon(i), 0);
	(void)usleep(100 * 1000);
	assert_int_equal(vault.events, 0);
	vault.result = VAULT_RESULT_DONE;
	turn_until(ten_are_on_record);
	turn_until(nothing_waits);
}

static bool dropped_is_told(void)
{
	return vault.asked[VAULT_ASK_DROPPED] > 0;
}

static void a_full_queue_drops_and_the_log_is_told(void **state)
{
	struct recorder_figures f;

	(void)state;
	vault.result = VAULT_RESULT_FULL;
	for (unsigned i = 0; i < LIMIT_AUDIT_QUEUE; i++)
		assert_int_equal(note_soon(10), 0);
	assert_int_equal(note_soon(10), -ENOBUFS);
	assert_int_equal(note_soon(10), -ENOBUFS);
	recorder_figures(recorder, &f);
	assert_int_equal(f.dropped, 2);
	vault.result = VAULT_RESULT_DONE;
	turn_until(nothing_waits);
	turn_until(dropped_is_told);
	assert_int_equal(vault.events, LIMIT_AUDIT_QUEUE);
}

static void the_end_waits_for_what_is_queued_but_not_for_ever(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 10; i++)
		assert_int_equal(note_soon(i), 0);
	recorder_flush(recorder, 3000);
	assert_int_equal(vault.events, 10);
	vault.result = VAULT_RESULT_FULL;
	assert_int_equal(note_soon(10), 0);
	recorder_flush(recorder, 50);
	assert_int_equal(vault.events, 10);
}

static bool state_is_known(void)
{
	struct recorder_figures f;

	recorder_figures(recorder, &f);
	return f.state.size == 42;
}

static void how_the_log_does_is_known_without_waiting(void **state)
{
	(void)state;
	turn_until(state_is_known);
}

static bool is_reloaded(void)
{
	return reloads == 2;
}

static void auditors_are_read_again_as_often_as_asked_for(void **state)
{
	(void)state;
	recorder_reload(recorder);
	recorder_reload(recorder);
	recorder_reload(recorder); /* one runs, the others are one more */
	turn_until(is_reloaded);
	assert_int_equal(vault.asked[VAULT_ASK_RELOAD], 2);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, with_vault, without_vault)
	const struct CMUnitTest tests[] = {
		CASE(what_must_be_first_is_on_record_when_it_returns),
		CASE(without_the_log_there_is_no_data),
		CASE(what_happens_in_talks_is_sent_in_order_and_in_groups),
		CASE(what_happens_in_talks_outlives_a_restart_of_the_vault),
		CASE(a_refusal_is_tried_again_until_there_is_room),
		CASE(a_full_queue_drops_and_the_log_is_told),
		CASE(the_end_waits_for_what_is_queued_but_not_for_ever),
		CASE(how_the_log_does_is_known_without_waiting),
		CASE(auditors_are_read_again_as_often_as_asked_for),
	};

	log_set_level(LOG_E_ERROR);
	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
