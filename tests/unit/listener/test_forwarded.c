/* SPDX-License-Identifier: MPL-2.0
 *
 * Who the client is, whatever stands in X-Forwarded-For.
 */
#include "../../../broker/listener/forwarded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *trusted, *peer, *header; /* peer NULL: unix socket */
	enum forwarded outcome;
	const char *client;
} rows[] = {
	/* a stranger says what it likes */
	{ "", "192.0.2.9", "", FORWARDED_DIRECT, "192.0.2.9" },
	{ "", "192.0.2.9", "1.1.1.1", FORWARDED_DIRECT, "192.0.2.9" },
	{ "10.0.0.0/8", "192.0.2.9", "10.0.0.1", FORWARDED_DIRECT, "192.0.2.9" },
	/* one proxy */
	{ "10.0.0.1", "10.0.0.1", "192.0.2.9", FORWARDED_CLIENT, "192.0.2.9" },
	{ "10.0.0.1", "10.0.0.1", "1.1.1.1, 192.0.2.9", FORWARDED_CLIENT, "192.0.2.9" },
	{ "10.0.0.1", "10.0.0.1", "garbage, 192.0.2.9", FORWARDED_CLIENT, "192.0.2.9" },
	{ "10.0.0.1", "10.0.0.1", ",,,192.0.2.9 \t", FORWARDED_CLIENT, "192.0.2.9" },
	{ "10.0.0.1", "10.0.0.1", "192.0.2.9:4711", FORWARDED_CLIENT, "192.0.2.9" },
	{ "10.0.0.1", "10.0.0.1", "[2001:db8::9]:4711", FORWARDED_CLIENT, "2001:db8::9" },
	{ "10.0.0.1", "10.0.0.1", "2001:db8::9", FORWARDED_CLIENT, "2001:db8::9" },
	{ "10.0.0.1", "10.0.0.1", "::ffff:192.0.2.9", FORWARDED_CLIENT, "192.0.2.9" },
	/* two proxies, both ours */
	{ "10.0.0.0/8", "10.0.0.1", "192.0.2.9, 10.0.0.2", FORWARDED_CLIENT,
		"192.0.2.9" },
	{ "10.0.0.0/8", "10.0.0.1", "1.1.1.1, 192.0.2.9, 10.0.0.2", FORWARDED_CLIENT,
		"192.0.2.9" },
	/* nobody outside is named */
	{ "10.0.0.0/8", "10.0.0.1", "", FORWARDED_UNKNOWN, NULL },
	{ "10.0.0.0/8", "10.0.0.1", "10.0.0.2, 10.0.0.3", FORWARDED_UNKNOWN, NULL },
	{ "10.0.0.1", "10.0.0.1", "192.0.2.9, unknown", FORWARDED_UNKNOWN, NULL },
	{ "10.0.0.1", "10.0.0.1", "192.0.2.9,", FORWARDED_UNKNOWN, NULL },
	{ "10.0.0.1", "10.0.0.1", "192.0.2.0/24", FORWARDED_UNKNOWN, NULL },
	{ "10.0.0.1", "10.0.0.1", "[2001:db8::9", FORWARDED_UNKNOWN, NULL },
	/* the unix socket */
	{ "unix", NULL, "192.0.2.9", FORWARDED_CLIENT, "192.0.2.9" },
	{ "unix", NULL, "", FORWARDED_UNKNOWN, NULL },
	{ "10.0.0.1", NULL, "192.0.2.9", FORWARDED_UNKNOWN, NULL },
};

static void only_our_own_proxies_are_believed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct net_prefix peer, got, want;
		struct prefix_list trusted;
		struct bytes bad;

		assert_true(
			prefix_list_parse(bytes_str(rows[i].trusted), &trusted, &bad));
		if (rows[i].peer)
			assert_true(prefix_parse(bytes_str(rows[i].peer), &peer));
		assert_int_equal(forwarded_client(&trusted, rows[i].peer ? &peer : NULL,
					 bytes_str(rows[i].header), &got),
			rows[i].outcome);
		if (!rows[i].client)
			continue;
		assert_true(prefix_parse(bytes_str(rows[i].client), &want));
		assert_true(prefix_equal(&got, &want));
	}
}

static void an_endless_chain_of_our_proxies_ends(void **state)
{
	struct prefix_list trusted;
	struct net_prefix peer, got;
	struct bytes bad;
	char text[9 + 10 * 32] = "192.0.2.9";

	(void)state;
	for (unsigned i = 0; i < 32; i++)
		memcpy(text + 9 + (size_t)i * 10, ", 10.0.0.1", 10);
	assert_true(prefix_list_parse(BYTES_LIT("10.0.0.0/8"), &trusted, &bad));
	assert_true(prefix_parse(BYTES_LIT("10.0.0.1"), &peer));
	assert_int_equal(
		forwarded_client(&trusted, &peer, bytes_of(text, sizeof(text)), &got),
		FORWARDED_UNKNOWN);
	assert_int_equal(forwarded_client(&trusted, &peer,
				 bytes_of(text, 9 + 10 * (FORWARDED_HOPS_MAX - 1)), &got),
		FORWARDED_CLIENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_our_own_proxies_are_believed),
		cmocka_unit_test(an_endless_chain_of_our_proxies_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
