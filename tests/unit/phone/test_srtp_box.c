/* SPDX-License-Identifier: MPL-2.0
 *
 * What no attacker on the path may do to a running call: forge, replay, bend, flood.
 * After every attempt the next true packet still gets through.
 */
#include "srtp_box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <malloc.h>

#define SSRC    0x11223344
#define PAYLOAD 160
#define PACKET  (12 + PAYLOAD)

static const uint8_t keys[2][SRTP_KEY_MAX] = {
	{ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
		23, 24, 25, 26, 27, 28, 29, 30 },
	{ 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80,
		81, 82, 83, 84, 85, 86, 87, 88, 89, 90 },
};

struct packet {
	uint8_t at[2048];
	size_t len;
};

struct pair { /* ours receives what the peer sends */
	enum srtp_suite suite;
	struct srtp_box *peer, *ours;
};

static size_t key_bytes(enum srtp_suite suite)
{
	return suite == SRTP_AEAD_AES128_GCM ? 28 : 30;
}

static struct srtp_box *box(enum srtp_suite suite, int send, int receive)
{
	struct srtp_box *b = NULL;

	assert_int_equal(srtp_box_new(&b, suite, bytes_of(keys[send], key_bytes(suite)),
				 bytes_of(keys[receive], key_bytes(suite))),
		0);
	return b;
}

static int setup(void **state)
{
	static struct pair pair;
	enum srtp_suite suite = *(enum srtp_suite *)*state;

	pair = (struct pair){ suite, box(suite, 0, 1), box(suite, 1, 0) };
	*state = &pair;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;

	srtp_box_free(p->peer);
	srtp_box_free(p->ours);
	return 0;
}

static struct packet plain_rtp(uint16_t seq, uint32_t ssrc)
{
	struct packet p = { .len = PACKET };
	struct writer w = writer_of(p.at, sizeof(p.at));

	write_u8(&w, 0x80);
	write_u8(&w, 8);
	write_u16(&w, seq);
	write_u32(&w, (uint32_t)seq * 160);
	write_u32(&w, ssrc);
	for (int i = 0; i < PAYLOAD; i++)
		write_u8(&w, (uint8_t)(seq + i));
	assert_true(writer_ok(&w));
	return p;
}

static struct packet plain_rtcp(uint32_t ssrc)
{
	struct packet p = { .len = 28 };
	struct writer w = writer_of(p.at, sizeof(p.at));

	write_u8(&w, 0x80);
	write_u8(&w, 200);
	write_u16(&w, 6);
	write_u32(&w, ssrc);
	for (int i = 0; i < 5; i++)
		write_u32(&w, 0x01010101U * (unsigned)i);
	assert_true(writer_ok(&w));
	return p;
}

static struct packet sealed(struct srtp_box *b, uint16_t seq, uint32_t ssrc)
{
	struct packet p = plain_rtp(seq, ssrc);

	assert_true(srtp_box_protect(b, p.at, &p.len));
	assert_true(p.len > PACKET && p.len <= PACKET + SRTP_GROWTH);
	return p;
}

static struct packet sealed_rtcp(struct srtp_box *b, uint32_t ssrc)
{
	struct packet p = plain_rtcp(ssrc);
	size_t before = p.len;

	assert_true(srtp_box_protect_rtcp(b, p.at, &p.len));
	assert_true(p.len > before && p.len <= before + SRTP_GROWTH);
	return p;
}

static bool opens(struct srtp_box *b, struct packet p)
{
	return srtp_box_open(b, p.at, &p.len);
}

static bool opens_rtcp(struct srtp_box *b, struct packet p)
{
	return srtp_box_open_rtcp(b, p.at, &p.len);
}

/* The true stream goes on: the packet opens and is what was sent. */
static void assert_flows(struct pair *pair, uint16_t seq)
{
	struct packet sent = plain_rtp(seq, SSRC), got = sealed(pair->peer, seq, SSRC);

	assert_memory_not_equal(got.at + 12, sent.at + 12, PAYLOAD);
	assert_true(srtp_box_open(pair->ours, got.at, &got.len));
	assert_int_equal(got.len, sent.len);
	assert_memory_equal(got.at, sent.at, sent.len);
}

static void packets_arrive_as_they_were_sent(void **state)
{
	for (uint16_t seq = 65000; seq != 1000; seq++) /* over a roll-over */
		assert_flows(*state, seq);
}

static void order_and_loss_do_not_matter(void **state)
{
	struct pair *pair = *state;
	struct packet p[20];

	for (uint16_t i = 0; i < 20; i++)
		p[i] = sealed(pair->peer, (uint16_t)(65526 + i), SSRC);
	assert_true(opens(pair->ours, p[3]));
	for (int i = 19; i >= 0; i -= 2)
		assert_int_equal(opens(pair->ours, p[i]), i != 3);
	assert_true(opens(pair->ours, p[4]));
	p[0] = sealed(pair->peer, 20, SSRC);
	assert_true(opens(pair->ours, sealed(pair->peer, 140, SSRC)));
	/* more than two seconds late */
	assert_true(opens(pair->ours, p[0]));
}

