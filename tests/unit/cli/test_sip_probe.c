/* SPDX-License-Identifier: MPL-2.0
 *
 * Servers as people write them. What answers at the other end is told with real servers
 * in tests/scenario/daemon/doctor_phone_test.py.
 */
#include "../../../broker/cli/sip_probe.h"

#include "samtale/base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static bool read_target(const char *server, const char *transport, struct sip_target *ret)
{
	struct settings s;

	settings_init(&s);
	(void)snprintf(s.phone_server, sizeof(s.phone_server), "%s", server);
	(void)snprintf(s.phone_transport, sizeof(s.phone_transport), "%s", transport);
	return sip_target_of(&s, ret);
}

static void servers_are_read_with_and_without_port(void **state)
{
	static const struct {
		const char *server, *transport, *host, *port;
		enum sip_by by;
	} rows[] = {
		{ "sip.a.dk", "tls", "sip.a.dk", "", SIP_TLS },
		{ "sip.a.dk:5062", "tcp", "sip.a.dk", "5062", SIP_TCP },
		{ "192.0.2.1", "udp", "192.0.2.1", "", SIP_UDP },
		{ "192.0.2.1:5060", "udp", "192.0.2.1", "5060", SIP_UDP },
		{ "[2001:db8::1]:5061", "tls", "2001:db8::1", "5061", SIP_TLS },
		{ "[2001:db8::1]", "tls", "2001:db8::1", "", SIP_TLS },
		{ "2001:db8::1", "tls", "2001:db8::1", "", SIP_TLS },
	};
	struct sip_target t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(read_target(rows[i].server, rows[i].transport, &t));
		assert_string_equal(t.host, rows[i].host);
		assert_string_equal(t.port, rows[i].port);
		assert_int_equal(t.by, rows[i].by);
	}
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = { "", ":5060", "a.dk:0", "a.dk:65536",
		"a.dk:999999", "sip:a.dk/x", "a dk", "a\r\nb", "[]", "a.dk;x=1" };
	struct sip_target t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(read_target(bad[i], "udp", &t));
}

static void every_finding_has_a_sentence(void **state)
{
	(void)state;
	for (int f = SIP_ANSWERS; f <= SIP_TROUBLE; f++) {
		const char *sentence = sip_found_sentence((enum sip_found)f);

		assert_non_null(sentence);
		assert_true(sentence[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_are_read_with_and_without_port),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(every_finding_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
