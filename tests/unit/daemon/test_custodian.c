/* SPDX-License-Identifier: MPL-2.0
 *
 * The way to the vault against a double of it: answers, silence, crashes, other
 * languages, other keys; several who ask at once.
 */
#include "vault_double.h"

#include "../../../broker/daemon/remote.h"
#include "samtale/base/ops_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <time.h>

static struct vault_double vault;
static struct custodian *custodian;
static struct node_key *node;
static _Atomic unsigned anchors;

/* What is waited for passes three times as fast. */
int64_t __real_lock_deadline(int64_t in_ms);
int64_t __wrap_lock_deadline(int64_t in_ms);
int64_t __wrap_lock_deadline(int64_t in_ms)
{
	return __real_lock_deadline(in_ms / 3);
}

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void anchored(void *arg, struct bytes line)
{
	(void)arg;
	anchors += line.len > 0;
}

static int welcome_it(void)
{
	const struct custodian_parts parts = { .report_fd = vault.child,
		.anchor = anchored };
	struct custodian_welcome welcome;
	int r = custodian_new(&custodian, &parts, &welcome);

	if (r != 0)
		return r;
	assert_true(welcome.is_development);
	node = welcome.node;
	return custodian_start(custodian);
}

static int with_vault(void **state)
{
	(void)state;
	double_open(&vault);
	anchors = 0;
	double_give_link(&vault);
	return welcome_it();
}

static int without_vault(void **state)
{
	(void)state;
	custodian = custodian_free(custodian);
	node = node_key_free(node);
	double_close(&vault);
	return 0;
}

/* As the loop does it. */
static void fresh_link(void)
{
	custodian_take(custodian, double_make_link(&vault));
}

static int ask_state(void)
{
	struct vault_question q = { .kind = VAULT_ASK_STATE };
	struct custodian_reply reply;
	int r = custodian_ask(custodian, &q, &reply);

	if (r != 0)
		return r;
	assert_int_equal(reply.answer.state.size, 42);
	custodian_reply_drop(&reply);
	return 0;
}

static void the_welcome_gives_every_subkey(void **state)
{
	(void)state;
	assert_int_equal(node_key_get(node, NODE_LINK_HASH)->at[1], 1);
	assert_int_equal(node_key_get(node, NODE_COPY_SEAL)->at[0],
		NODE_COPY_SEAL * KEY_BYTES % 256);
	assert_true(custodian_is_up(custodian));
}

static void a_question_gets_its_answer(void **state)
{
	struct vault_question q = { .kind = VAULT_ASK_FIND_CASE, .at_most = 5 };

	(void)state;
	assert_int_equal(ask_state(), 0);
	vault.result = VAULT_RESULT_FULL;
	assert_int_equal(custodian_ask(custodian, &q, NULL), -ENOSPC);
	vault.result = VAULT_RESULT_FAILED;
	assert_int_equal(custodian_ask(custodian, &q, NULL), -EIO);
}

static void keys_arrive_in_the_order_asked_for(void **state)
{
	int64_t meetings[] = { 5, 3, 9 };
	struct vault_use use = { VAULT_DAY, 1, meetings, 3 };
	struct meeting_keys *keys;
	struct vault *v = NULL;

	(void)state;
	assert_int_equal(vault_remote_new(&v, &remote_ops, custodian, NULL, NULL), 0);
	assert_int_equal(vault_open_here(v, &use, &keys), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(keys[i].meeting, meetings[i]);
		assert_int_equal(keys[i].ck.at[31], meetings[i]);
		assert_true(keys[i].has_ck && keys[i].has_mk);
	}
	meeting_keys_free(keys);
	(void)vault_free(v);
}

