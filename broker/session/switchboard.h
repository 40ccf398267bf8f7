/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what the switchboard's files share. A leg is one connection at the
 * gateway that belongs to a meeting; a caller is one that does not yet. Both are known by
 * the number that broker and gateway call them by.
 *
 *	switchboard.c  the link: trunk, reports to their legs, orders
 *	standing.c     what outlived a former link
 *	orders.c       the rules' effects as orders
 *	leg.c          the table of legs, and their place in a meeting's record
 *	dial.c         DIAL: may it be called, what may it cost, whose number is it
 *	line.c         the consultant's browser as a leg
 *	call_in.c      who calls us, and the way into a lobby
 *	digits.c       meeting number and PIN
 *	call_back.c    who did not get through
 */
#pragma once

#include "inner.h"

#include "samtale/session/gateway.h"
#include "samtale/session/throttle.h"
#include "samtale/store/call.h"

#define LEG_BUCKETS  256
#define CALLERS_MAX  1000
#define LEGS_PACKED  (LIMIT_ENTRIES + 3) /* legs of one meeting that its record holds */
#define ORDER_MAX    (PHONE_TEXT_MAX + 128)
#define TRIES_A_CALL 3
#define TRIED_LATELY (4 * MS_HOUR) /* whom we called since lands at her meeting */

struct leg {
	struct ring at_bucket;
	struct ring
		at_live;    /* live->legs; alone: the meeting has nothing to do with it */
	struct ring at_due; /* board->due: to be dialled at the end of the turn */
	uint32_t number;
	int64_t meeting;
	struct live *live; /* NULL: not loaded yet, or the rules let go of it */
	enum meeting_leg kind;
	uint16_t entry;    /* of a GUEST */
	uint32_t line;     /* of a LINE */
	bool ordered;      /* the gateway has it */
	bool stands, news; /* it said so after HELLO; the meeting must hear of it */
	bool placed;       /* counted in the store, which hears of its end */
	bool over;         /* hung up, its ENDED is awaited */
	enum meeting_line progress;
	int64_t answered_ms; /* 0: not yet */
	uint32_t dial;       /* MEETING_DIAL_… */
};

struct caller { /* somebody calls, no meeting is known yet */
	struct ring at;
	struct switchboard *board;
	uint64_t id; /* never given twice; a gateway begins its legs anew */
	uint32_t leg;
	bool busy; /* the store or the meeting is asked */
	unsigned tries;
	char number[LIMIT_PHONE + 1]; /* "": hidden */
};

enum board_state { BOARD_OFF, BOARD_HELLO, BOARD_STANDING, BOARD_UP };

struct switchboard {
	struct house *house;
	enum board_state state;
	int64_t lost_ms; /* boot clock: then its calls are over; INT64_MAX: it is there */
	struct gateway_link link;
	enum phone_trunk trunk;
	enum phone_cause trunk_cause;
	struct ring legs[LEG_BUCKETS];
	struct ring due;
	struct ring callers;
	unsigned callers_n;
	uint64_t last_caller;
	uint32_t next_leg;
	struct throttle *throttle;
	struct house_gateway_figures figures;
	uint8_t order[ORDER_MAX];
};

/* switchboard.c */
must_check int board_new(struct switchboard **ret, struct house *h);
struct switchboard *board_free(struct switchboard *b);
/* At the end of a turn: what was ordered in it. */
void board_flush(struct switchboard *b);
/* The armed time has come. */
void board_tick(struct switchboard *b);
/* Out of house: no more orders, and what stands at the gateway stays. */
void board_stop(struct switchboard *b);
/* False: there is no link, or it is full. */
bool board_order(struct switchboard *b, const struct phone_message *m);
/* One event for the rules. False: refused, or a fault, and l may be gone. */
bool board_step(struct live *l, const struct meeting_event *e);
/* The same for every meeting in memory. */
void board_tell_all(struct house *h, const struct meeting_event *e);
enum meeting_line board_line_of(enum phone_progress p);
/* A leg's news for the rules of its meeting, if it still has one; a leg that they do not
 * know is hung up. progress NONE: the leg is gone. */
