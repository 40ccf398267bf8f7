/* SPDX-License-Identifier: MPL-2.0
 *
 * What passes of an SDP and of a candidate, and above all what does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "samtale/base/limits.h"
#include "samtale/session/sdp_filter.h"

#define HEAD  "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define MUST  "a=ice-ufrag:abcd\r\na=setup:actpass\r\na=fingerprint:sha-256 AA:BB\r\n"
#define AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\n"

static uint8_t room[2 * LIMIT_SDP];

static int filter(const char *sdp, bool relay_only, struct bytes *ret)
{
	struct writer w = writer_of(room, sizeof(room));
	int r = sdp_filter(bytes_str(sdp), relay_only, &w);

	*ret = writer_bytes(&w);
	return r;
}

static bool holds(struct bytes text, const char *part)
{
	return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

static void an_ordinary_one_passes_unchanged(void **state)
{
	static const char sdp[] =
		HEAD AUDIO MUST "a=mid:0\r\na=sendrecv\r\n"
				"m=application 9 UDP/DTLS/SCTP "
				"webrtc-datachannel\r\na=sctp-port:5000\r\n";
	struct bytes out;

	(void)state;
	assert_int_equal(filter(sdp, false, &out), 0);
	assert_true(bytes_equal_str(out, sdp));
	assert_int_equal(filter(sdp, true, &out), 0);
	assert_true(bytes_equal_str(out, sdp));
}

static void what_would_weaken_the_talk_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"v=0\r\n",
		HEAD AUDIO "a=ice-ufrag:abcd\r\na=setup:actpass\r\n",
		HEAD AUDIO "a=setup:actpass\r\na=fingerprint:sha-256 AA\r\n",
		HEAD AUDIO "a=ice-ufrag:abcd\r\na=fingerprint:sha-256 AA\r\n",
		HEAD AUDIO MUST "a=fingerprint:sha-1 AA\r\n",
		HEAD AUDIO MUST "a=setup:holdconn\r\n",
		HEAD MUST "m=audio 9 RTP/AVP 0\r\n",
		HEAD MUST "m=audio 9 RTP/SAVPF 0\r\n",
		HEAD MUST "m=text 9 UDP/TLS/RTP/SAVPF 0\r\n",
		HEAD MUST "m=audio 99999 UDP/TLS/RTP/SAVPF 0\r\n",
		HEAD MUST "m=audio 9 UDP/TLS/RTP/SAVPF\r\n",
		HEAD AUDIO MUST "a=mid:0\n",
		HEAD AUDIO MUST "a=mid:0",
		HEAD AUDIO MUST "a=mid:0\r\r\n",
		HEAD AUDIO MUST "\r\n",
		HEAD AUDIO MUST "a\r\n",
		HEAD AUDIO MUST "a=mid:\xc3\xa5\r\n",
		HEAD AUDIO MUST "c=x\r\n",
		"o=- 1 2 IN IP4 127.0.0.1\r\nv=0\r\n" AUDIO MUST,
	};
	struct bytes out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (filter(rows[i], false, &out) != SDP_E_BAD)
			fail_msg("passed: %s", rows[i]);
}

static void a_nul_is_refused(void **state)
{
	static const char sdp[] = HEAD AUDIO MUST "a=mid:\0\r\n";
	struct writer w = writer_of(room, sizeof(room));

	(void)state;
	assert_int_equal(
		sdp_filter(bytes_of(sdp, sizeof(sdp) - 1), false, &w), SDP_E_BAD);
}

static void too_long_and_too_many_lines_are_refused(void **state)
{
	static char sdp[LIMIT_SDP + 64];
	struct writer w = writer_of(sdp, sizeof(sdp) - 1);
	struct bytes out;

	(void)state;
	write_str(&w, HEAD AUDIO MUST); /* 9 lines */
	for (int i = 0; i < LIMIT_SDP_LINES - 9; i++)
		write_str(&w, "a=x\r\n");
	assert_int_equal(filter(sdp, false, &out), 0);
	write_str(&w, "a=x\r\n");
	assert_int_equal(filter(sdp, false, &out), SDP_E_BAD);

	memset(sdp, 0, sizeof(sdp));
	w = writer_of(sdp, sizeof(sdp) - 1);
	write_str(&w, HEAD AUDIO MUST "a=fmtp:");
	memset(sdp + w.len, 'x', LIMIT_SDP - w.len - 2);
	memcpy(sdp + LIMIT_SDP - 2, "\r\n", 2);
	assert_int_equal(filter(sdp, false, &out), 0);
	memcpy(sdp + LIMIT_SDP - 2, "x\r\n", 3);
	assert_int_equal(filter(sdp, false, &out), SDP_E_BAD);
}

