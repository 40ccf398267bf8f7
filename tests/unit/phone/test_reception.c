/* SPDX-License-Identifier: MPL-2.0
 *
 * Reports, byte by byte: what a browser's page of figures is made of.
 */
#include "reception.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SSRC UINT32_C(0xabcdef01)

struct report { /* of ours, taken apart again */
	uint8_t count, type;
	uint16_t words;
	uint32_t ssrc, ntp_high, ntp_low, ts, packets, octets;
	uint32_t about, lost, newest, jitter, last_sr, since;
	struct bytes rest;
};

static struct report report(
	struct reception *r, const struct sending *s, int64_t now, int64_t utc)
{
	static uint8_t buf[RECEPTION_REPORT_MAX];
	struct writer w = writer_of(buf, sizeof(buf));
	struct report got = { .count = 0 };
	struct reader in;

	reception_write_report(r, s, now, utc, &w);
	assert_true(writer_ok(&w));
	assert_int_equal(w.len % 4, 0);
	in = reader_of(writer_bytes(&w));
	got.count = read_u8(&in);
	got.type = read_u8(&in);
	got.words = read_u16(&in);
	got.ssrc = read_u32(&in);
	if (got.type == 200) {
		got.ntp_high = read_u32(&in);
		got.ntp_low = read_u32(&in);
		got.ts = read_u32(&in);
		got.packets = read_u32(&in);
		got.octets = read_u32(&in);
	}
	if (got.count & 31) {
		got.about = read_u32(&in);
		got.lost = read_u32(&in);
		got.newest = read_u32(&in);
		got.jitter = read_u32(&in);
		got.last_sr = read_u32(&in);
		got.since = read_u32(&in);
	}
	assert_false(in.bad);
	assert_int_equal(w.len - in.left.len, (got.words + 1u) * 4);
	got.rest = in.left;
	return got;
}

static const struct sending QUIET = { .ssrc = 7, .cname = "name" };

static void before_anything_came_or_went_a_report_is_empty(void **state)
{
	struct reception r = { .started = false };
	struct report got = report(&r, &QUIET, 1000, 2000);

	(void)state;
	assert_int_equal(got.count, 0x80);
	assert_int_equal(got.type, 201);
	assert_int_equal(got.ssrc, 7);
	assert_true(bytes_equal(got.rest,
		BYTES_LIT("\x81\xca\x00\x03\x00\x00\x00\x07\x01\x04name\x00\x00")));
}

static void a_sender_tells_both_clocks_and_its_counts(void **state)
{
	const struct sending s = { .ssrc = 7,
		.packets = 3,
		.octets = 480,
		.ts = 1000,
		.ts_ms = 5000,
		.cname = "abcd" };
	struct reception r = { .started = false };
	struct report got = report(&r, &s, 5010, INT64_C(1700000000500));

	(void)state;
	assert_int_equal(got.type, 200);
	assert_int_equal(got.ntp_high, 1700000000u + 2208988800u);
	assert_int_equal(got.ntp_low, 0x80000000u);
	assert_int_equal(got.ts, 1080);
	assert_int_equal(got.packets, 3);
	assert_int_equal(got.octets, 480);
}

static void packets(struct reception *r, unsigned from, unsigned count, unsigned step)
{
	for (unsigned i = from; i < from + count; i += step)
		reception_packet(r, SSRC, (uint16_t)(65500 + i), i * 160, 10000 + i * 20);
}

static void a_full_line_has_no_loss_and_no_jitter_over_the_wrap(void **state)
{
	struct reception r = { .started = false };
	struct report got;

	(void)state;
	packets(&r, 0, 100, 1);
	got = report(&r, &QUIET, 13000, 0);
	assert_int_equal(got.about, SSRC);
	assert_int_equal(got.lost, 0);
	assert_int_equal(got.newest, (1u << 16) + 65500u + 99 - 65536u);
	assert_int_equal(got.jitter, 0);
}

