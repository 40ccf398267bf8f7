/* SPDX-License-Identifier: MPL-2.0
 *
 * What the modules of this room share: the house, a live meeting, a peer. Nothing outside
 * of the room includes it.
 *
 *	house ── owns ──▶ live (a meeting in memory) ◀── points ── peer (a connection)
 *	      ── owns ──▶ circle (the staff who see a card, and the meetings they see)
 */
#pragma once

#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/base/settings.h"
#include "samtale/meeting/meeting.h"
#include "samtale/session/house.h"
#include "samtale/session/message.h"
#include "samtale/store/desk.h"
#include "samtale/store/meeting.h"
#include "samtale/store/user.h"
#include "samtale/vault/vault.h"

#include "key_slots.h"

#include <errno.h>
#include <stdlib.h>

#define HELLO_MS       (5 * MS_SECOND)  /* a connection without hello lives so long */
#define SILENT_MS      (60 * MS_SECOND) /* one that says nothing */
#define TURN_PUSH_MS   (8 * MS_MINUTE)  /* fresh TURN credentials to a talk */
#define SCOUT_MS       MS_MINUTE        /* look for meetings whose time has come */
#define SAVE_RETRY_MS  MS_SECOND
#define LIMIT_INBOX    32          /* messages kept while a meeting loads */
#define SCRATCH_BYTES  (48 * 1024) /* the longest message encoded, and more */
#define HOUSE_BUCKETS  4096
#define CIRCLE_BUCKETS 256

/* -- lists ------------------------------------------------------------------------- */
struct ring { /* doubly linked, circular; a member not in a list points to itself */
	struct ring *prev, *next;
};

