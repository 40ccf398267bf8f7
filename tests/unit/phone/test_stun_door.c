/* SPDX-License-Identifier: MPL-2.0
 *
 * The shape of a check, cut and bent in every place. Whether its sums are right is tried
 * on a whole leg (test_browser.c).
 */
#include "stun_door.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "web_peer.h"

static const struct web_peer PEER = { .ufrag = "ours",
	.pwd = "abcdefghijklmnopqrstuvwxyz" };

struct check {
	uint8_t at[600];
	size_t len;
};

static struct check make(enum check_flaw flaw)
{
	struct mbuf *mb = web_peer_make_check(&PEER, flaw, true);
	struct check c = { .len = mb->end };

	memcpy(c.at, mb->buf, mb->end);
	mem_deref(mb);
	return c;
}

static bool passes(const struct check *c)
{
	return stun_door_shape(bytes_of(c->at, c->len));
}

/* Puts an attribute of four bytes of value before the last `tail` bytes. */
static struct check insert(size_t tail, const char *attribute)
{
	struct check c = make(CHECK_RIGHT);
	uint8_t *at = c.at + c.len - tail;

	memmove(at + 8, at, tail);
	memcpy(at, attribute, 8);
	c.len += 8;
	c.at[3] = (uint8_t)(c.at[3] + 8);
	return c;
}

static void a_right_check_passes(void **state)
{
	struct check c = make(CHECK_RIGHT);

	(void)state;
	assert_true(passes(&c));
	c = insert(32, "\xc0\x57\0\4\0\1\0\x0a"); /* what Chromium adds: network cost */
	assert_true(passes(&c));
	c = insert(32, "\x80\x22\0\1x\0\0\0"); /* padded */
	assert_true(passes(&c));
}

static void a_check_cut_anywhere_or_followed_by_anything_fails(void **state)
{
	const struct check whole = make(CHECK_RIGHT);
	struct check c = whole;

	(void)state;
	for (c.len = 0; c.len < whole.len; c.len++) {
		assert_false(passes(&c));
		if (c.len < STUN_HEADER_SIZE)
			continue;
		c.at[2] = (uint8_t)((c.len - STUN_HEADER_SIZE) >> 8);
		c.at[3] = (uint8_t)(c.len - STUN_HEADER_SIZE);
		assert_false(passes(&c)); /* also when it admits its length */
	}
	c = whole;
	c.len += 4;
	assert_false(passes(&c));
}

static void nothing_but_a_binding_request_passes(void **state)
{
	const struct check whole = make(CHECK_RIGHT);

	(void)state;
	for (unsigned type = 0; type < 65536; type++) {
		struct check c = whole;

		c.at[0] = (uint8_t)(type >> 8);
		c.at[1] = (uint8_t)type;
		assert_int_equal(passes(&c), type == 1);
	}
	for (unsigned i = 4; i < 8; i++) { /* the cookie */
		struct check c = whole;

		c.at[i] ^= 1;
		assert_false(passes(&c));
	}
}

static void integrity_and_fingerprint_are_there_once_and_last(void **state)
{
	struct check c;

	(void)state;
	c = make(CHECK_NO_INTEGRITY);
	assert_false(passes(&c));
	c = make(CHECK_NO_FINGERPRINT);
	assert_false(passes(&c));
	c = insert(8, "\xc0\x57\0\4\0\1\0\x0a"); /* between the two */
	assert_false(passes(&c));
	c = insert(0, "\xc0\x57\0\4\0\1\0\x0a"); /* behind them */
	assert_false(passes(&c));
	c = insert(32, "\x80\x28\0\4\0\0\0\0"); /* a fingerprint too early */
	assert_false(passes(&c));
	c = insert(32, "\x00\x08\0\4\0\0\0\0"); /* a short integrity before */
	assert_false(passes(&c));
	c = insert(0, "\x80\x28\0\4\0\0\0\0"); /* a second fingerprint */
	assert_false(passes(&c));
}

static void a_datagram_over_the_limit_fails(void **state)
{
	uint8_t at[STUN_DOOR_MAX + 8] = { 0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42 };

	(void)state;
	at[2] = (sizeof(at) - STUN_HEADER_SIZE) >> 8;
	at[3] = (uint8_t)(sizeof(at) - STUN_HEADER_SIZE);
	assert_false(stun_door_shape(bytes_of(at, sizeof(at))));
	assert_false(stun_door_shape(BYTES_NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_check_passes),
		cmocka_unit_test(a_check_cut_anywhere_or_followed_by_anything_fails),
		cmocka_unit_test(nothing_but_a_binding_request_passes),
		cmocka_unit_test(integrity_and_fingerprint_are_there_once_and_last),
		cmocka_unit_test(a_datagram_over_the_limit_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
