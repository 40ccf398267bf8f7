/* SPDX-License-Identifier: MPL-2.0
 *
 * The operator and every telephone behind it, as SIP sees them: a telephone answers at
 * once, or rings until the caller gives up, or is busy; some call in themselves. Calls
 * are kept while they last.
 */
#include "load.h"

#include <string.h>

#define OPERATOR "sip:+4570101010@127.0.0.1:%u;transport=%s"

struct far {
	struct sip *sip;
	struct sipsess_sock *sessions;
	struct sip_lsnr *others;
	struct list calls;
	struct sa at;
	struct far_plan plan;
};

struct far_call {
	struct le le;
	char number[32];
	uint64_t came_ns;
	struct sipsess *session;
	struct telephone *phone;
};

static void call_destroy(void *arg)
{
	struct far_call *c = arg;

	list_unlink(&c->le);
	mem_deref(c->session);
	mem_deref(c->phone);
}

static void closed(int err, const struct sip_msg *msg, void *arg)
{
	(void)err;
	(void)msg;
	mem_deref(arg);
}

/* A re-INVITE: the same sound as before. */
static int offered(struct mbuf **desc, const struct sip_msg *msg, void *arg)
{
	struct far_call *c = arg;

	(void)msg;
	*desc = mbuf_alloc(512);
	if (!*desc || telephone_describe(c->phone, *desc))
		return ENOMEM;
	(*desc)->pos = 0;
	return 0;
}

static int aim(struct far_call *c, const struct sip_msg *msg)
{
	struct pl sdp = { (const char *)mbuf_buf(msg->mb), mbuf_get_left(msg->mb) };

	return telephone_aim(c->phone, &sdp);
}

static int answered(const struct sip_msg *msg, void *arg)
{
	return aim(arg, msg);
}

static void nothing(const struct sip_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
}

static struct far_call *call_new(struct far *f)
{
	struct far_call *c = mem_zalloc(sizeof(*c), call_destroy);

	if (!c || telephone_new(&c->phone))
		return mem_deref(c);
	list_append(&f->calls, &c->le, c);
	return c;
}

static int accept_call(struct far *f, struct far_call *c, const struct sip_msg *msg)
{
	bool rings = f->plan.habit && f->plan.habit(c->number) == FAR_RINGS;
	struct mbuf *desc = NULL;
	int err = rings ? 0 : offered(&desc, msg, c);

	if (!err)
		err = sipsess_accept(&c->session, f->sessions, msg, rings ? 180 : 200,
			rings ? "Ringing" : "OK", "far", "application/sdp", desc, NULL,
			NULL, false, offered, answered, nothing, NULL, NULL, closed, c,
			NULL);
	mem_deref(desc);
	return err;
}

static void come(const struct sip_msg *msg, void *arg)
{
	struct far *f = arg;
	struct far_call *c;
	char number[32];

	(void)pl_strcpy(&msg->uri.user, number, sizeof(number));
	if (f->plan.habit && f->plan.habit(number) == FAR_IS_BUSY) {
		(void)sip_treply(NULL, f->sip, msg, 486, "Busy Here");
		return;
	}
	c = call_new(f);
	if (!c)
		return;
	c->came_ns = now_ns();
	memcpy(c->number, number, sizeof(number));
	if (aim(c, msg) || accept_call(f, c, msg))
		mem_deref(c);
}

int far_call_in(struct far *f, const struct sa *gateway, const char *number)
{
	struct far_call *c = call_new(f);
	struct mbuf *desc = NULL;
	char to[80], from[80];
	const char *via = to;
	int err = c ? offered(&desc, NULL, c) : ENOMEM;

	if (err)
		return err;
	(void)re_snprintf(c->number, sizeof(c->number), "%s", number);
	(void)re_snprintf(
		to, sizeof(to), OPERATOR, sa_port(gateway), f->plan.tcp ? "tcp" : "udp");
	(void)re_snprintf(
		from, sizeof(from), "sip:%s@127.0.0.1:%u", number, sa_port(&f->at));
	err = sipsess_connect(&c->session, f->sessions, to, NULL, from, "far", &via, 1,
		"application/sdp", desc, NULL, NULL, false, offered, answered, NULL,
		nothing, NULL, NULL, closed, c, NULL);
	mem_deref(desc);
	if (err)
		mem_deref(c);
	return err;
}

void far_hang_up(struct far_call *c)
{
	mem_deref(c);
}

/* OPTIONS: the operator is there. */
static bool other(const struct sip_msg *msg, void *arg)
{
	struct far *f = arg;

	if (pl_strcmp(&msg->met, "OPTIONS"))
		return false;
	(void)sip_reply(f->sip, msg, 200, "OK");
	return true;
}

int far_new(struct far **ret, const struct far_plan *plan, struct sa *bound)
{
	enum sip_transp tp = plan->tcp ? SIP_TRANSP_TCP : SIP_TRANSP_UDP;
	struct far *f = mem_zalloc(sizeof(*f), NULL); /* lives as long as the process */
	int err;

	if (!f)
		return ENOMEM;
	f->plan = *plan;
	(void)sa_set_str(bound, "127.0.0.1", 0);
	err = sip_alloc(&f->sip, NULL, 512, 512, 512, "far", NULL, NULL);
	if (!err)
		err = sip_transp_add(f->sip, tp, bound);
	if (!err)
		err = sip_transp_laddr(f->sip, bound, tp, bound);
	if (!err)
		err = sipsess_listen(&f->sessions, f->sip, 512, come, f);
	if (!err)
		err = sip_listen(&f->others, f->sip, true, other, f);
	f->at = *bound;
	*ret = f;
	return err;
}

struct far_call *far_find(const struct far *f, const char *number)
{
	for (struct le *le = f->calls.head; le; le = le->next) {
		struct far_call *c = le->data;

		if (strcmp(c->number, number) == 0)
			return c;
	}
	return NULL;
}

uint64_t far_call_came_ns(const struct far_call *c)
{
	return c->came_ns;
}

struct telephone *far_call_telephone(struct far_call *c)
{
	return c->phone;
}
