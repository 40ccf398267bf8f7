/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory in the listener's own modules: a fault, outputs untouched. libev and
 * libwebsockets allocate inside their shared libraries and are not reached.
 */
#include "alloc_ladder.h"
#include "gate.h"
#include "samtale/listener/loop.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct gate_settings settings = {
	.connections = 10, .per_prefix = 10, .per_own_prefix = 10, .descriptors = 1024
};

static void nothing(void *arg)
{
	(void)arg;
}

static void nothing_of_signal(void *arg, int signal_number)
{
	(void)arg;
	(void)signal_number;
}

static int make_gate(void *arg)
{
	struct gate *g = arg;
	int r = gate_new(&g, &settings);

	if (r == 0)
		gate_free(g);
	else
		assert_ptr_equal(g, arg);
	return r;
}

static int enter_gate(void *arg)
{
	const struct net_prefix key = { .at = { [15] = 1 }, .bits = 128 };
	struct gate_place *place = NULL;
	int r = gate_enter(arg, &key, false, &place);

	if (r == 0)
		gate_leave(arg, place);
	else
		assert_null(place);
	assert_int_equal(gate_places(arg), 0);
	return r;
}

static int make_loop(void *arg)
{
	struct loop *loop = arg;
	int r = loop_new(&loop);

	if (r == 0)
		loop_free(loop);
	else
		assert_ptr_equal(loop, arg);
	return r;
}

/* One of each kind; what was made before the one that failed is freed by its owner. */
static int make_watchers(void *arg)
{
	owned(loop_timer_freep) struct loop_timer *timer = NULL;
	owned(loop_wake_freep) struct loop_wake *wake = NULL;
	owned(loop_watch_freep) struct loop_watch *watch = NULL;
	owned(loop_signal_freep) struct loop_signal *signal = NULL;
	owned(loop_turn_freep) struct loop_turn *turn = NULL;
	int r = loop_timer_new(&timer, arg, nothing, NULL);

	if (r == 0)
		r = loop_wake_new(&wake, arg, nothing, NULL);
	if (r == 0)
		r = loop_watch_new(&watch, arg, 0, nothing, NULL);
	if (r == 0)
		r = loop_signal_new(&signal, arg, 10, nothing_of_signal, NULL);
	if (r == 0)
		r = loop_turn_new(&turn, arg, nothing, NULL);
	assert_true((r == 0) == (turn != NULL));
	return r;
}

static void a_gate_without_memory_is_not_made(void **state)
{
	int untouched = 0;

	(void)state;
	assert_int_equal(ladder_climb(make_gate, &untouched, 8), 1);
}

static void a_network_without_memory_is_not_counted(void **state)
{
	owned(gate_freep) struct gate *g = NULL;

	(void)state;
	assert_int_equal(gate_new(&g, &settings), 0);
	assert_int_equal(ladder_climb(enter_gate, g, 8), 1);
}

static void a_loop_and_its_watchers_without_memory_are_not_made(void **state)
{
	owned(loop_freep) struct loop *loop = NULL;
	int untouched = 0;

	(void)state;
	assert_int_equal(ladder_climb(make_loop, &untouched, 8), 1);
	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(ladder_climb(make_watchers, loop, 8), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gate_without_memory_is_not_made),
		cmocka_unit_test(a_network_without_memory_is_not_counted),
		cmocka_unit_test(a_loop_and_its_watchers_without_memory_are_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
