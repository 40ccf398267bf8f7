/* SPDX-License-Identifier: MPL-2.0
 *
 * Offers of browsers, and what each lack costs.
 */
#include "browser_sdp.h"

#include "samtale/base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DIGEST                                                                           \
	"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"                               \
	"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
#define HEAD  "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define GROUP "a=group:BUNDLE 0 1\r\n"
#define LINE  "m=audio 9 UDP/TLS/RTP/SAVPF 111 9 0 8 13 126\r\nc=IN IP4 0.0.0.0\r\n"
#define UFRAG "a=ice-ufrag:Ab+/\r\n"
#define PWD   "a=ice-pwd:0123456789012345678901\r\n"
#define PRINT "a=fingerprint:sha-256 " DIGEST "\r\n"
#define SETUP "a=setup:actpass\r\n"
#define MID   "a=mid:0\r\n"
#define MUX   "a=rtcp-mux\r\n"
#define FORMAT                                                                           \
	"a=rtpmap:111 opus/48000/2\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n"  \
	"a=rtpmap:8 PCMA/8000\r\na=rtpmap:13 CN/8000\r\n"                                \
	"a=rtpmap:126 telephone-event/8000\r\n"
#define SSRC  "a=ssrc:4294967295 cname:x\r\n"
#define VIDEO "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=mid:1\r\n"
#define DATA  "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n"
#define WHOLE HEAD GROUP LINE UFRAG PWD PRINT SETUP MID MUX FORMAT SSRC

static char answer[LIMIT_SDP];
static struct browser_offer got;

static int ask(struct bytes offer)
{
	struct writer w = writer_of(answer, sizeof(answer) - 1);
	struct browser_answer mine = { .ufrag = "ours4567",
		.pwd = "ourpassword",
		.fingerprint = "sha-256 AA",
		.cname = "cn",
		.port = 40001,
		.ssrc = 99 };
	struct sa ip4, ip6;
	int err;

	assert_int_equal(sa_set_str(&ip4, "192.0.2.7", 0), 0);
	assert_int_equal(sa_set_str(&ip6, "2001:db8::7", 0), 0);
	mine.ip4 = &ip4;
	mine.ip6 = &ip6;
	memset(&got, 0x77, sizeof(got));
	err = browser_sdp_answer(offer, &mine, &w, &got);
	assert_true(err == 0 || w.len == 0);
	answer[w.len] = 0;
	return err;
}

static int ask_str(const char *offer)
{
	return ask(bytes_str(offer));
}

static bool says(const char *line)
{
	return strstr(answer, line) != NULL;
}

static void a_browsers_offer_is_answered_with_one_law(void **state)
{
	static const char *const lines[] = { "m=audio 40001 UDP/TLS/RTP/SAVPF 8 126\r\n",
		"a=rtpmap:8 PCMA/8000\r\n", "a=rtpmap:126 telephone-event/8000\r\n",
		"a=fmtp:126 0-15\r\n", "a=ice-lite\r\n", "a=group:BUNDLE 0\r\n",
		"a=mid:0\r\n", "a=rtcp-mux\r\n", "a=setup:passive\r\n",
		"a=fingerprint:sha-256 AA\r\n", "a=ice-ufrag:ours4567\r\n",
		"a=ice-pwd:ourpassword\r\n", "a=ptime:20\r\n",
		"a=candidate:4 1 UDP 2130706175 192.0.2.7 40001 typ host\r\n",
		"a=candidate:6 1 UDP 2130706431 2001:db8::7 40001 typ host\r\n",
		"a=end-of-candidates\r\n", "a=ssrc:99 cname:cn\r\n", "a=sendrecv\r\n" };

	(void)state;
	assert_int_equal(ask_str(WHOLE), 0);
	for (unsigned i = 0; i < ARRAY_LEN(lines); i++)
		if (!says(lines[i]))
			fail_msg("the answer lacks %s in\n%s", lines[i], answer);
	assert_false(says("PCMU"));
	assert_false(says("opus"));
	assert_int_equal(got.law, G711_ALAW);
	assert_int_equal(got.audio_pt, 8);
	assert_int_equal(got.event_pt, 126);
	assert_string_equal(got.ufrag, "Ab+/");
	assert_true(got.has_ssrc);
	assert_int_equal(got.ssrc, UINT32_MAX);
	for (unsigned i = 0; i < DTLS_ID_DIGEST; i++)
		assert_int_equal(got.digest[i], i % 16 * 0x11);
}

