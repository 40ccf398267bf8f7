/* SPDX-License-Identifier: MPL-2.0
 *
 * samtale-phone under load: started as its parent would, given a link as the broker
 * would, with far.c behind its trunk. Legs are numbered so that a report finds its room.
 */
#include "load.h"

#include "samtale/link/report.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEGS        10 /* numbers of one room: browsers from 1, telephones from 5 */
#define FIRST_PHONE 5
#define NUMBER      20000000

static struct {
	struct server server;
	struct gateway_plan plan;
	int parent, link;
	struct frame_stream *in;
	struct far *far;
	struct sa sip;
	struct room *rooms[ROOMS_MAX];
} me;

void gateway_order(const struct phone_message *m)
{
	static uint8_t buf[32 * 1024];
	struct writer w = writer_of(buf, sizeof(buf));

	phone_message_write(&w, m);
	if (!writer_ok(&w) || write(me.link, w.at, w.len) != (ssize_t)w.len)
		abort();
}

struct far *gateway_far(void)
{
	return me.far;
}

const struct sa *gateway_sip(void)
{
	return &me.sip;
}

/* -- orders ------------------------------------------------------------------------ */
static uint32_t leg_of(const struct room *room, unsigned k)
{
	return LEGS * (room->number + 1) + k;
}

static void browse(struct room *room, unsigned k, const struct mbuf *offer)
{
	struct phone_message m = { .kind = PHONE_ORDER_BROWSER,
		.leg = leg_of(room, 1 + k),
		.room = room->number + 1,
		.flags = k == 0 ? PHONE_OWNER : 0,
		.text = bytes_of(offer->buf, offer->end) };

	me.rooms[room->number] = room;
	gateway_order(&m);
}

static void number_of(const struct room *room, unsigned k, char ret[16])
{
	(void)snprintf(ret, 16, "+45%08u", NUMBER + LEGS * room->number + k);
}

static void dial(struct room *room)
{
	for (unsigned k = 0; k < room->all->shape.phones; k++) {
		char number[16];
		struct phone_message m = { .kind = PHONE_ORDER_DIAL,
			.leg = leg_of(room, FIRST_PHONE + k),
			.room = room->number + 1,
			.word = PHONE_CONFIRM_OWNER,
			.value = 30 };

		number_of(room, k, number);
		m.text = bytes_str(number);
		gateway_order(&m);
	}
}

static void confirm(struct room *room)
{
	const struct shape *shape = &room->all->shape;

	for (unsigned k = 0; k < shape->phones; k++) {
		struct phone_message m = { .kind = PHONE_ORDER_CONFIRM,
			.leg = leg_of(room, FIRST_PHONE + k) };

		gateway_order(&m);
		m.kind = PHONE_ORDER_HOLD;
		m.flags = PHONE_ON;
		if (shape->last_is_held && k + 1 == shape->phones)
			gateway_order(&m);
	}
}

/* -- reports ----------------------------------------------------------------------- */
static void answered(struct room *room, unsigned k)
{
	char number[16];
	struct far_call *c;

	number_of(room, k, number);
	c = far_find(me.far, number);
	if (c)
		room_phone(room, k, far_call_telephone(c), far_call_came_ns(c));
}

static void reported(const struct phone_message *m)
{
	unsigned number = m->leg / LEGS - 1, k = m->leg % LEGS;
	struct pl sdp = { (const char *)m->text.at, m->text.len };
	struct room *room =
		m->leg >= LEGS && number < ROOMS_MAX ? me.rooms[number] : NULL;

	if (!room)
		return;
	if (m->kind == PHONE_REPORT_SDP)
		room_answer(room, k - 1, &sdp);
	if (m->kind == PHONE_REPORT_ENDED) {
		(void)fprintf(stderr, "leg %u ended: %s\n", m->leg,
			phone_cause_name((enum phone_cause)m->word));
		exit(1);
	}
	if (m->kind == PHONE_REPORT_PROGRESS && m->word == PHONE_PROGRESS_ANSWERED)
		answered(room, k - FIRST_PHONE);
}

static void readable(int flags, void *arg)
{
	struct phone_message m;
	struct frame f;
	uint8_t *at;
	size_t room;
	ssize_t n;

	(void)flags;
	(void)arg;
	if (frame_stream_room(me.in, &at, &room) != 0)
		abort();
	n = read(me.link, at, room);
	if (n <= 0) {
		(void)fprintf(stderr, "the gateway hung up on us\n");
		exit(1);
	}
	frame_stream_added(me.in, (size_t)n);
	while (frame_stream_next(me.in, &f) == 0)
		if (phone_message_read(&f, false, &m) == 0)
			(me.plan.report ? me.plan.report : reported)(&m);
}

/* -- the process ------------------------------------------------------------------- */
/* A port that nobody has now. */
static uint16_t free_port(void)
{
	struct udp_sock *us;
	struct sa at;

	(void)sa_set_str(&at, "127.0.0.1", 0);
	if (udp_listen(&us, &at, NULL, NULL) || udp_local_get(us, &at))
		abort();
	mem_deref(us);
	return sa_port(&at);
}

static void write_config(int fd, const struct sa *operator_at)
{
	uint16_t port = free_port();

	(void)sa_set_str(&me.sip, "127.0.0.1", port);
	if (dprintf(fd,
		    "[phone]\nserver = 127.0.0.1:%u\ntransport = %s\n"
		    "number = +4570101010\nsip_port = %u\nmedia_port = 20000\n"
		    "address = 127.0.0.1\ncalls = 1000\nprompts = %s\n"
		    "silence_seconds = 600\n",
		    sa_port(operator_at), me.plan.far.tcp ? "tcp" : "udp", port,
		    me.plan.prompts) < 0)
		abort();
	(void)close(fd);
}

static void await_ready(void)
{
	uint8_t start[256];

	if (read(me.parent, start, sizeof(start)) <= 0) {
		(void)fprintf(stderr, "the gateway did not start\n");
		exit(1);
	}
}

static void spawn(const char *config)
{
	int pair[2], link[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link))
		abort();
	me.server.pid = fork();
	if (me.server.pid == 0) {
		if (dup2(pair[1], 3) == 3 && (pair[1] != 3 || fcntl(3, F_SETFD, 0) == 0))
			execl(me.plan.program, me.plan.program, "--config", config,
				(char *)NULL);
		_exit(127);
	}
	(void)close(pair[1]);
	me.parent = pair[0];
	me.link = link[0];
	await_ready();
	if (report_give_link(me.parent, REPORT_PHONE_LINK, link[1]) < 0 ||
		frame_stream_new(&me.in) < 0 ||
		fd_listen(me.link, FD_READ, readable, NULL))
		abort();
	(void)close(link[1]);
}

struct server *gateway_start(const struct gateway_plan *plan)
{
	char config[] = "/tmp/bench-phone-XXXXXX";
	int fd = mkstemp(config);
	struct sa operator_at;

	me.plan = *plan;
	me.server = (struct server){ .browse = browse, .dial = dial, .confirm = confirm };
	if (fd < 0 || far_new(&me.far, &plan->far, &operator_at))
		abort();
	write_config(fd, &operator_at);
	spawn(config);
	(void)unlink(config);
	return &me.server;
}

bool server_stop(struct server *s)
{
	int status = -1;

	(void)fd_close(me.link);
	(void)kill(s->pid, SIGTERM);
	return waitpid(s->pid, &status, 0) == s->pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}
