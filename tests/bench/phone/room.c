/* SPDX-License-Identifier: MPL-2.0
 *
 * Rooms of browsers and telephones, brought up a few at a time: browsers first, then
 * their telephones, then sound both ways between the first of each. Nobody else in a room
 * is ever loud.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>

#define AT_ONCE 4 /* rooms that are on their way up */

void room_answer(struct room *room, unsigned k, const struct pl *sdp)
{
	if (browser_peer_answer(room->browser[k], sdp)) {
		(void)fprintf(stderr, "no answer that a browser takes\n");
		exit(1);
	}
}

void room_phone(struct room *room, unsigned k, struct telephone *t, uint64_t came_ns)
{
	room->phone[k] = t;
	room->answered++;
	if (k > 0)
		return;
	telephone_voice(t)->says = &room->to_browser;
	telephone_voice(t)->hears = &room->to_phone;
	if (room->dialled_ns)
		spans_add(&room->all->invite, came_ns - room->dialled_ns);
}

static void offer(struct room *room, unsigned k)
{
	struct mbuf *mb = mbuf_alloc(2048);

	if (!mb || browser_peer_new(&room->browser[k], room->all->id, mb))
		abort();
	room->all->server->browse(room, k, mb);
	mem_deref(mb);
}

static void begin(struct room *room)
{
	for (unsigned k = 0; k < room->all->shape.browsers; k++)
		offer(room, k);
	browser_peer_voice(room->browser[0])->says = &room->to_phone;
	browser_peer_voice(room->browser[0])->hears = &room->to_browser;
	room->stage = ROOM_BROWSERS;
}

static void dial(struct room *room)
{
	for (unsigned k = 0; k < room->all->shape.browsers; k++)
		if (!browser_peer_is_up(room->browser[k]))
			return;
	room->dialled_ns = now_ns();
	room->all->server->dial(room);
	room->stage = ROOM_PHONES;
}

static void confirm(struct room *room)
{
	if (room->answered < room->all->shape.phones)
		return;
	room->confirmed_ns = now_ns();
	room->to_phone = room->to_browser = (struct beep){ .at_once = true };
	room->all->server->confirm(room);
	room->stage = ROOM_CONFIRMED;
}

static bool is_heard(const struct room *room, const struct beep *b)
{
	return b->sent_ns > room->confirmed_ns && b->heard_ns > b->sent_ns;
}

/* Both were heard; the later one is the time that it took. */
static void hear(struct room *room)
{
	uint64_t a = room->to_phone.heard_ns, b = room->to_browser.heard_ns;

	if (!is_heard(room, &room->to_phone) || !is_heard(room, &room->to_browser))
		return;
	spans_add(&room->all->both_ways, (a > b ? a : b) - room->confirmed_ns);
	room->stage = ROOM_UP;
	room->all->up++;
}

void rooms_follow(struct rooms *all)
{
	static void (*const next[])(struct room *) = { begin, dial, confirm, hear };
	unsigned busy = 0;

	for (unsigned i = 0; i < all->count && busy < AT_ONCE; i++)
		if (all->list[i].stage < ROOM_UP) {
			next[all->list[i].stage](&all->list[i]);
			busy++;
		}
}

void room_speak(struct room *room)
{
	const struct shape *shape = &room->all->shape;
	unsigned speaking = shape->phones - shape->last_is_held;

	for (unsigned k = 0; k < shape->browsers; k++)
		if (room->browser[k])
			browser_peer_tick(room->browser[k]);
	for (unsigned k = 0; k < speaking; k++)
		if (room->phone[k])
			telephone_tick(room->phone[k]);
}