static void without_a_law_it_takes_the_other(void **state)
{
	(void)state;
	assert_int_equal(ask_str(HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\n" UFRAG PWD
					 PRINT SETUP MUX "a=rtpmap:0 PCMU/8000\r\n"),
		0);
	assert_int_equal(got.law, G711_ULAW);
	assert_int_equal(got.audio_pt, 0);
	assert_int_equal(got.event_pt, -1);
	assert_false(got.has_ssrc);
	assert_true(says("m=audio 40001 UDP/TLS/RTP/SAVPF 0\r\n"));
	assert_false(says("a=mid"));
	assert_false(says("BUNDLE"));
}

static void picture_and_data_are_refused_in_their_order(void **state)
{
	const char *audio, *video, *data;

	(void)state;
	assert_int_equal(ask_str(HEAD GROUP VIDEO LINE UFRAG PWD PRINT SETUP MID MUX
					 FORMAT SSRC DATA),
		0);
	video = strstr(answer, "m=video 0 UDP/TLS/RTP/SAVPF 0\r\n");
	audio = strstr(answer, "m=audio 40001 ");
	data = strstr(answer, "m=application 0 UDP/DTLS/SCTP 0\r\n");
	assert_true(video && audio && data && video < audio && audio < data);
}

static void what_stands_for_the_session_holds_for_the_line(void **state)
{
	(void)state;
	assert_int_equal(
		ask_str(HEAD GROUP UFRAG PWD PRINT SETUP LINE MID MUX FORMAT SSRC), 0);
	assert_string_equal(got.ufrag, "Ab+/");
	assert_int_equal(got.digest[1], 0x11);
}

static void of_several_fingerprints_the_sha_256_counts(void **state)
{
	(void)state;
	assert_int_equal(ask_str(HEAD LINE UFRAG PWD "a=fingerprint:sha-1 00:11\r\n"
						     "a=fingerprint:SHA-256 " DIGEST
						     "\r\n" SETUP MUX FORMAT),
		0);
	assert_int_equal(got.digest[15], 0xff);
}

static void the_directions_mirror_the_offer(void **state)
{
	(void)state;
	assert_int_equal(ask_str(WHOLE "a=recvonly\r\n"), 0);
	assert_true(says("a=sendonly\r\n"));
	assert_int_equal(ask_str(WHOLE "a=sendonly\r\n"), 0);
	assert_true(says("a=recvonly\r\n"));
}

