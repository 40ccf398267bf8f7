/* SPDX-License-Identifier: MPL-2.0
 *
 * Which address is advertised, and how ports of the range are given out.
 */
#include "browsers.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define LOW  43000
#define HIGH 43003

static struct browsers *make(const char *listen, const char *ip4, const char *ip6)
{
	const struct browsers_parts parts = { listen, ip4, ip6, LOW, HIGH };
	struct browsers *b;

	assert_int_equal(browsers_new(&b, &parts), 0);
	return b;
}

static void assert_at(const struct sa *sa, const char *wanted)
{
	char text[64];

	assert_int_equal(sa_ntop(sa, text, sizeof(text)), 0);
	assert_string_equal(text, wanted);
}

static void the_configured_address_goes_before_the_bound_one(void **state)
{
	struct browsers *b = make("127.0.0.1", "", "");

	(void)state;
	assert_at(&b->ip4, "127.0.0.1");
	assert_false(sa_isset(&b->ip6, SA_ADDR));
	browsers_free(b);
	b = make("127.0.0.1", "192.0.2.1", "");
	assert_at(&b->ip4, "192.0.2.1");
	assert_at(&b->bind, "127.0.0.1");
	browsers_free(b);
	b = make("0.0.0.0", "", ""); /* some address of this machine */
	assert_true(sa_isset(&b->ip4, SA_ADDR) && !sa_is_any(&b->ip4));
	browsers_free(b);
}

static void with_ipv6_one_socket_serves_both(void **state)
{
	struct browsers *b = make("0.0.0.0", "192.0.2.1", "2001:db8::1");

	(void)state;
	assert_at(&b->ip4, "192.0.2.1");
	assert_at(&b->ip6, "2001:db8::1");
	assert_at(&b->bind, "::");
	browsers_free(b);
	b = make("::1", "", "");
	assert_at(&b->ip6, "::1");
	assert_false(sa_isset(&b->ip4, SA_ADDR));
	browsers_free(b);
}

static void what_is_no_address_is_a_fault(void **state)
{
	static const struct browsers_parts bad[] = {
		{ "localhost", "", "", LOW, HIGH },
		{ "", "", "", LOW, HIGH },
		{ "0.0.0.0", "gateway.example", "", LOW, HIGH },
		{ "0.0.0.0", "::1", "", LOW, HIGH },
		{ "0.0.0.0", "", "127.0.0.1", LOW, HIGH },
		{ "0.0.0.0", "", "", HIGH, LOW },
	};
	struct browsers *b = NULL;

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(browsers_new(&b, &bad[i]), -EINVAL);
	assert_null(b);
}

static void ports_go_round_downwards_and_a_full_range_is_an_outcome(void **state)
{
	struct browsers *b = make("127.0.0.1", "", "");
	struct udp_sock *us[HIGH - LOW + 1], *more = NULL;
	uint16_t port;

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(us); i++) {
		assert_int_equal(browsers_listen(b, &us[i], &port), 0);
		assert_int_equal(port, HIGH - i);
	}
	assert_int_equal(browsers_listen(b, &more, &port), BROWSER_E_FULL);
	us[2] = mem_deref(us[2]);
	assert_int_equal(browsers_listen(b, &us[2], &port), 0);
	assert_int_equal(port, HIGH - 2);
	for (unsigned i = 0; i < ARRAY_LEN(us); i++)
		mem_deref(us[i]);
	assert_int_equal(browsers_listen(b, &us[0], &port), 0);
	assert_int_equal(port, HIGH - 3); /* not the one that was left last */
	mem_deref(us[0]);
	browsers_free(b);
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
		cmocka_unit_test(the_configured_address_goes_before_the_bound_one),
		cmocka_unit_test(with_ipv6_one_socket_serves_both),
		cmocka_unit_test(what_is_no_address_is_a_fault),
		cmocka_unit_test(ports_go_round_downwards_and_a_full_range_is_an_outcome),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
