/* SPDX-License-Identifier: MPL-2.0
 *
 * The house: every meeting that has something live, in memory, and the peers in them. It
 * loads a meeting when it is first touched (row, live record, keys), feeds its pure rules
 * with events, carries out their effects and saves the record. What a restart finds in
 * the store is what the house takes up again.
 *
 * It records (audit) what happens to a meeting by a peer's or a citizen's hand; api
 * records what staff read and change by HTTP.
 *
 * All calls on the loop's thread. "done" functions come later or before the call returns;
 * they come exactly once, also when the house closes (then with HOUSE_E_BUSY).
 */
#pragma once

#include "samtale/session/json.h"
#include "samtale/session/message.h"
#include "samtale/session/peer.h"
#include "samtale/store/meeting.h"

struct audit;
struct desk;
struct secret;
struct settings;

/* arm: call house_tick() at or soon after that boot time; INT64_MAX: never mind. */
struct house_clock {
	void *arg;
	void (*arm)(void *arg, int64_t boot_ms);
};

struct house_parts { /* all borrowed; must outlive the house */
	struct desk *desk;
	struct vault *vault;
	const struct node_key *node;
	struct audit *audit;
	const struct settings *settings;
	const struct secret *turn_secret; /* NULL: no TURN server */
	const char *build;                /* of the pages that are compiled in */
	struct house_clock clock;
};

/* Faults: -ENOMEM. */
must_check int house_new(struct house **ret, const struct house_parts *parts);
/* Every peer must be closed and the desk freed (it answers what was still queued). */
struct house *house_free(struct house *h);
DEFINE_FREEP(struct house, house_free, house_freep)

/* Takes up the meetings that a former process left running; call once after start. */
void house_recover(struct house *h);
/* The armed time has come. */
void house_tick(struct house *h);
/* Once per turn of the loop, before it waits: sends what became dirty in this turn,
 * queues the saves. Cheap when nothing happened. */
void house_flush(struct house *h);
/* After SIGHUP; turn_secret may be NULL. Both borrowed as in house_parts. */
void house_set_settings(
	struct house *h, const struct settings *s, const struct secret *turn_secret);
/* Graceful stop: fresh TURN credentials to talks, saves, then every peer is closed with
 * 4005. Free the desk afterwards (it finishes), then the house. */
void house_stop(struct house *h);

/* -- answers to api ---------------------------------------------------------------- */

enum house_result {        /* 0: done; < 0: a fault */
	HOUSE_E_NONE = 1,  /* no such meeting or seat, cancelled, or not this device's */
	HOUSE_E_EARLY,     /* the link opens later */
	HOUSE_E_OVER,      /* the link's window or the meeting is over */
	HOUSE_E_FULL,      /* LIMIT_ENTRIES devices are in the lobby */
	HOUSE_E_NO_NUMBER, /* no number on file and none given */
	HOUSE_E_PIN,       /* the booking asks for a PIN and with_pin is not set */
	HOUSE_E_BUSY,      /* queue full or stopping: 503 */
	HOUSE_E_NOT_RECORDED, /* the vault keeps the keys: their use is not on record */
};

/* -- citizens' HTTP ---------------------------------------------------------------- */

/* What is live of a meeting; from memory, else from its row. */
struct house_glance {
	enum booking_state phase;
	int64_t starts_ms, ended_ms;
	unsigned late_minutes;
	bool call_asked;
	bool given; /* the number to call was given by the citizen */
};
void house_glance(struct house *h, const struct booking *row, struct house_glance *ret);

struct house_redeem {
	int64_t meeting;
	struct token_hash device;
	bool by_digits; /* meeting number and PIN from the guide instead of the link */
	bool with_pin;  /* the PIN was asked for and right */
};
/* seat: "" unless result is 0. The seat is durable when this comes. Results: 0, E_NONE,
 * E_EARLY, E_OVER, E_FULL, E_PIN, E_BUSY, a fault. A device that has an entry gets the
 * same. */
typedef void (*house_redeemed_fn)(void *arg, int result, const char *seat);
void house_redeem(struct house *h, const struct house_redeem *ask, house_redeemed_fn done,
	void *arg);