static void unknown_lines_are_left_out(void **state)
{
	struct bytes out;

	(void)state;
	assert_int_equal(
		filter(HEAD AUDIO MUST "a=crypto:1 AES inline:key\r\nk=clear:key\r\n"
				       "i=title\r\na=mid:0\r\n",
			false, &out),
		0);
	assert_true(bytes_equal_str(out, HEAD AUDIO MUST "a=mid:0\r\n"));
}

static void in_relay_mode_no_address_of_ones_own_passes(void **state)
{
	static const char sdp[] =
		HEAD "m=audio 50000 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 192.168.1.7\r\n"
		     "a=rtcp:50001 IN IP4 192.168.1.7\r\n" MUST
		     "a=candidate:1 1 udp 1 192.168.1.7 50000 typ host\r\n"
		     "a=candidate:2 1 udp 1 80.1.2.3 50000 typ srflx raddr 192.168.1.7 "
		     "rport 1\r\n"
		     "a=candidate:3 1 udp 1 203.0.113.9 50002 typ relay raddr 80.1.2.3 "
		     "rport 7\r\n"
		     "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n";
	struct bytes out;

	(void)state;
	assert_int_equal(filter(sdp, true, &out), 0);
	assert_false(holds(out, "192.168."));
	assert_false(holds(out, "80.1.2.3"));
	assert_true(holds(out, "203.0.113.9 50002 typ relay raddr 0.0.0.0 rport 0\r\n"));
	assert_true(holds(out, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"));
	assert_true(holds(out, "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n"));
	assert_int_equal(filter(sdp, false, &out), 0);
	assert_true(bytes_equal_str(out, sdp));
}

static void in_relay_mode_no_odd_place_hides_an_address(void **state)
{
	static const char *const rows[] = {
		"a=candidate:1 1 udp 1 203.0.113.9 5 typ relay  raddr 10.9.8.7 rport "
		"5\r\n",
		"a=candidate:1 1 udp 1 203.0.113.9 5 typ relay raddr  10.9.8.7 rport "
		"5\r\n",
		"a=candidate:1 1 udp 1 203.0.113.9 5 typ relay RADDR 10.9.8.7 rport "
		"5\r\n",
		"a=candidate:1 1 udp 1 203.0.113.9 5 typ relay generation 0 x "
		"10.9.8.7\r\n",
		"a=candidate:1 1 udp 1 203.0.113.9 5 typ relay 10.9.8.7\r\n",
		"o=- 1 2 IN IP4 10.9.8.7\r\n",
		"A=candidate:1 1 udp 1 10.9.8.7 5 typ host\r\n",
		"a=CANDIDATE:1 1 udp 1 10.9.8.7 5 typ host\r\n",
		"a=remote-candidates:1 10.9.8.7 5\r\n",
	};
	char sdp[512];
	struct bytes out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)snprintf(sdp, sizeof(sdp), "%s%s", HEAD AUDIO MUST, rows[i]);
		assert_int_equal(filter(sdp, true, &out), 0);
		if (holds(out, "10.9.8.7"))
			fail_msg("passed: %s", rows[i]);
	}
	assert_int_equal(filter(HEAD AUDIO MUST "o=- 1\r\n", true, &out), SDP_E_BAD);
	assert_int_equal(
		filter(HEAD AUDIO MUST "o=- 1 2 10.9.8.7\r\n", true, &out), SDP_E_BAD);
}