void board_tell(struct leg *leg, enum meeting_line progress, enum meeting_reason reason);
/* One row of the record: what the citizen's telephone did. */
void board_note(const struct switchboard *b, enum audit_what what, int64_t meeting,
	uint32_t value, bool done);

/* standing.c */
void standing_report(struct switchboard *b, const struct phone_message *m);
void standing_synced(struct switchboard *b); /* no more of them */
/* The meeting was loaded: what is known of its legs comes to its rules. */
void standing_loaded(struct live *l);
/* The gateway is gone for good: so are its legs. The rules are not told here. */
void standing_lose_all(struct switchboard *b);

/* orders.c: what the rules order of the gateway. */
void orders_carry_out(struct live *l, const struct meeting_effect *fx);

/* leg.c */
uint32_t leg_number(struct switchboard *b); /* a free one */
/* The rules may let go of any leg while they hear of one, so whoever tells them looks for
 * the next from the front; each must be one that `fits` no more afterwards. fits NULL:
 * whichever. */
struct leg *leg_some(const struct switchboard *b,
	bool (*fits)(const struct leg *, const struct live *), const struct live *l);
struct leg *leg_find(const struct switchboard *b, uint32_t number);
/* NULL when there is no memory. number 0: none yet. */
struct leg *leg_new(struct switchboard *b, uint32_t number, int64_t meeting);
void leg_attach(struct leg *leg, struct live *l);
void leg_give_number(struct switchboard *b, struct leg *leg, uint32_t number);
struct leg *leg_free(struct leg *leg);
/* The rules' leg of that kind; entry: of a GUEST. NULL: none. */
struct leg *leg_of(const struct live *l, enum meeting_leg kind, uint16_t entry);
/* The rules let go of it: hung up if the gateway has it, then kept until ENDED. */
void leg_let_go(struct switchboard *b, struct leg *leg, enum phone_cause cause);
void legs_let_go(struct live *l);
/* Into and out of the meeting's record. */
void legs_pack(const struct live *l, struct writer *w);
must_check bool legs_unpack(struct live *l, struct reader *r);

/* dial.c */
void dial_begin(struct live *l, uint32_t flags); /* MEETING_FX_DIAL */
void dial_due(struct leg *leg);
void dial_over(struct switchboard *b, const struct leg *leg, uint32_t seconds);
enum meeting_reason dial_reason(enum phone_cause cause);

/* line.c */
void line_start(struct live *l, uint32_t line); /* MEETING_FX_LINE_START */
void line_offer(struct peer *p, const struct message *m);
void line_answer(struct leg *leg, struct bytes sdp);

/* call_in.c */
void call_in_ring(struct switchboard *b, const struct phone_message *m);
/* Into the lobby, if the rules let him; else he is asked for digits or told. */
void call_in_enter(struct caller *c, int64_t meeting, bool known);
void call_in_verdict(struct switchboard *b, uint32_t leg, enum phone_verdict what);
/* The caller hung up. False: no such caller. */
bool call_in_gone(struct switchboard *b, uint32_t leg);
void callers_free(struct switchboard *b);
struct caller *caller_find(struct switchboard *b, uint64_t id); /* NULL: hung up */
struct caller *caller_of_leg(struct switchboard *b, uint32_t leg);
/* Today as the clock on the wall says: from <= t < to. */
void board_today(int64_t *ret_from_ms, int64_t *ret_to_ms);

/* digits.c */
void digits_typed(struct switchboard *b, const struct phone_message *m);

/* call_back.c: the third wrong try. row: the meeting whose number was typed, NULL: no
 * such meeting. The verdict goes to the gateway. */
void call_back_begin(struct caller *c, const struct booking *row);
