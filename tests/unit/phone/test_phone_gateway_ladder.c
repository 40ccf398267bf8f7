/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory while the gateway is made, gets a link, or obeys an order: the leg of the
 * order ends with FULL, nobody else notices, and nothing is left of it.
 */
#include "alloc_ladder.h"
#include "gateway.h"
#include "web_peer.h"

#include "samtale/base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define LEG 7

static struct settings settings;
static int pair[2]; /* the gateway's end of the link, and the broker's */

static struct gateway_parts parts(void)
{
	return (struct gateway_parts){ .settings = &settings, .parent_fd = pair[1] };
}

/* -- making ---------------------------------------------------------------------- */
static int make_gateway(void *arg)
{
	const struct gateway_parts p = parts();
	const char *sentence;
	struct gateway *g = arg;
	int r = gateway_new(&g, &p, &sentence);

	if (r == 0)
		gateway_free(g);
	else
		assert_ptr_equal(g, arg);
	return r;
}

static void a_gateway_without_memory_is_a_fault(void **state)
{
	int untouched = 0;

	(void)state;
	/* Itself, its ticker, browsers and their identity; trunk, look-up, ping. */
	assert_in_range(ladder_climb(make_gateway, &untouched, 16), 7, 12);
}

static bool no_frame(void *arg, const struct frame *f)
{
	(void)arg;
	(void)f;
	return true;
}

static void no_end(void *arg)
{
	(void)arg;
}

static int make_wire(void *arg)
{
	const struct wire_hooks hooks = { NULL, no_frame, no_end };
	struct wire *w = arg;
	int fd = dup(pair[0]);
	int r = wire_new(&w, fd, &hooks);

	if (r == 0)
		wire_free(w);
	else
		assert_ptr_equal(w, arg);
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* taken over in any case */
	return r;
}

static void a_link_without_memory_is_a_fault_and_closed(void **state)
{
	int untouched = 0;

	(void)state;
	assert_int_equal(ladder_climb(make_wire, &untouched, 4), 3);
}

/* -- orders ---------------------------------------------------------------------- */
static void obey(struct gateway *g, const struct phone_message *m)
{
	uint8_t buf[LIMIT_SDP + 128];
	struct writer w = writer_of(buf, sizeof(buf));
	struct reader r;
	struct frame f;
	size_t len;

	phone_message_write(&w, m);
	assert_true(writer_ok(&w));
	r = reader_of(writer_bytes(&w));
	len = read_u32(&r);
	f = (struct frame){ .kind = read_u8(&r), .id = read_u32(&r) };
	f.body = read_bytes(&r, len + 4 - FRAME_HEAD);
	assert_true(orders_obey(g, &f));
}

/* The next report of the leg; NOTHING when there is none. */
static enum phone_kind next_report(uint8_t *ret_word)
{
	uint8_t head[FRAME_HEAD], body[LIMIT_SDP + 128];
	struct reader r = reader_of(bytes_of(head, sizeof(head)));
	struct phone_message m;
	struct frame f;

	if (recv(pair[1], head, sizeof(head), MSG_DONTWAIT) != sizeof(head))
		return PHONE_NOTHING;
	f.body = bytes_of(body, read_u32(&r) + 4 - FRAME_HEAD);
	f.kind = read_u8(&r);
	f.id = read_u32(&r);
	assert_int_equal(f.id, LEG);
	assert_int_equal(recv(pair[1], body, f.body.len, MSG_WAITALL), f.body.len);
	assert_int_equal(phone_message_read(&f, false, &m), 0);
	*ret_word = m.word;
	return m.kind;
}

struct story {
	struct gateway *gateway;
	struct phone_message order;
	enum phone_kind good; /* what is reported when it is obeyed */
};

static int give_order(void *arg)
{
	const struct story *s = arg;
	uint8_t word = 0;
	enum phone_kind kind;

	obey(s->gateway, &s->order);
	kind = next_report(&word);
	if (kind == s->good) {
		assert_non_null(gateway_party(s->gateway, LEG));
		obey(s->gateway, &(struct phone_message){
					 .kind = PHONE_ORDER_HANG_UP, .leg = LEG });
		assert_int_equal(next_report(&word), PHONE_REPORT_ENDED);
		return 0;
	}
	assert_int_equal(kind, PHONE_REPORT_ENDED);
	assert_int_equal(word, PHONE_CAUSE_FULL);
	assert_null(gateway_party(s->gateway, LEG));
	assert_int_equal(next_report(&word), PHONE_NOTHING);
	return -ENOMEM;
}

static struct gateway *linked_gateway(void)
{
	const struct wire_hooks hooks = { NULL, no_frame, no_end };
	const struct gateway_parts p = parts();
	const char *sentence;
	struct gateway *g;

	assert_int_equal(gateway_new(&g, &p, &sentence), 0);
	assert_int_equal(wire_new(&g->wire, dup(pair[0]), &hooks), 0);
	return g;
}

static void a_call_without_memory_ends_as_full(void **state)
{
	struct story s = { .gateway = linked_gateway(),
		.order = { .kind = PHONE_ORDER_DIAL,
			.leg = LEG,
			.room = 1,
			.value = 30,
			.text = BYTES_LIT("+4520304050") },
		.good = PHONE_REPORT_PROGRESS };

	(void)state;
	/* The party, its room, the call and its sound. */
	assert_in_range(ladder_climb(give_order, &s, 16), 3, 12);
	gateway_free(s.gateway);
}

static void a_browser_without_memory_ends_as_full(void **state)
{
	uint8_t text[LIMIT_SDP];
	struct writer w = writer_of(text, sizeof(text));
	struct web_peer peer;
	struct story s = { .gateway = linked_gateway(), .good = PHONE_REPORT_SDP };

	(void)state;
	web_peer_start(&peer, "127.0.0.1");
	web_peer_offer(&peer, &w);
	s.order = (struct phone_message){ .kind = PHONE_ORDER_BROWSER,
		.leg = LEG,
		.room = 1,
		.text = writer_bytes(&w) };
	assert_in_range(ladder_climb(give_order, &s, 16), 3, 12);
	gateway_free(s.gateway);
	web_peer_stop(&peer);
}

/* -- all of them ----------------------------------------------------------------- */
static int start(void **state)
{
	struct setting_error e;

	(void)state;
	settings_init(&settings);
	if (settings_set(&settings, "phone.server", "127.0.0.1:9", &e) ||
		settings_set(&settings, "phone.transport", "udp", &e) ||
		settings_set(&settings, "phone.address", "127.0.0.1", &e) ||
		settings_set(&settings, "phone.sip_port", "0", &e) ||
		settings_set(&settings, "phone.media_port", "42300", &e) ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0)
		return -1;
	return libre_init();
}

static int finish(void **state)
{
	(void)state;
	(void)close(pair[0]);
	(void)close(pair[1]);
	libre_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gateway_without_memory_is_a_fault),
		cmocka_unit_test(a_link_without_memory_is_a_fault_and_closed),
		cmocka_unit_test(a_call_without_memory_ends_as_full),
		cmocka_unit_test(a_browser_without_memory_ends_as_full),
	};

	return cmocka_run_group_tests(tests, start, finish);
}
