/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory while the port of a browser is made. A port whose offer was read keeps
 * its number for the next one.
 */
#include "alloc_ladder.h"
#include "browser.h"
#include "web_peer.h"

#include "samtale/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct browsers_parts PARTS = { "127.0.0.1", "", "", 42100, 42100 };

static int make_house(void *arg)
{
	struct browsers *b = arg;
	int r = browsers_new(&b, &PARTS);

	if (r == 0)
		browsers_free(b);
	else
		assert_ptr_equal(b, arg);
	return r;
}

static void a_house_without_memory_is_a_fault(void **state)
{
	int untouched = 0;

	(void)state;
	assert_int_equal(ladder_climb(make_house, &untouched, 16), 2);
}

struct call {
	struct browsers *all;
	struct bytes offer;
};

/* The range has one port: a rung that kept it would make the next one end in FULL. */
static int make_leg(void *arg)
{
	const struct port_hooks hooks = { .arg = NULL };
	uint8_t answer[LIMIT_SDP];
	struct writer w = writer_of(answer, sizeof(answer));
	struct browser *leg = arg;
	const struct call *c = arg;
	int r = browser_new(&leg, c->all, c->offer, &w, &hooks);

	if (r == 0) {
		assert_true(w.len > 0);
		browser_free(leg);
	} else {
		assert_ptr_equal(leg, arg);
		assert_int_equal(w.len, 0);
	}
	return r;
}

static void a_leg_without_memory_is_a_fault_and_keeps_no_port(void **state)
{
	uint8_t text[LIMIT_SDP];
	struct writer w = writer_of(text, sizeof(text));
	struct web_peer peer;
	struct call c;

	(void)state;
	web_peer_start(&peer, "127.0.0.1");
	web_peer_offer(&peer, &w);
	c.offer = writer_bytes(&w);
	assert_int_equal(browsers_new(&c.all, &PARTS), 0);
	assert_int_equal(ladder_climb(make_leg, &c, 16), 1);
	browsers_free(c.all);
	web_peer_stop(&peer);
}

static int start(void **state)
{
	(void)state;
	return libre_init();
}

static int finish(void **state)
{
	(void)state;
	libre_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_house_without_memory_is_a_fault),
		cmocka_unit_test(a_leg_without_memory_is_a_fault_and_keeps_no_port),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