static void reports_arrive_as_they_were_sent(void **state)
{
	struct pair *pair = *state;

	for (int i = 0; i < 300; i++) {
		struct packet sent = plain_rtcp(SSRC),
			      got = sealed_rtcp(pair->peer, SSRC);

		assert_true(srtp_box_open_rtcp(pair->ours, got.at, &got.len));
		assert_int_equal(got.len, sent.len);
		assert_memory_equal(got.at, sent.at, sent.len);
		assert_false(opens_rtcp(pair->ours, sealed_rtcp(pair->ours, SSRC)));
	}
}

static void a_forged_packet_with_a_wrapped_number_changes_nothing(void **state)
{
	struct pair *pair = *state;

	for (uint16_t seq = 65000; seq != 65400; seq++) {
		struct packet forged =
			plain_rtp((uint16_t)(seq + 32768 - seq % 32768), SSRC);

		assert_flows(pair, seq);
		forged.len += 16; /* a tag of zeros */
		for (uint16_t jump = 0; jump < 65535 - 257;
			jump = (uint16_t)(jump + 257)) {
			forged.at[2] = (uint8_t)((seq + jump) >> 8);
			forged.at[3] = (uint8_t)(seq + jump);
			assert_false(opens(pair->ours, forged));
		}
	}
	assert_flows(pair, 65400);
}

static void a_flood_of_foreign_ssrcs_changes_nothing(void **state)
{
	struct pair *pair = *state;

	assert_flows(pair, 1);
	for (uint32_t i = 1; i <= 100; i++) {
		struct packet forged = plain_rtp((uint16_t)i, SSRC + i);
		struct packet report = plain_rtcp(SSRC + i);

		forged.len += 16;
		report.len += 20;
		assert_false(opens(pair->ours, forged));
		assert_false(opens_rtcp(pair->ours, report));
		/* also with the right key: a session has one SSRC */
		assert_false(opens(pair->ours, sealed(pair->peer, 7, SSRC + i)));
	}
	assert_flows(pair, 2);
	assert_true(opens_rtcp(pair->ours, sealed_rtcp(pair->peer, SSRC)));
}

static void forged_packets_before_the_first_true_one_bind_nothing(void **state)
{
	struct pair *pair = *state;

	for (uint32_t i = 1; i <= 100; i++) {
		struct packet forged = plain_rtp(9, SSRC + i);

		forged.len += 16;
		assert_false(opens(pair->ours, forged));
	}
	assert_flows(pair, 1);
}

static void an_announced_ssrc_is_the_only_one(void **state)
{
	struct pair *pair = *state;

	srtp_box_set_ssrc(pair->ours, SSRC);
	assert_false(opens(pair->ours, sealed(pair->peer, 1, SSRC + 1)));
	assert_flows(pair, 1);
	/* who reports need not be who speaks, but is one */
	assert_true(opens_rtcp(pair->ours, sealed_rtcp(pair->peer, SSRC + 5)));
	assert_false(opens_rtcp(pair->ours, sealed_rtcp(pair->peer, SSRC)));
}

static void replays_are_refused_near_and_far(void **state)
{
	struct pair *pair = *state;
	struct packet first = sealed(pair->peer, 1, SSRC);
	struct packet report = sealed_rtcp(pair->peer, SSRC);

	assert_true(opens(pair->ours, first));
	assert_true(opens_rtcp(pair->ours, report));
	for (uint16_t seq = 2; seq < 1000; seq++) {
		assert_false(opens(pair->ours, first));
		assert_false(opens_rtcp(pair->ours, report));
		assert_flows(pair, seq);
	}
	assert_false(opens(pair->ours, first));
}