static void an_offer_with_a_lack_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"v=0\r\n",
		"hej",
		HEAD,
		HEAD VIDEO,
		HEAD LINE PWD PRINT SETUP MUX FORMAT,   /* ufrag */
		HEAD LINE UFRAG PRINT SETUP MUX FORMAT, /* pwd */
		HEAD LINE UFRAG PWD SETUP MUX FORMAT,   /* fingerprint */
		HEAD LINE UFRAG PWD PRINT MUX FORMAT,   /* setup */
		HEAD LINE UFRAG PWD PRINT SETUP FORMAT, /* rtcp-mux */
		HEAD LINE UFRAG PWD PRINT
		"a=setup:passive\r\n" MUX FORMAT, /* wrong role */
		HEAD LINE "a=ice-ufrag:abc\r\n" PWD PRINT SETUP MUX FORMAT,
		HEAD LINE UFRAG "a=ice-pwd:short\r\n" PRINT SETUP MUX FORMAT,
		HEAD LINE UFRAG PWD "a=fingerprint:sha-1 00:11\r\n" SETUP MUX FORMAT,
		HEAD LINE UFRAG PWD "a=fingerprint:sha-256 " DIGEST ":00\r\n" SETUP MUX,
		HEAD LINE UFRAG PWD "a=fingerprint:sha-256 0011\r\n" SETUP MUX,
		HEAD LINE UFRAG PWD PRINT SETUP MUX FORMAT
		"a=mid:0123456789012345678901234567890123456789\r\n",
		HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111 9\r\n" UFRAG PWD PRINT SETUP MUX,
		HEAD "m=audio 0 UDP/TLS/RTP/SAVPF 8\r\n" UFRAG PWD PRINT SETUP MUX,
		HEAD
		"m=audio 9 RTP/AVP 8\r\n" UFRAG PWD PRINT SETUP MUX, /* not encrypted */
		HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 8x\r\n" UFRAG PWD PRINT SETUP MUX,
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
		if (ask_str(bad[i]) != BROWSER_SDP_E_OFFER)
			fail_msg("was answered: %s", bad[i]);
}

static void texts_that_are_too_long_or_hold_a_nul_are_not_read(void **state)
{
	static char big[LIMIT_SDP + 1];
	size_t len = strlen(WHOLE);

	(void)state;
	memcpy(big, WHOLE, len);
	while (len + 10 < sizeof(big))
		len += (size_t)snprintf(big + len, sizeof(big) - len, "a=x:%040d\r\n", 0);
	assert_int_equal(ask(bytes_of(big, sizeof(big))), BROWSER_SDP_E_OFFER);
	len = strlen(WHOLE);
	for (unsigned i = 0; i < LIMIT_SDP_LINES; i++, len += 5)
		memcpy(big + len, "a=x\r\n", 5);
	assert_int_equal(ask(bytes_of(big, len)), BROWSER_SDP_E_OFFER);
	assert_int_equal(ask(bytes_of(WHOLE "\0", sizeof(WHOLE))), BROWSER_SDP_E_OFFER);
}

static void an_offer_without_its_last_line_end_is_read(void **state)
{
	(void)state;
	assert_int_equal(ask(bytes_of(WHOLE, strlen(WHOLE) - 2)), 0);
	assert_int_equal(got.ssrc, UINT32_MAX);
}

static void an_answer_that_does_not_fit_is_not_begun(void **state)
{
	struct browser_answer mine = { .ufrag = "u",
		.pwd = "p",
		.fingerprint = "f",
		.cname = "c",
		.port = 1,
		.ssrc = 1 };
	struct writer w = writer_of(answer, 100);
	struct sa ip4;

	(void)state;
	assert_int_equal(sa_set_str(&ip4, "192.0.2.7", 0), 0);
	mine.ip4 = &ip4;
	assert_int_equal(browser_sdp_answer(bytes_str(WHOLE), &mine, &w, &got),
		BROWSER_SDP_E_ROOM);
	assert_int_equal(w.len, 0);
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
		cmocka_unit_test(a_browsers_offer_is_answered_with_one_law),
		cmocka_unit_test(without_a_law_it_takes_the_other),
		cmocka_unit_test(picture_and_data_are_refused_in_their_order),
		cmocka_unit_test(what_stands_for_the_session_holds_for_the_line),
		cmocka_unit_test(of_several_fingerprints_the_sha_256_counts),
		cmocka_unit_test(the_directions_mirror_the_offer),
		cmocka_unit_test(an_offer_with_a_lack_is_refused),
		cmocka_unit_test(texts_that_are_too_long_or_hold_a_nul_are_not_read),
		cmocka_unit_test(an_offer_without_its_last_line_end_is_read),
		cmocka_unit_test(an_answer_that_does_not_fit_is_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, finish);
}