static void in_relay_mode_the_extensions_of_browsers_stay(void **state)
{
	static const char sent[] =
		"candidate:1 1 udp 1 203.0.113.9 5 typ relay raddr 10.9.8.7 "
		"rport 5 generation 0 ufrag abcd network-id 1 "
		"network-cost 10";
	static const char due[] =
		"candidate:1 1 udp 1 203.0.113.9 5 typ relay raddr 0.0.0.0 "
		"rport 0 generation 0 ufrag abcd network-id 1 "
		"network-cost 10";
	struct writer w = writer_of(room, sizeof(room));

	(void)state;
	assert_int_equal(candidate_filter(bytes_str(sent), true, &w), 0);
	assert_true(bytes_equal_str(writer_bytes(&w), due));
}

static void candidates_are_told_apart(void **state)
{
	static const struct {
		const char *line;
		int all, relay;
	} rows[] = {
#define OK   0
#define DROP CANDIDATE_E_DROP
		{ "candidate:1 1 udp 21 10.0.0.1 5 typ host", OK, DROP },
		{ "candidate:1 1 UDP 21 4fe1.local 5 typ host ufrag x", OK, DROP },
		{ "candidate:1 1 TCP 21 ::1 9 typ host tcptype active", OK, DROP },
		{ "candidate:1 1 udp 21 1.2.3.4 5 typ srflx raddr 10.0.0.1 rport 5", OK,
			DROP },
		{ "candidate:1 1 udp 21 1.2.3.4 5 typ prflx", OK, DROP },
		{ "candidate:1 1 udp 21 1.2.3.4 5 typ relay", OK, OK },
		{ "candidate:1 1 udp 21 1.2.3.4 5 typ relayed", DROP, DROP },
		{ "candidate:1 1 udp 21 1.2.3.4 5 typ host typ relay", OK, DROP },
		{ "candidate:1 1 udp 21 1.2.3.4 5  typ relay", DROP, DROP },
		{ "candidate:1 x udp 21 1.2.3.4 5 typ relay", DROP, DROP },
		{ "candidate:1 1 udp 99999999999 1.2.3.4 5 typ relay", DROP, DROP },
		{ "candidate:1 1 udp 21 1.2.3.4 5 kind relay", DROP, DROP },
		{ "candidate:1 1 udp 21 1.2.3.4", DROP, DROP },
		{ "candidate:", DROP, DROP },
		{ "a=candidate:1 1 udp 21 1.2.3.4 5 typ relay", DROP, DROP },
		{ "candidate:1 1 udp 21 1.2.3.4 5 typ relay\r\na=x", DROP, DROP },
		{ "", DROP, DROP },
#undef OK
#undef DROP
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct writer w = writer_of(room, sizeof(room));
		struct bytes line = bytes_str(rows[i].line);

		if (candidate_filter(line, false, &w) != rows[i].all)
			fail_msg("all: %s", rows[i].line);
		assert_true(rows[i].all != 0 ? w.len == 0
					     : bytes_equal(line, writer_bytes(&w)));
		w.len = 0;
		if (candidate_filter(line, true, &w) != rows[i].relay)
			fail_msg("relay: %s", rows[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_one_passes_unchanged),
		cmocka_unit_test(what_would_weaken_the_talk_is_refused),
		cmocka_unit_test(a_nul_is_refused),
		cmocka_unit_test(too_long_and_too_many_lines_are_refused),
		cmocka_unit_test(unknown_lines_are_left_out),
		cmocka_unit_test(in_relay_mode_no_address_of_ones_own_passes),
		cmocka_unit_test(in_relay_mode_no_odd_place_hides_an_address),
		cmocka_unit_test(in_relay_mode_the_extensions_of_browsers_stay),
		cmocka_unit_test(candidates_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