static void every_bent_bit_is_noticed(void **state)
{
	struct pair *pair = *state;
	struct packet good = sealed(pair->peer, 500, SSRC);
	struct packet report = sealed_rtcp(pair->peer, SSRC);

	assert_flows(pair, 499);
	for (size_t i = 0; i < good.len * 8; i++) {
		struct packet bent = good;

		bent.at[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(opens(pair->ours, bent));
	}
	for (size_t i = 0; i < report.len * 8; i++) {
		struct packet bent = report;

		bent.at[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_false(opens_rtcp(pair->ours, bent));
	}
	assert_true(opens(pair->ours, good));
	assert_true(opens_rtcp(pair->ours, report));
}

static void every_shorter_packet_is_refused(void **state)
{
	struct pair *pair = *state;
	struct packet good = sealed(pair->peer, 500, SSRC);
	struct packet report = sealed_rtcp(pair->peer, SSRC);

	for (size_t len = 0; len < good.len; len++) {
		struct packet cut = good;

		cut.len = len;
		assert_false(opens(pair->ours, cut));
		cut.len = len;
		assert_false(opens_rtcp(pair->ours, cut));
	}
	for (size_t len = 0; len < report.len; len++) {
		struct packet cut = report;

		cut.len = len;
		assert_false(opens_rtcp(pair->ours, cut));
	}
	assert_true(opens(pair->ours, good));
	assert_true(opens_rtcp(pair->ours, report));
}

static void our_own_packets_sent_back_are_refused(void **state)
{
	struct pair *pair = *state;

	assert_false(opens(pair->ours, sealed(pair->ours, 1, SSRC)));
	assert_flows(pair, 1);
}

static void a_new_negotiation_takes_a_new_ssrc_but_no_recording(void **state)
{
	struct pair *pair = *state;
	struct packet recorded[20];

	for (uint16_t seq = 0; seq < 20; seq++) {
		recorded[seq] = sealed(pair->peer, seq, SSRC);
		assert_true(opens(pair->ours, recorded[seq]));
	}
	assert_true(opens_rtcp(pair->ours, sealed_rtcp(pair->peer, SSRC)));
	srtp_box_forget_ssrc(pair->ours);
	for (uint16_t seq = 0; seq < 20; seq++)
		assert_false(opens(pair->ours, recorded[seq]));
	assert_true(opens_rtcp(pair->ours, sealed_rtcp(pair->peer, SSRC + 1)));
	assert_true(opens(pair->ours, sealed(pair->peer, 1, SSRC + 1)));
	assert_false(opens(pair->ours, sealed(pair->peer, 21, SSRC)));
	srtp_box_forget_ssrc(pair->ours);
	assert_flows(pair, 22); /* the old one may come back */
}

static void a_thousand_negotiations_end_in_a_call_and_keep_no_memory(void **state)
{
	struct pair *pair = *state;
	size_t used = 0;

	for (uint32_t i = 0; i < 1000; i++) {
		struct srtp_box *peer = box(pair->suite, 0, 1);
		struct packet foreign = sealed(peer, 1, SSRC + 5000 + i);

		if (i % 2)
			srtp_box_forget_ssrc(pair->ours);
		srtp_box_set_ssrc(pair->ours, SSRC + i);
		assert_true(opens(pair->ours, sealed(peer, 1, SSRC + i)));
		assert_false(opens(pair->ours, foreign));
		srtp_box_free(peer);
		if (i == 100)
			used = mallinfo2().uordblks;
	}
	assert_true(mallinfo2().uordblks <= used + 16 * 1024);
}

static void keys_of_the_wrong_length_are_a_fault(void **state)
{
	struct pair *pair = *state;
	struct srtp_box *b = NULL;

	for (size_t len = 0; len <= 60; len++) {
		uint8_t key[60] = { 0 };
		bool right = len == key_bytes(pair->suite);

		assert_int_equal(srtp_box_new(&b, pair->suite, bytes_of(key, len),
					 bytes_of(keys[0], key_bytes(pair->suite))) == 0,
			right);
		assert_int_equal(b != NULL, right);
		b = srtp_box_free(b);
	}
}

static int start(void **state)
{
	(void)state;
	srtp_box_start();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	srtp_box_stop();
	return 0;
}

static enum srtp_suite sha1 = SRTP_AES128_SHA1_80, gcm = SRTP_AEAD_AES128_GCM;

#define BOTH(test)                                                                       \
	{ #test " with SHA1_80", test, setup, teardown, &sha1 },                         \
	{                                                                                \
#test " with GCM", test, setup, teardown, &gcm                           \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(packets_arrive_as_they_were_sent),
		BOTH(order_and_loss_do_not_matter),
		BOTH(reports_arrive_as_they_were_sent),
		BOTH(a_forged_packet_with_a_wrapped_number_changes_nothing),
		BOTH(a_flood_of_foreign_ssrcs_changes_nothing),
		BOTH(forged_packets_before_the_first_true_one_bind_nothing),
		BOTH(an_announced_ssrc_is_the_only_one),
		BOTH(replays_are_refused_near_and_far),
		BOTH(every_bent_bit_is_noticed),
		BOTH(every_shorter_packet_is_refused),
		BOTH(our_own_packets_sent_back_are_refused),
		BOTH(a_new_negotiation_takes_a_new_ssrc_but_no_recording),
		BOTH(a_thousand_negotiations_end_in_a_call_and_keep_no_memory),
		BOTH(keys_of_the_wrong_length_are_a_fault),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