static void a_meeting_that_has_keys_is_an_outcome_and_ids_come_a_step_at_a_time(
	void **state)
{
	int64_t meeting = 5, ids[4] = { 0 };
	struct vault_use use = { VAULT_BOOK, 1, &meeting, 1 };
	struct meeting_keys *keys = NULL;
	struct vault *v = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(vault_remote_new(&v, &remote_ops, custodian, NULL, NULL), 0);
	vault.result = VAULT_RESULT_TAKEN;
	assert_int_equal(vault_create_here(v, &use, BYTES_NULL, &keys), VAULT_E_TAKEN);
	vault.result = VAULT_RESULT_DONE;
	assert_int_equal(vault_create_here(v, &use, BYTES_LIT("A-1"), &keys), 0);
	meeting_keys_free(keys);
	assert_int_equal(vault_shelf_ids_here(v, 7, 0, ids, 4, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(ids[1], 9);
	assert_int_equal(vault_forget_here(v, &use, VAULT_BOTH), 0);
	assert_int_equal(vault_set_case_here(v, &use, BYTES_LIT("A-2")), 0);
	(void)vault_free(v);
}

static void more_ids_than_asked_for_are_a_fault(void **state)
{
	int64_t ids[1];
	struct vault *v = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(vault_remote_new(&v, &remote_ops, custodian, NULL, NULL), 0);
	assert_true(vault_shelf_ids_here(v, 7, 0, ids, 1, &n) < 0);
	(void)vault_free(v);
}

static void *ask_often(void *arg)
{
	_Atomic unsigned *failed = arg;

	for (int i = 0; i < 500; i++)
		*failed += ask_state() != 0;
	return NULL;
}

static void several_may_ask_at_once(void **state)
{
	pthread_t threads[4];
	_Atomic unsigned failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, ask_often, &failed), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		(void)pthread_join(threads[i], NULL);
	assert_int_equal(failed, 0);
}

static void checkpoints_arrive_while_nobody_asks(void **state)
{
	uint8_t buf[700];
	struct writer w = writer_of(buf, sizeof(buf));

	(void)state;
	vault_anchor_write(&w, BYTES_LIT("samtale-checkpoint 1 epoch"));
	assert_int_equal(send(vault.fds[0], w.at, w.len, 0), w.len);
	for (int i = 0; i < 300 && anchors == 0; i++)
		(void)usleep(10000);
	assert_int_equal(anchors, 1);
}

static void a_vault_that_dies_is_told_at_once_and_waited_for_once(void **state)
{
	int64_t begun = now_ms();

	(void)state;
	vault.manner = DIES;
	assert_int_equal(ask_state(), -EAGAIN);
	assert_in_range(now_ms() - begun, 0, 500);
	vault.manner = ANSWERS;
	begun = now_ms();
	assert_int_equal(ask_state(), -EAGAIN); /* nobody comes back */
	assert_in_range(now_ms() - begun, 150, 2500);
	begun = now_ms();
	assert_int_equal(ask_state(), -EAGAIN);
	assert_in_range(now_ms() - begun, 0, 200);
	assert_int_equal(custodian_lost(custodian), 1);
	fresh_link();
	assert_int_equal(ask_state(), 0);
}

static void *link_later(void *arg)
{
	(void)arg;
	(void)usleep(50 * 1000);
	fresh_link();
	return NULL;
}

static void a_question_asked_while_it_restarts_is_answered(void **state)
{
	pthread_t later;

	(void)state;
	double_crash(&vault);
	while (custodian_is_up(custodian))
		(void)usleep(1000);
	assert_int_equal(pthread_create(&later, NULL, link_later, NULL), 0);
	assert_int_equal(ask_state(), 0);
	(void)pthread_join(later, NULL);
}

static void a_vault_that_hangs_is_waited_for_once(void **state)
{
	int64_t begun = now_ms();

	(void)state;
	vault.manner = SILENT;
	assert_int_equal(ask_state(), -EAGAIN);
	assert_in_range(now_ms() - begun, 900, 7000);
	begun = now_ms();
	assert_int_equal(ask_state(), -EAGAIN);
	assert_in_range(now_ms() - begun, 0, 500);
	vault.manner = ANSWERS;
	fresh_link();
	while (custodian_lost(custodian) == 0)
		(void)usleep(1000);
	assert_int_equal(ask_state(), 0);
}

/* Whether the custodian asked its parent for a fresh link. */
static bool it_asked_for_a_fresh_link(void)
{
	uint8_t head[FRAME_HEAD];
	struct pollfd fd = { .fd = vault.parent, .events = POLLIN };

	return poll(&fd, 1, 3000) == 1 &&
	       recv(vault.parent, head, sizeof(head), 0) == FRAME_HEAD &&
	       head[4] == REPORT_VAULT_LINK_BAD;
}

static void another_language_costs_the_link_and_asks_for_a_fresh_one(void **state)
{
	(void)state;
	vault.manner = BABBLES;
	assert_int_equal(ask_state(), -EAGAIN);
	assert_true(it_asked_for_a_fresh_link());
	vault.manner = ANSWERS;
	fresh_link();
	assert_int_equal(ask_state(), 0);
}

static void a_vault_with_other_keys_is_not_used(void **state)
{
	(void)state;
	double_crash(&vault);
	vault.manner = STRANGER;
	fresh_link();
	assert_int_equal(ask_state(), -EAGAIN);
	assert_false(custodian_is_up(custodian));
	assert_int_equal(vault.asked[VAULT_ASK_STATE], 0);
}

static void without_a_vault_there_is_no_start(void **state)
{
	(void)state;
	double_open(&vault);
	(void)shutdown(vault.parent, SHUT_RDWR);
	assert_true(welcome_it() < 0);
	double_close(&vault);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, with_vault, without_vault)
	const struct CMUnitTest tests[] = {
		CASE(the_welcome_gives_every_subkey),
		CASE(a_question_gets_its_answer),
		CASE(keys_arrive_in_the_order_asked_for),
		CASE(a_meeting_that_has_keys_is_an_outcome_and_ids_come_a_step_at_a_time),
		CASE(more_ids_than_asked_for_are_a_fault),
		CASE(several_may_ask_at_once),
		CASE(checkpoints_arrive_while_nobody_asks),
		CASE(a_vault_that_dies_is_told_at_once_and_waited_for_once),
		CASE(a_question_asked_while_it_restarts_is_answered),
		CASE(a_vault_that_hangs_is_waited_for_once),
		CASE(another_language_costs_the_link_and_asks_for_a_fresh_one),
		CASE(a_vault_with_other_keys_is_not_used),
		cmocka_unit_test(without_a_vault_there_is_no_start),
	};

	log_set_level(LOG_E_ERROR);
	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
