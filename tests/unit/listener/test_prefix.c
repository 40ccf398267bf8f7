/* SPDX-License-Identifier: MPL-2.0
 *
 * Network prefixes: what parses, what holds what, what counts as one network.
 */
#include "samtale/listener/prefix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>

static struct net_prefix of(const char *text)
{
	struct net_prefix p;

	assert_true(prefix_parse(bytes_str(text), &p));
	return p;
}

static void addresses_and_prefixes_of_both_families_parse(void **state)
{
	(void)state;
	assert_int_equal(of("10.1.2.3").bits, 128);
	assert_int_equal(of("10.0.0.0/8").bits, 104);
	assert_int_equal(of("0.0.0.0/0").bits, 96);
	assert_int_equal(of("2001:db8::/32").bits, 32);
	assert_int_equal(of("::1").bits, 128);
	assert_int_equal(of("::/0").bits, 0);
}

static void anything_else_does_not_parse(void **state)
{
	static const char *const bad[] = { "", "/", "/8", "10.0.0.0/", "10.0.0.0/33",
		"10.0.0.1/8", "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0 /8", "010.0.0.0/8",
		"2001:db8::1/32", "::/129", "fe80::1%eth0", "localhost", "1.2.3.4:80",
		"[::1]", "10.0.0.0/-1", "10.0.0.0/+8" };
	struct net_prefix p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(prefix_parse(bytes_str(bad[i]), &p));
}

static void a_prefix_holds_its_addresses_and_no_others(void **state)
{
	static const struct {
		const char *prefix, *address;
		bool holds;
	} rows[] = {
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/9", "10.127.0.1", true },
		{ "10.0.0.0/9", "10.128.0.1", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "2001:db8::1", false },
		{ "::/0", "10.0.0.1", true },
		{ "2001:db8::/32", "2001:db8:ffff::1", true },
		{ "2001:db8::/32", "2001:db9::1", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct net_prefix p = of(rows[i].prefix), a = of(rows[i].address);

		assert_int_equal(prefix_holds(&p, &a), rows[i].holds);
	}
}

static void a_list_is_words_and_the_word_unix(void **state)
{
	struct net_prefix inside = of("10.9.9.9"), outside = of("192.0.2.1");
	struct prefix_list list;
	struct bytes bad;

	(void)state;
	assert_true(
		prefix_list_parse(BYTES_LIT("  10.0.0.0/8   unix ::1 "), &list, &bad));
	assert_int_equal(list.count, 2);
	assert_true(list.unix_socket);
	assert_true(prefix_list_holds(&list, &inside));
	assert_false(prefix_list_holds(&list, &outside));
	assert_true(prefix_list_parse(BYTES_LIT(""), &list, &bad));
	assert_int_equal(list.count, 0);
	assert_false(list.unix_socket);
}

static void a_wrong_word_is_named_and_the_list_untouched(void **state)
{
	struct prefix_list list = { .count = 7 };
	struct bytes bad;

	(void)state;
	assert_false(
		prefix_list_parse(BYTES_LIT("10.0.0.0/8 nonsense ::1"), &list, &bad));
	assert_true(bytes_equal_str(bad, "nonsense"));
	assert_int_equal(list.count, 7);
}

static void one_prefix_too_many_is_named(void **state)
{
	char text[(PREFIX_LIST_MAX + 1) * 8 + 1];
	struct prefix_list list;
	struct bytes bad;

	(void)state;
	for (unsigned i = 0; i <= PREFIX_LIST_MAX; i++)
		memcpy(text + (size_t)i * 8, "1.1.1.1 ", 8);
	assert_true(prefix_list_parse(bytes_of(text, PREFIX_LIST_MAX * 8), &list, &bad));
	assert_false(prefix_list_parse(bytes_of(text, sizeof(text) - 1), &list, &bad));
	assert_true(bytes_equal_str(bad, "1.1.1.1"));
}

static void socket_addresses_become_prefixes(void **state)
{
	struct sockaddr_storage sa = { .ss_family = AF_INET };
	struct net_prefix p, v4 = of("192.0.2.7"), v6 = of("2001:db8::7");

	(void)state;
	inet_pton(AF_INET, "192.0.2.7", &((struct sockaddr_in *)(void *)&sa)->sin_addr);
	assert_true(prefix_of_sockaddr(&sa, &p));
	assert_true(prefix_equal(&p, &v4));
	sa.ss_family = AF_INET6;
	inet_pton(AF_INET6, "2001:db8::7",
		&((struct sockaddr_in6 *)(void *)&sa)->sin6_addr);
	assert_true(prefix_of_sockaddr(&sa, &p));
	assert_true(prefix_equal(&p, &v6));
	inet_pton(AF_INET6, "::ffff:192.0.2.7",
		&((struct sockaddr_in6 *)(void *)&sa)->sin6_addr);
	assert_true(prefix_of_sockaddr(&sa, &p));
	assert_true(prefix_equal(&p, &v4));
	sa.ss_family = AF_UNIX;
	assert_false(prefix_of_sockaddr(&sa, &p));
}

static void limits_count_ipv4_by_address_and_ipv6_by_56_bits(void **state)
{
	struct net_prefix a = of("192.0.2.1"), b = of("192.0.2.2");
	struct net_prefix c = of("2001:db8:0:1200::1"), d = of("2001:db8:0:12ff:1:2:3:4"),
			  e = of("2001:db8:0:1300::1");
	struct net_prefix ka = prefix_key(&a), kb = prefix_key(&b), kc = prefix_key(&c),
			  kd = prefix_key(&d), ke = prefix_key(&e);

	(void)state;
	assert_true(prefix_equal(&ka, &a));
	assert_false(prefix_equal(&ka, &kb));
	assert_int_equal(kc.bits, 56);
	assert_true(prefix_equal(&kc, &kd));
	assert_false(prefix_equal(&kc, &ke));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_prefixes_of_both_families_parse),
		cmocka_unit_test(anything_else_does_not_parse),
		cmocka_unit_test(a_prefix_holds_its_addresses_and_no_others),
		cmocka_unit_test(a_list_is_words_and_the_word_unix),
		cmocka_unit_test(a_wrong_word_is_named_and_the_list_untouched),
		cmocka_unit_test(one_prefix_too_many_is_named),
		cmocka_unit_test(socket_addresses_become_prefixes),
		cmocka_unit_test(limits_count_ipv4_by_address_and_ipv6_by_56_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
