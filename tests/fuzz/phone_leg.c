/* SPDX-License-Identifier: MPL-2.0
 *
 * Datagrams into the port of one browser whose address was proved: the door by the first
 * byte, DTLS records, sound before there are keys. No input opens the leg, hears
 * anything or ends it; each is a length and so many bytes.
 */
#include "browser.h"
#include "browsers.h"

#include "samtale/base/limits.h"

#include "fuzz.h"
#include "web_peer.h"

struct stage {
	struct browsers *all;
	struct browser *leg;
	struct web_peer peer;
};

static void on_audio(void *arg, const struct audio_packet *p)
{
	(void)arg;
	(void)p;
	PROMISE(false);
}

static void on_open(void *arg)
{
	(void)arg;
	PROMISE(false);
}

static void on_over(void *arg, enum phone_cause why)
{
	(void)arg;
	(void)why;
	PROMISE(false);
}

static bool was_answered(void *arg)
{
	return ((struct stage *)arg)->peer.answers > 0;
}

static void raise(struct stage *s)
{
	static const struct browsers_parts parts = { "127.0.0.1", "", "", 44000, 44100 };
	const struct port_hooks hooks = {
		.audio = on_audio, .event = on_audio, .open = on_open, .over = on_over
	};
	uint8_t offer[LIMIT_SDP], answer[LIMIT_SDP];
	struct writer o = writer_of(offer, sizeof(offer));
	struct writer a = writer_of(answer, sizeof(answer));
	static bool started;

	if (!started)
		PROMISE(libre_init() == 0);
	started = true;
	PROMISE(browsers_new(&s->all, &parts) == 0);
	web_peer_start(&s->peer, "127.0.0.1");
	web_peer_offer(&s->peer, &o);
	PROMISE(browser_new(&s->leg, s->all, writer_bytes(&o), &a, &hooks) == 0);
	web_peer_take_answer(&s->peer, writer_bytes(&a), "127.0.0.1");
	web_peer_check(&s->peer, s->peer.us, CHECK_RIGHT, true);
	PROMISE(run_until(was_answered, s, 2000));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader in = reader_of(bytes_of(at, len));
	struct stage s;
	unsigned sent = 0;

	raise(&s);
	while (in.left.len > 0 && !in.bad && sent++ < 32) {
		struct bytes datagram = read_var(&in, 4096);

		if (!in.bad)
			web_peer_raw(
				s.peer.us, &s.peer.gateway, datagram.at, datagram.len);
	}
	run_for(4);
	browser_free(s.leg);
	web_peer_stop(&s.peer);
	browsers_free(s.all);
	return 0;
}
