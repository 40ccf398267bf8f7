/* SPDX-License-Identifier: MPL-2.0
 *
 * The counters at the door.
 */
#include "../../../broker/listener/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct gate *gate(unsigned connections, unsigned descriptors)
{
	struct gate_settings s = { .connections = connections,
		.per_prefix = 2,
		.per_own_prefix = 5,
		.descriptors = descriptors };
	struct gate *g = NULL;

	for (unsigned i = 0; i < sizeof(s.key); i++)
		s.key[i] = (uint8_t)(i * 37 + 1);
	assert_int_equal(gate_new(&g, &s), 0);
	return g;
}

static struct net_prefix address(uint32_t n)
{
	struct net_prefix p = { .bits = 128 };

	memcpy(p.at, &n, sizeof(n));
	return p;
}

static void the_total_is_kept(void **state)
{
	struct gate *g = gate(2, 1000);

	(void)state;
	assert_int_equal(gate_accepted(g, 5), GATE_OPEN);
	assert_int_equal(gate_accepted(g, 6), GATE_OPEN);
	assert_int_equal(gate_accepted(g, 7), GATE_FULL);
	gate_left(g);
	assert_int_equal(gate_count(g), 1);
	assert_int_equal(gate_accepted(g, 6), GATE_OPEN);
	gate_left(g);
	gate_left(g);
	(void)gate_free(g);
}

static void the_last_descriptors_are_kept_free(void **state)
{
	struct gate *g = gate(1000, 100);

	(void)state;
	assert_int_equal(
		gate_accepted(g, 100 - GATE_DESCRIPTORS_FREE), GATE_NO_DESCRIPTORS);
	assert_int_equal(gate_accepted(g, 99), GATE_NO_DESCRIPTORS);
	assert_int_equal(gate_accepted(g, -1), GATE_NO_DESCRIPTORS);
	assert_int_equal(gate_count(g), 0);
	assert_int_equal(gate_accepted(g, 99 - GATE_DESCRIPTORS_FREE), GATE_OPEN);
	gate_left(g);
	(void)gate_free(g);
	g = gate(1000, GATE_DESCRIPTORS_FREE - 1);
	assert_int_equal(gate_accepted(g, 3), GATE_NO_DESCRIPTORS);
	(void)gate_free(g);
}

static void a_network_has_its_cap_and_an_own_one_a_higher(void **state)
{
	struct gate *g = gate(100, 1000);
	struct gate_place *places[7];
	struct net_prefix a = address(1), b = address(2);

	(void)state;
	assert_int_equal(gate_enter(g, &a, false, &places[0]), 0);
	assert_int_equal(gate_enter(g, &a, false, &places[1]), 0);
	assert_int_equal(gate_enter(g, &a, false, &places[2]), GATE_E_CROWDED);
	for (unsigned i = 2; i < 7; i++)
		assert_int_equal(gate_enter(g, &b, true, &places[i]), 0);
	assert_int_equal(gate_places(g), 2);
	gate_leave(g, places[0]);
	assert_int_equal(gate_enter(g, &a, false, &places[0]), 0);
	for (unsigned i = 0; i < 7; i++)
		gate_leave(g, places[i]);
	(void)gate_free(g);
}

static void a_network_is_forgotten_with_its_last_connection(void **state)
{
	enum { MANY = 20000 };
	static struct gate_place *places[MANY];
	struct gate *g = gate(MANY, 1000000);

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		struct net_prefix p = address(i);

		assert_int_equal(gate_enter(g, &p, false, &places[i]), 0);
	}
	assert_int_equal(gate_places(g), MANY);
	for (uint32_t i = 0; i < MANY; i++)
		gate_leave(g, places[(i * 7919u) % MANY]);
	assert_int_equal(gate_places(g), 0);
	(void)gate_free(g);
}

static void prefixes_of_other_length_are_other_networks(void **state)
{
	struct gate *g = gate(10, 1000);
	struct net_prefix a = address(1), b = a;
	struct gate_place *x, *y, *z;

	(void)state;
	b.bits = 56;
	assert_int_equal(gate_enter(g, &a, false, &x), 0);
	assert_int_equal(gate_enter(g, &a, false, &y), 0);
	assert_int_equal(gate_enter(g, &b, false, &z), 0);
	gate_leave(g, x);
	gate_leave(g, y);
	gate_leave(g, z);
	(void)gate_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_total_is_kept),
		cmocka_unit_test(the_last_descriptors_are_kept_free),
		cmocka_unit_test(a_network_has_its_cap_and_an_own_one_a_higher),
		cmocka_unit_test(a_network_is_forgotten_with_its_last_connection),
		cmocka_unit_test(prefixes_of_other_length_are_other_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