/* Is that seat this device's? row: the booking as it is now, borrowed for the call; NULL
 * unless result is 0. Results: 0, E_NONE, E_BUSY, a fault. */
typedef void (*house_seat_fn)(
	void *arg, int result, const struct booking *row, unsigned entry);
void house_seat_find(struct house *h, struct bytes seat, const struct token_hash *device,
	house_seat_fn done, void *arg);

struct house_call {
	int64_t meeting;
	unsigned entry; /* 0: came by link, not by seat */
	bool cancel;
	char phone[LIMIT_PHONE +
		   1]; /* given by the citizen, checked, "+4512345678"; or "" */
};
struct house_called {
	char last2[3]; /* of the number that will be called */
	bool given, asked;
};
/* Results: 0, E_NONE, E_OVER, E_NO_NUMBER, E_BUSY, a fault. ret is NULL unless 0. */
typedef void (*house_called_fn)(void *arg, int result, const struct house_called *ret);
void house_call_me(
	struct house *h, const struct house_call *ask, house_called_fn done, void *arg);

/* Unbinds this device from every seat of meetings in memory that are not in a talk. */
void house_forget_device(struct house *h, const struct token_hash *device);

/* -- staff's HTTP: tell the house what was saved ----------------------------------- */

/* A booking was made, edited or moved; row is as saved now. Sends day_changed to staff,
 * the new time to the citizen's page. */
void house_booking_changed(struct house *h, const struct booking *row);
/* row is saved as ended and cancelled already. Look at house_glance() first: once
 * somebody was admitted (live, paused) a cancellation is refused and the row is put right
 * again. */
void house_cancelled(struct house *h, const struct booking *row);
/* row is saved as booked again. The cancellation is taken out of the statistics. */
void house_restored(struct house *h, const struct booking *row);
/* A new link: who still waits in the lobby leaves it (4003); an admitted seat stays. */
void house_new_link(struct house *h, const struct booking *row);
/* Take-over, hand-over. A consultant who is in the meeting stays until the new one
 * enters. */
void house_owner_changed(
	struct house *h, const struct booking *row, int64_t former_owner);
/* Sign-out, disabled or reset account: connections end with 4006. */
void house_signed_out(struct house *h, const struct token_hash *session);
void house_user_gone(struct house *h, int64_t user);
/* Is a connection of that sign-in in a meeting? Then it is neither locked nor ended.
 * Looks at every connection: for the rare case alone. */
bool house_is_talking(const struct house *h, const struct token_hash *session);

/* Writes "live": {...} of a card into an open object. */
void house_live_write(struct house *h, const struct booking *row, struct jout *o);
/* The summary of an ended meeting as in docs/protocol.md 3, one JSON object, borrowed for
 * the call. Results: 0, E_NONE (not ended, or its record is gone), E_BUSY, a fault. */
typedef void (*house_summary_fn)(void *arg, int result, struct bytes json);
void house_summary(
	struct house *h, int64_t meeting, int64_t user, house_summary_fn done, void *arg);

/* -- administration ---------------------------------------------------------------- */

typedef void (*house_done_fn)(void *arg, int result);
/* Ends a meeting as `unfinished`. Results: 0, E_NONE, E_OVER, E_BUSY, a fault. */
void house_end(struct house *h, int64_t meeting, house_done_fn done, void *arg);

/* ICE servers with a fresh credential, for *Tjek min computer*: writes "servers": [...]
 * and "policy". */
void house_servers_write(struct house *h, struct jout *o);

/* A caller waits to be called back, or does no more: staff of that team, of all when it
 * is
 * "", fetch the day again. */
void house_call_backs_changed(struct house *h, const char *team);

/* Counters of wrong digits and the like, shared by all doors; lives with the house. */
struct throttle;
struct throttle *house_throttle(struct house *h);

struct house_figures { /* for metrics and tests; no ids */
	unsigned meetings, talks, peers, citizens, staff;
	uint64_t messages, relayed, saves;
};
void house_figures(const struct house *h, struct house_figures *ret);
