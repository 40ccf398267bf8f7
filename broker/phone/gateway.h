/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the gateway itself: its rooms and parties, the trunk, the way to
 * the broker and to the parent. One thread, one loop (libre's), two timers: the 20 ms
 * tick that runs while some room is mixed, and a slow one that runs always.
 */
#pragma once

#include "browser.h"
#include "dial_in.h"
#include "outgoing.h"
#include "stars.h"
#include "talk.h"
#include "trunk.h"
#include "wire.h"

#include "samtale/base/callable.h"
#include "samtale/base/clock.h"
#include "samtale/base/settings.h"
#include "samtale/link/phone.h"

#define GATEWAY_STAY_MS (60 * MS_SECOND) /* calls outlive their link for so long */
#define GATEWAY_STOP_MS (2500)           /* everything is hung up within */

struct gateway;
struct ticker;

struct room {
	struct room *next;
	struct talk talk;
};

enum party_kind { PARTY_BROWSER, PARTY_OUTGOING, PARTY_INCOMING };

/* Somebody at a browser or a telephone: a leg with its port and its rules. */
struct party {
	struct party *next;
	struct gateway *gateway;
	enum party_kind kind;
	uint32_t id;
	uint64_t room_id; /* what the broker calls it; a lobby's, while in none */
	struct leg leg;
	struct browser *browser; /* one of them */
	struct call *call;
	struct outgoing outgoing;
	struct dial_in dial_in;
	char number[LIMIT_PHONE + 1]; /* of somebody who calls and is in no lobby yet */
	struct stars stars;
	int64_t keys_until_ms; /* what its keys take when nobody hurries */
	enum phone_progress progress;
	bool own_phone, english, hand;
	bool has_events; /* keys come by RFC 4733; others would be double */
	bool speaks;     /* sentences run, the rules wait for their end */
	bool media_told; /* MEDIA said ON */
	bool is_leaving; /* its last words run */
	int64_t leave_by_ms;
};

struct gateway {
	const struct settings *settings;
	struct callable callable;
	struct prompts *prompts;
	struct browsers *browsers;
	struct trunk *trunk; /* NULL: none is configured */
	enum phone_trunk trunk_state;
	enum phone_cause trunk_why;
	struct wire *wire; /* NULL: no link now */
	int parent_fd;
	struct room *rooms;
	struct party *parties;
	struct ticker *ticker;
	uint32_t last_incoming; /* number of the last leg that we named */
	int64_t link_lost_ms;   /* 0: there is a link, or there never was one */
	int64_t stop_by_ms;     /* 0: not stopping */
	int64_t beat_every_ms, beat_at_ms;
};

/* -- gateway.c --------------------------------------------------------------------- */
struct gateway_parts {
	const struct settings *settings;
	struct prompts *prompts; /* owned from now on, also when it fails */
	struct bytes password;   /* of the trunk; borrowed for the call */
	int parent_fd;
};
/* Opens every port. Faults; GATEWAY_E_SETTINGS: *ret_sentence says what is wrong. */
#define GATEWAY_E_SETTINGS 1
must_check int gateway_new(struct gateway **ret, const struct gateway_parts *parts,
	const char **ret_sentence);
struct gateway *gateway_free(struct gateway *g);
/* Says ready and serves until gateway_stop(). Faults. */
must_check int gateway_run(struct gateway *g);
/* Hangs up everything; the loop ends when all is said, or after GATEWAY_STOP_MS. */
void gateway_stop(struct gateway *g);
uint16_t gateway_sip_port(const struct gateway *g); /* 0: no trunk */
/* Something changed that may decide whether a room is mixed. */
void gateway_stir(struct gateway *g);

struct party *gateway_party(struct gateway *g, uint32_t id); /* NULL: no such leg */
unsigned gateway_calls(const struct gateway *g);             /* telephones now */
/* Into the room, out of the one it was in. Outcome TALK_E_FULL: into a room alone. */
must_check int gateway_seat(struct party *p, uint64_t room_id);
void gateway_unseat(struct party *p);

/* -- party.c ----------------------------------------------------------------------- */
/* All report ENDED themselves when nothing comes of it. */
struct dial_order {
	uint32_t leg;
	uint64_t room;
	enum phone_confirm confirm;
	uint8_t flags;
	uint32_t ring_s;
	struct bytes number, time;
};
void party_dial(struct gateway *g, const struct dial_order *order);
void party_browse(
	struct gateway *g, uint32_t leg, uint64_t room, bool owner, struct bytes offer);
void party_incoming(struct gateway *g, struct call *c, struct bytes number);
/* Ends the port, reports ENDED, frees. tell: what the far end is told. */
struct party *party_end(
	struct party *p, enum phone_cause reported, enum phone_cause tell);
/* The same after a last sentence, where there is somebody to hear it. */
void party_leave(struct party *p, enum prompt words);
/* To a telephone; to a browser nothing. In the party's language, or in the one named. */
void party_say(struct party *p, enum prompt what);
void party_say_in(struct party *p, enum prompt what, bool english);
void party_admit(struct party *p, uint64_t room_id);
/* After a tick: tells the rules when all was said. May end p. */
void party_heard(struct party *p, int64_t now_ms);
/* Ten times a second. May end p. */
void party_step(struct party *p, int64_t now_ms);

/* -- orders.c ---------------------------------------------------------------------- */
/* False: not an order; the link is to be closed. */
must_check bool orders_obey(struct gateway *g, const struct frame *f);

/* -- reports.c --------------------------------------------------------------------- */
/* Dropped while there is no link: STANDING says how it is when one comes. */
void reports_send(struct gateway *g, const struct phone_message *m);
void reports_begin(struct gateway *g); /* HELLO … SYNCED, TRUNK, on a fresh link */
void reports_trunk(struct gateway *g);
void reports_incoming(struct party *p);
void reports_progress(struct party *p, enum phone_progress progress);
void reports_ended(struct party *p, enum phone_cause why);
void reports_key(struct party *p, enum phone_key key, bool on);
void reports_media(struct party *p, bool on);
void reports_digits(struct party *p, struct bytes number, struct bytes pin, unsigned try);
