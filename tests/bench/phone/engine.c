/* SPDX-License-Identifier: MPL-2.0
 *
 * rtpengine under the same load: told by its ng protocol (bencode over UDP) what the SIP
 * server beside it would tell: the browser's offer, then the telephone's answer.
 */
#include "load.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_PORT "30000"
#define LAST_PORT  "39999"

static struct {
	struct server server;
	struct udp_sock *control;
	struct sa at;
	struct room *rooms[ROOMS_MAX];
	struct telephone *phones[ROOMS_MAX];
} me;

static int put(struct mbuf *mb, const char *name, const char *text)
{
	return mbuf_printf(mb, "%zu:%s%zu:%s", str_len(name), name, str_len(text), text);
}

/* The answer begins with the same cookie: o or a, for offer or answer, and the room. */
static void command(const struct room *room, bool is_answer, const struct mbuf *sdp)
{
	struct mbuf *mb = mbuf_alloc(4096);
	char id[16];

	(void)re_snprintf(id, sizeof(id), "call%u", room->number);
	if (!mb || mbuf_printf(mb, "%c%u d", is_answer ? 'a' : 'o', room->number) ||
		put(mb, "command", is_answer ? "answer" : "offer") ||
		put(mb, "call-id", id) || put(mb, "from-tag", "browser") ||
		(is_answer && put(mb, "to-tag", "telephone")) ||
		put(mb, "ICE", is_answer ? "force" : "remove") ||
		(!is_answer && put(mb, "transport-protocol", "RTP/AVP")) ||
		mbuf_printf(mb, "8:rtcp-muxl5:demuxe") ||
		mbuf_printf(mb, "3:sdp%zu:%b", sdp->end, sdp->buf, sdp->end) ||
		mbuf_write_u8(mb, 'e'))
		abort();
	mb->pos = 0;
	(void)udp_send(me.control, &me.at, mb);
	mem_deref(mb);
}

/* Our SDP for the telephone came: it is called, and says where it is. */
static void offered(struct room *room, const struct pl *sdp)
{
	struct telephone *t;
	struct mbuf *mine = mbuf_alloc(512);

	if (!mine || telephone_new(&t) || telephone_aim(t, sdp) ||
		telephone_describe(t, mine))
		abort();
	me.phones[room->number] = t;
	command(room, true, mine);
	mem_deref(mine);
}

static void replied(const struct sa *src, struct mbuf *mb, void *arg)
{
	const char *text = (const char *)mbuf_buf(mb);
	size_t len = mbuf_get_left(mb);
	struct pl step, number, size, sdp;

	(void)src;
	(void)arg;
	if (re_regex(text, len, "[oa]1[0-9]+ d", &step, &number) ||
		pl_u32(&number) >= ROOMS_MAX ||
		re_regex(text, len, "3:sdp[0-9]+:", &size) ||
		size.p + size.l + 1 + pl_u32(&size) > text + len) {
		(void)re_fprintf(stderr, "rtpengine says: %b\n", text, len);
		exit(1);
	}
	sdp = (struct pl){ size.p + size.l + 1, pl_u32(&size) };
	if (*step.p == 'o')
		offered(me.rooms[pl_u32(&number)], &sdp);
	else
		room_answer(me.rooms[pl_u32(&number)], 0, &sdp);
}

static void browse(struct room *room, unsigned k, const struct mbuf *offer)
{
	(void)k;
	me.rooms[room->number] = room;
	command(room, false, offer);
}

static void dial(struct room *room)
{
	room->dialled_ns = 0; /* nobody is called */
	room_phone(room, 0, me.phones[room->number], 0);
}

static void confirm(struct room *room)
{
	(void)room;
}

struct server *engine_start(const char *program)
{
	char listen[64];
	struct sa any;

	(void)sa_set_str(&any, "127.0.0.1", 0);
	/* A port that nobody has now. */
	if (udp_listen(&me.control, &any, NULL, NULL) ||
		udp_local_get(me.control, &me.at))
		abort();
	me.control = mem_deref(me.control);
	if (udp_listen(&me.control, &any, replied, NULL))
		abort();
	udp_rxsz_set(me.control, 65536);
	(void)re_snprintf(
		listen, sizeof(listen), "--listen-ng=127.0.0.1:%u", sa_port(&me.at));
	me.server = (struct server){ .browse = browse, .dial = dial, .confirm = confirm };
	me.server.pid = fork();
	if (me.server.pid == 0) {
		execl(program, program, "--foreground", "--log-stderr", "--log-level=3",
			"--table=-1", "--interface=127.0.0.1", listen, "--dtls-passive",
			"--port-min=" FIRST_PORT, "--port-max=" LAST_PORT, (char *)NULL);
		_exit(127);
	}
	return &me.server;
}
