/* SPDX-License-Identifier: MPL-2.0
 *
 * What the rules order of the gateway, one effect at a time, for the legs that the
 * meeting has. An order about a leg that is no more is nothing.
 */
#include "switchboard.h"

static void about(const struct leg *leg, enum phone_kind kind, uint8_t flags)
{
	const struct phone_message m = { .kind = kind,
		.leg = leg ? leg->number : 0,
		.room = leg ? (uint64_t)leg->meeting : 0,
		.flags = flags };

	if (leg && leg->ordered)
		(void)board_order(leg->live->house->board, &m);
}

/* The telephone that is in the talk: of a guest, or the one that we called. */
static struct leg *telephone(const struct live *l, uint16_t entry)
{
	return leg_of(l, entry ? MEETING_LEG_GUEST : MEETING_LEG_CITIZEN, entry);
}

static void hang_up(struct live *l, const struct meeting_effect *fx)
{
	struct leg *leg = leg_of(l, (enum meeting_leg)fx->number, fx->entry);

	if (leg)
		leg_let_go(l->house->board, leg, PHONE_CAUSE_CANCELLED);
}

/* One order for the whole room; each leg's ENDED is still awaited. */
static void close_lines(struct live *l)
{
	struct switchboard *b = l->house->board;
	const struct phone_message m = { .kind = PHONE_ORDER_CLOSE_ROOM,
		.room = (uint64_t)l->id };
	bool closed = board_order(b, &m);

	RING_EACH(&l->legs, r)
	{
		struct leg *leg = container_of(r, struct leg, at_live);

		leg->over = closed && leg->ordered;
		leg_let_go(b, leg, PHONE_CAUSE_HUNG_UP);
	}
}

void orders_carry_out(struct live *l, const struct meeting_effect *fx)
{
	uint8_t on = fx->number ? PHONE_ON : 0;

	switch (fx->kind) {
	case MEETING_FX_DIAL:
		dial_begin(l, fx->number);
		return;
	case MEETING_FX_HANG_UP:
		hang_up(l, fx);
		return;
	case MEETING_FX_CONFIRM:
		about(leg_of(l, MEETING_LEG_CITIZEN, 0), PHONE_ORDER_CONFIRM, 0);
		return;
	case MEETING_FX_ADMIT_LINE:
		about(leg_of(l, MEETING_LEG_GUEST, fx->entry), PHONE_ORDER_ADMIT, 0);
		return;
	case MEETING_FX_MUTE_LINE:
		about(telephone(l, fx->entry), PHONE_ORDER_MUTE, on);
		return;
	case MEETING_FX_HOLD_LINE:
		about(telephone(l, fx->entry), PHONE_ORDER_HOLD, on);
		return;
	case MEETING_FX_LINE_START:
		line_start(l, fx->number);
		return;
	case MEETING_FX_CLOSE_LINES:
		close_lines(l);
		return;
	default:
		return;
	}
}