static void every_second_packet_lost_is_half(void **state)
{
	struct reception r = { .started = false };
	struct report got;

	(void)state;
	packets(&r, 0, 101, 2);
	got = report(&r, &QUIET, 13000, 0);
	assert_int_equal(got.lost & 0xffffff, 50);
	assert_in_range(got.lost >> 24, 120, 130);
	got = report(&r, &QUIET, 13000, 0); /* nothing was due since */
	assert_int_equal(got.lost >> 24, 0);
	assert_int_equal(got.lost & 0xffffff, 50);
	reception_packet(&r, SSRC, (uint16_t)(65500 + 200), 0, 20000);
	got = report(&r, &QUIET, 13000, 0);
	assert_in_range(got.lost >> 24, 250, 255);
}

static void late_and_doubled_packets_do_not_move_the_newest(void **state)
{
	struct reception r = { .started = false };
	struct report got;

	(void)state;
	packets(&r, 0, 10, 1);
	packets(&r, 3, 1, 1);
	packets(&r, 3, 1, 1);
	got = report(&r, &QUIET, 13000, 0);
	assert_int_equal(got.newest, 65509);
	assert_int_equal(got.lost, 0x00fffffe); /* two more than were due: -2 */
}

static void jitter_of_8_ms_is_64_samples(void **state)
{
	struct reception r = { .started = false };

	(void)state;
	for (unsigned i = 0; i < 400; i++)
		reception_packet(
			&r, SSRC, (uint16_t)i, i * 160, 10000 + i * 20 + i % 2 * 8);
	assert_in_range(report(&r, &QUIET, 0, 0).jitter, 55, 72);
	/* a jump of the timestamps by a minute is no jitter */
	reception_packet(&r, SSRC, 400, 400 * 160 + 480000, 10000 + 400 * 20);
	assert_in_range(report(&r, &QUIET, 0, 0).jitter, 55, 72);
}

static void the_peers_report_comes_back_in_ours(void **state)
{
	static const uint8_t sr[] = { 0x80, 200, 0, 6, 1, 2, 3, 4, 0x11, 0x22, 0x33, 0x44,
		0x55, 0x66, 0x77, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x81, 203, 0,
		1, 0, 0, 0, 0 };
	struct reception r = { .started = false };
	struct report got;

	(void)state;
	packets(&r, 0, 1, 1);
	reception_read_report(&r, bytes_of(sr, sizeof(sr)), 4000);
	got = report(&r, &QUIET, 4500, 0);
	assert_int_equal(got.last_sr, 0x33445566);
	assert_int_equal(got.since, 32768);
}

static void a_broken_report_is_left_out(void **state)
{
	uint8_t sr[28] = { 0x80, 200, 0, 6 };
	struct reception r = { .started = false };

	(void)state;
	for (size_t len = 0; len < sizeof(sr); len++)
		reception_read_report(&r, bytes_of(sr, len), 4000);
	sr[3] = 200;
	reception_read_report(&r, bytes_of(sr, sizeof(sr)), 4000);
	sr[3] = 1; /* too short for what it says it is */
	reception_read_report(&r, bytes_of(sr, sizeof(sr)), 4000);
	sr[0] = 0x40;
	sr[3] = 6;
	reception_read_report(&r, bytes_of(sr, sizeof(sr)), 4000);
	assert_int_equal(r.peer_sr_ms, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_anything_came_or_went_a_report_is_empty),
		cmocka_unit_test(a_sender_tells_both_clocks_and_its_counts),
		cmocka_unit_test(a_full_line_has_no_loss_and_no_jitter_over_the_wrap),
		cmocka_unit_test(every_second_packet_lost_is_half),
		cmocka_unit_test(late_and_doubled_packets_do_not_move_the_newest),
		cmocka_unit_test(jitter_of_8_ms_is_64_samples),
		cmocka_unit_test(the_peers_report_comes_back_in_ours),
		cmocka_unit_test(a_broken_report_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