static inline void ring_init(struct ring *r)
{
	r->prev = r->next = r;
}
static inline bool ring_is_empty(const struct ring *r)
{
	return r->next == r;
}
static inline void ring_drop(struct ring *r)
{
	r->prev->next = r->next;
	r->next->prev = r->prev;
	ring_init(r);
}
static inline void ring_append(struct ring *list, struct ring *r)
{
	ring_drop(r);
	r->prev = list->prev;
	r->next = list;
	list->prev->next = r;
	list->prev = r;
}
#define RING_EACH(list, r)                                                               \
	for (struct ring *r = (list)->next, *r##_next = r->next; r != (list);            \
		r = r##_next, r##_next = r->next)

/* -- circle: a team, or one person without a team ---------------------------------- */
struct circle {
	struct circle *next; /* of its bucket */
	struct ring staff, lives;
	char key[LIMIT_TEAM +
		 1]; /* the team's name, or CIRCLE_OF_ONE and the user's id */
};
#define CIRCLE_OF_ONE '\001' /* no team's name begins with it */

/* -- a meeting in memory ----------------------------------------------------------- */
enum live_state { LIVE_LOADING, LIVE_READY };

struct live {
	struct house *house;
	struct live *next; /* of its bucket */
	int64_t id;
	enum live_state state;
	bool save_due, saving, card_due;
	bool gone; /* left the table; freed at the end of the turn */
	enum meeting_alert alert;

	struct ring waits;    /* struct wait: until it is loaded */
	struct ring saved;    /* struct saved_wait: until it is durable */
	struct ring legs;     /* struct leg.at_live: at the telephone gateway */
	struct ring peers;    /* struct peer.at_live */
	struct ring at_dirty; /* house.dirty or house.gone */
	struct ring at_circle;
	struct circle *circle;

	size_t heap_at;            /* index + 1 in house.heap, 0: not in it */
	int64_t due_ms;            /* UTC as the rules count it */
	int64_t turn_ms, retry_ms; /* MEETING_NEVER: not now */

	/* of the booking's row */
	int64_t owner;
	uint8_t chosen_by, booked_form, row_state, row_outcome; /* as in the store */
	char name[LIMIT_NAME + 1]; /* the consultant's given name */
	char last2[3], given_last2[3];
	int keys; /* slot in house.keys, -1: none */
	bool has_ck, has_own_phone;
	bool accept_due;      /* the given number is to become the row's */
	bool end_due;         /* attendance and statistics are still to be written */
	int32_t uncount_week; /* a cancellation counted in it was taken back; 0: none */
	uint8_t cause;        /* enum hand_off_cause, of the last call */
	struct sealed *given; /* owned; under ck; NULL: none */

	struct meeting meeting;
};

enum hand_off_cause { /* stored in the statistics: only append */
	CAUSE_NONE,
	CAUSE_BOOKED,
	CAUSE_ASKED,
	CAUSE_MEDIA,
	CAUSE_NOT_COME,
	CAUSE_OTHER
};

/* -- a connection ------------------------------------------------------------------ */
struct parcel { /* one message, outbound or waiting inbound */
	struct parcel *next;
	size_t len;
	uint8_t room[PEER_HEADROOM];
	uint8_t text[];
};

struct parcels {
	struct parcel *first, *last;
	size_t bytes;
	unsigned count;
};

struct arrival; /* hello, enter or late on its way; hello.c */

struct peer {
	struct house *house;
	struct peer_link link;
	struct peer_credentials who;
	enum peer_role role;
	bool closing, state_due, ended;

	struct parcels out, in;
	struct parcel *handed; /* given to the listener last */
	struct arrival *arrival;

	int64_t heard_ms; /* boot clock */
	int64_t charged_ms;
	uint32_t tokens_milli;
	struct ring at_heard; /* house.silent or house.unheard */

	/* in a meeting */
	struct live *live;
	struct ring at_live;
	uint16_t entry; /* 0: the consultant's seat */

	/* of staff */
	int64_t user, expires_ms;
	struct circle *circle;
	struct ring at_circle;
	char name[LIMIT_NAME + 1];
};

/* -- the house --------------------------------------------------------------------- */
struct house {
	struct house_parts parts;
	struct meeting_rules rules;
	struct key_slots *keys;
	struct switchboard *board; /* the telephone gateway */
	struct live *lives[HOUSE_BUCKETS];
	struct circle *circles[CIRCLE_BUCKETS];
	struct ring dirty;   /* lives to flush at the end of this turn */
	struct ring gone;    /* lives to free at the end of this turn */
	struct ring unheard; /* peers before hello, oldest first */
	struct ring silent;  /* peers after it, longest silent first */
	struct live **heap;  /* by due_ms */
	size_t heap_n, heap_cap;
	int64_t offset_ms; /* UTC = boot clock + this; never moves back */
	int64_t armed_ms, scout_ms;
	bool scouting, stopping;
	struct house_figures figures;
	uint8_t scratch[SCRATCH_BYTES];
	uint8_t filtered[2 * LIMIT_SDP];
};

/* house.c */
int64_t house_now(const struct house *h); /* UTC that does not run backwards */
struct circle *house_circle(struct house *h, const char *team, int64_t user);
void house_mark(struct live *l); /* flush it at the end of the turn */
void house_rearm(struct house *h);

/* timeline.c: the heap of deadlines */
must_check int timeline_put(struct house *h, struct live *l, int64_t due_ms);
void timeline_drop(struct house *h, struct live *l);
struct live *timeline_first(const struct house *h);

/* scout.c */
void scout_send(struct house *h, bool all);

/* live.c: the table */
struct live *live_find(const struct house *h, int64_t meeting);
struct live *live_new(struct house *h, int64_t meeting);
/* The row as it is now: owner, team, time, form; and what follows from it. */
void live_set_booking(struct live *l, const struct booking *row);
struct meeting_booking live_take_row(struct live *l, const struct booking *row);
void live_follow_row(
	struct live *l, const struct booking *row, const struct meeting_booking *booking);
const struct meeting_keys *live_keys(const struct live *l);
bool live_is_idle(const struct live *l);
/* Out of sight at once; the memory goes at the end of the turn, so that whoever brought
 * the event that led here can still see that it is gone. Twice is fine. */
void live_let_go(struct live *l);
void live_free(struct live *l);
void live_follow(struct live *l); /* its deadline, after a step */

/* load.c */
struct wait {
	struct ring at;
	/* result: 0, HOUSE_E_NONE, _BUSY, _NOT_RECORDED or a fault; l is NULL unless 0.
	 */
	void (*done)(struct wait *w, int result, struct live *l);
};
/* Calls w->done now or once the meeting is loaded. actor as in struct vault_use. */
void live_touch(struct house *h, int64_t meeting, int64_t actor, struct wait *w);
void live_answer_waits(struct live *l, int result);

/* save.c */
struct saved_wait {
	struct ring at;
	void (*done)(struct saved_wait *w, int result);
};
void live_save(struct live *l);
void live_pack(const struct live *l, struct writer *w);
must_check bool live_unpack(
	struct live *l, struct bytes plain, const struct meeting_booking *booking);

/* effects.c */
/* One event of the rules and everything that follows. from and m: who brought it, NULL
 * for the clock and HTTP. entry: gets the entry of REDEEM; may be NULL. The result is
 * meeting_step()'s. */
struct bringer {
	struct peer *from;
	const struct message *message;
	uint16_t entry;
};
int live_step(struct live *l, const struct meeting_event *e, struct bringer *by);
/* Queues one event. What cannot be queued is counted; whoever talks, talks on. */
void house_note(const struct house *h, const struct audit_event *event);
struct peer *live_peer(const struct live *l, uint16_t entry);

/* hello.c */
void peer_arrive(struct peer *p, const struct message *m); /* hello, enter, late */
void peer_arrival_drop(struct peer *p);
void peer_leave(struct peer *p); /* out of its meeting; the rules were told */

/* peer.c */
void peer_close(struct peer *p, enum close_code why);
void peer_send(struct peer *p, const struct jout *o);
void peer_send_state(struct peer *p); /* when due */
void peer_refused(struct peer *p, enum message_type of, const char *code);
void peer_drain(struct peer *p);         /* what came in while something loaded */
struct jout house_jout(struct house *h); /* into the scratch buffer */

/* stay.c */
void peer_stay(struct peer *p); /* of staff: a talk carries the sign-in on */

/* view.c */
void view_state(const struct peer *p, struct jout *o);
void view_live(const struct live *l, struct jout *o, const char *key);
void view_card(const struct live *l, enum meeting_alert alert, struct jout *o);
void view_ended(const struct peer *p, struct jout *o);
void view_summary(const struct live *l, struct jout *o, const char *key);
void view_receipt(const struct live *l, char ret[RECEIPT_TEXT]);

/* ice.c */
bool ice_is_relay_only(const struct house *h);
void ice_write_servers(struct house *h, struct jout *o);
void ice_write_start(
	struct house *h, const struct live *l, const char *role, struct jout *o);
void ice_push_turn(struct live *l);
