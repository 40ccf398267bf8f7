/* SPDX-License-Identifier: MPL-2.0
 *
 * A whole house with three connections, told what to do by the input: the consultant, a
 * citizen's device with a seat, and a stranger with another device. Whatever they say and
 * in whatever order, they hear JSON, only the sender pays for what was wrong, nobody who
 * was not admitted hears a signal, and no more is queued than a peer may have.
 */
#include "stage.h"

#include "fuzz.h"

#define ACTORS  3 /* consultant, citizen, stranger */
#define SAY_MAX LIMIT_WS_MESSAGE

struct play {
	struct stage *stage;
	struct actor actors[ACTORS];
	struct stage_seat seat;
	bool admitted; /* anybody, ever */
};

static void arrive(struct play *p, unsigned who)
{
	struct actor *a = &p->actors[who];

	if (a->peer)
		return;
	if (who == 0)
		staff_hello(p->stage, a, METTE);
	else
		citizen_hello(
			p->stage, a, who == 1 ? DEVICE_A : DEVICE_B, p->seat.seat, 0);
}

static void go(struct play *p, unsigned who)
{
	if (p->actors[who].peer)
		actor_hang_up(&p->actors[who]);
}

/* A signal to a citizen's page means that somebody was admitted. */
static void listen(struct play *p, unsigned who)
{
	struct actor *a = &p->actors[who];
	static const char *const of_a_talk[] = { "signal", "sas", "start", "turn",
		"keep" };

	if (!a->peer)
		return;
	actor_listen(a);
	for (size_t i = 0; i < ARRAY_LEN(of_a_talk) && !p->admitted; i++)
		PROMISE(!actor_hears(a, of_a_talk[i]));
	json_array_clear(a->heard);
	if (a->closed)
		go(p, who);
}

static void say(struct play *p, unsigned who, struct bytes text)
{
	if (!p->actors[who].peer)
		return;
	/* The rules of admission are meeting_unpack's and the walk's to try; here it is
	 * enough to know that the consultant said the word. */
	if (who == 0 && text.len > 0 && memmem(text.at, text.len, "admit", 5))
		p->admitted = true;
	if (who == 0 && text.len > 0 && memmem(text.at, text.len, "\\u", 2))
		p->admitted = true; /* or may have, in an escape */
	if (who == 0 && text.len > 0 && memmem(text.at, text.len, "is_citizen", 10))
		p->admitted = true; /* the phone leg has the seat */
	peer_message(p->actors[who].peer, text);
	stage_settle(p->stage);
}

/* A byte: who, and what. */
static void step(struct play *p, struct reader *r)
{
	uint8_t order = read_u8(r);
	unsigned who = order % ACTORS;

	switch (order / ACTORS % 8) {
	case 0:
		go(p, who);
		break;
	case 1:
		arrive(p, who);
		break;
	case 2:
		stage_wait(p->stage, (int64_t)read_u8(r) * 100);
		break;
	case 3:
		staff_enter(&p->actors[0], read_u8(r));
		break;
	default:
		say(p, who, read_var(r, SAY_MAX));
	}
	for (unsigned i = 0; i < ACTORS; i++)
		listen(p, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(bytes_of(at, len));
	struct play p = { .admitted = false };
	void *state = NULL;

	PROMISE(stage_up(&state) == 0);
	p.stage = state;
	p.seat = stage_redeem(p.stage, DEVICE_A);
	PROMISE(p.seat.result == 0);
	for (unsigned i = 0; i < ACTORS - 1; i++)
		arrive(&p, i);
	for (unsigned steps = 0; steps < 200 && r.left.len > 0 && !r.bad; steps++) {
		if (!p.actors[0].peer)
			arrive(&p, 0);
		step(&p, &r);
	}
	for (unsigned i = 0; i < ACTORS; i++)
		go(&p, i);
	PROMISE(stage_down(&state) == 0);
	return 0;
}
