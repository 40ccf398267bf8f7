/* SPDX-License-Identifier: MPL-2.0
 *
 * The rules of a meeting: time and events in, effects out. No clock, socket, database,
 * lock or allocation; whoever embeds a struct meeting owns all of it. The promise kept
 * here: nothing of a talk reaches, and nothing is taken from, a device that the
 * consultant has not admitted, whatever comes in and in which order.
 *
 * Seats: `entry` 1… is one device of the citizen, a browser or a telephone that called
 * in; entry 0 is the consultant. At most one browser and one telephone are admitted, and
 * both are the same seat. Times are
 * UTC milliseconds that must not run backwards (boot clock plus an offset taken once); an
 * earlier time counts as the latest one seen.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/base/limits.h"
#include "samtale/meeting/words.h"

#include <stdbool.h>
#include <stdint.h>

#define MEETING_DEVICE_LEN      32
#define MEETING_FINGERPRINT_LEN 32
#define MEETING_GRACE_MS        3000 /* `here` outlives a connection so long */
/* A page reports dead media after 3 s of them, so this offers the call 6 s after the cut.
 */
#define MEETING_DEAD_MS        3000
#define MEETING_RESTART_GAP_MS 4000 /* between two new epochs asked for by `broken` */
#define MEETING_OVERTIME_MS    (20 * 60 * 1000) /* nobody talks past the end: ask */
#define MEETING_HELD_MS        (60 * 1000) /* talked so long: no longer `technical` */
#define MEETING_JOIN_MS        (10 * 1000) /* a gap so short does not split an interval */
#define MEETING_NEVER          INT64_MAX   /* no deadline */
/* Back to video by way of a trunk call: both browsers must bring media within so long. */
#define MEETING_RETURN_MS (20 * 1000)
/* A call that nobody has confirmed, and nobody of ours is there to hear it. */
#define MEETING_ALONE_MS (20 * 1000)
/* After a restart a leg must be reported as standing within so long; as the gateway. */
#define MEETING_STANDING_MS (60 * 1000)

/* -- state ------------------------------------------------------------------------- */
struct meeting_rules { /* from the settings; borrowed by every meeting, may change */
	int64_t open_before_ms, open_after_ms;
	int64_t not_come_ms, no_show_ms, abandoned_ms;
	int64_t auto_call_ms; /* phone.auto_call_seconds; 0: never by itself */
	bool confirm_key;     /* phone.confirm = key */
	bool hide_number;     /* phone.caller_id = hidden */
	bool trunk; /* calls can be placed now; TRUNK tells each meeting that it changed
		     */
};

struct meeting_booking { /* what the store knows; never packed, handed in at load */
	uint64_t owner;  /* user id */
	int64_t starts_ms;
	uint32_t minutes;
	enum meeting_form form; /* VIDEO or PHONE */
	enum meeting_way way;
	bool has_phone; /* a number is on file */
	bool own_phone; /* the owner's own number is on file */
	bool pin;       /* the link asks for the PIN */
};

struct meeting_side { /* one end of the talk */
	bool connected;
	bool here;       /* connected, or gone for less than the grace */
	int64_t gone_ms; /* when the connection was last lost */
	uint32_t held;   /* epoch of the media connection that it still holds */
	bool reported;   /* what follows was reported in this epoch */
	bool picture, mic, share;
	enum meeting_rung rung;
	enum meeting_health health;
};

struct meeting_entry { /* one device of the citizen; number 0: free */
	uint16_t number;
	uint8_t device[MEETING_DEVICE_LEN];
	enum meeting_place place;
	enum meeting_via via;
	uint8_t level;    /* identity level 0–2 */
	int64_t since_ms; /* when it came in */
	enum meeting_progress progress;
	bool hidden;
	bool announced; /* its arrival was alerted */
	struct meeting_side side;
};

enum meeting_given { MEETING_GIVEN_NONE, MEETING_GIVEN_PENDING, MEETING_GIVEN_ACCEPTED };

/* The legs at the gateway. A progress is NONE exactly when there is no such leg. */
struct meeting_lines {
	enum meeting_line citizen, own;
	enum meeting_reason reason; /* why the last call ended or was not placed */
	enum meeting_call before;   /* call state that a call not placed goes back to */
	bool drew;                  /* the call drew the two digits */
	bool by_key;                /* the citizen's telephone asks for a key */
	bool muted, held;           /* by the consultant; of the telephone in the talk */
	bool by_caller, hand;       /* by *6 and *1 */
	bool quiet;            /* not by itself again before media or a wish came back */
	uint8_t unsure;        /* 1 << enum meeting_leg: loaded, not known to stand */
	uint32_t line;         /* that the consultant's browser must hold, 0: none */
	uint32_t last;         /* line number given last */
	int64_t line_after_ms; /* no new line before that */
	int64_t offer_ms;      /* since when the call is offered, 0: it is not */
	int64_t alone_ms;      /* since when an unconfirmed call has nobody, 0: it has */
	int64_t unsure_ms;     /* since when the gateway is asked, 0: not yet */
	int64_t return_ms; /* since when video is tried beside the call, 0: it is not */
};

struct meeting_hand_off { /* the telephone */
	enum meeting_call state;
	enum meeting_call_from from;
	uint8_t digits; /* 0–99, meaningful while has_digits */
	bool has_digits;
	bool answered;
	bool asked_ever; /* the citizen pressed *Ring til mig* at least once */
	bool video_asked;
	uint8_t attempts;
	enum meeting_given given; /* a number of the citizen's own; itself never here */
	uint8_t level;            /* of the phone leg while it alone has the seat */
	bool stated; /* minutes of a call by hand are among those of the telephone */
	struct meeting_lines lines;
};

struct meeting_interval {
	int64_t from_ms, to_ms; /* to_ms of the running one: 0 */
	enum meeting_form form; /* measured, but PHONE of a call by hand: stated */
};

struct meeting {
	const struct meeting_rules *rules;
	struct meeting_booking booking;
	int64_t now_ms; /* latest time seen */
	enum meeting_phase phase;
	enum meeting_outcome outcome;
	int64_t started_ms, ended_ms; /* 0: not yet */
	int64_t idle_ms; /* since when nobody talks; 0: they do, or never did */
	uint8_t late_minutes;
	uint8_t level; /* highest level of whoever was let in */

	uint16_t next_entry;
	struct meeting_entry entries[LIMIT_ENTRIES];
	bool bound; /* to this device belongs the seat: the first, then the admitted */
	uint8_t bound_device[MEETING_DEVICE_LEN];
	bool came; /* a device of the citizen was here at least once */
	enum meeting_progress last_progress;
	int64_t last_seen_ms; /* 0: never */

	uint64_t user; /* the consultant in the seat, 0: nobody */
	bool entered;  /* a consultant was in the seat at least once */
	struct meeting_side consultant;

	uint32_t epoch;      /* 0: none yet; never gets smaller */
	uint16_t epoch_with; /* the entry that it was begun with, 0: it lost the seat */
	bool paired;         /* both sides were told this epoch and are connected */
	int64_t epoch_ms;    /* when it began */
	bool restart_due;    /* a new epoch was asked for too soon after the last */
	uint8_t answers_due;
	uint8_t sas_step; /* steps of this epoch that passed; MEETING_SAS_LOST: unknown */
	bool sas_show, sas_confirmed;
	bool sas_has_confirmed; /* these two certificates were confirmed */
	uint8_t sas_seen[2][MEETING_FINGERPRINT_LEN]; /* citizen's, consultant's */
	uint8_t sas_known[2][MEETING_FINGERPRINT_LEN];

	enum meeting_form form;
	int64_t form_ms;  /* since when; the running interval begins there */
	int64_t dead_ms;  /* since when a side reports dead media, 0: none does */
	int64_t doubt_ms; /* since when nobody can tell whether media flows, 0: it does */
	int64_t total_ms[MEETING_FORM_COUNT]; /* closed intervals */
	uint8_t intervals;
	struct meeting_interval interval[LIMIT_INTERVALS]; /* the first so many */

	struct meeting_hand_off call;
};
#define MEETING_SAS_DONE 3
#define MEETING_SAS_LOST 4 /* loaded in the middle: this epoch's code may be unusable */

/* A booking that nobody has used yet. rules: borrowed for the meeting's life. */
void meeting_init(struct meeting *m, const struct meeting_rules *rules,
	const struct meeting_booking *booking, int64_t now_ms);

/* -- events ------------------------------------------------------------------------ */
struct meeting_event {
	enum meeting_event_kind kind;
	/* Who sends (DISCONNECT … VIDEO from a citizen) or whom it is about (FORGET,
	 * CONNECT, ADMIT, REMOVE, LINE and LINE_KEY of a GUEST). 0 in SIGNAL, SAS,
	 * BROKEN, MEDIA, VIDEO: the consultant. */
	uint16_t entry;
	union {
		struct meeting_booking booking; /* BOOKING: edited, moved, other owner */
		struct {
			uint8_t device[MEETING_DEVICE_LEN];
			enum meeting_via via;
		} redeem;
		struct {
			bool cancel;
			bool gave; /* with a number of the citizen's own */
		} call_me;
		uint8_t late; /* minutes */
		struct {
			uint8_t device[MEETING_DEVICE_LEN];
			uint32_t epoch;
		} connect;                      /* a citizen's hello */
		enum meeting_progress progress; /* STEP */
		bool hidden;
		struct {
			uint64_t user; /* not 0 */
			uint32_t epoch;
			uint32_t line; /* whose connection is still held, 0: none */
		} enter;
		struct {
			uint32_t epoch;
			enum meeting_signal kind;
		} signal;
		struct {
			uint32_t epoch;
			uint8_t step;
			uint8_t fp[MEETING_FINGERPRINT_LEN]; /* of steps 2 and 3 */
		} sas;
		bool sas_show;
		uint32_t sas_ok; /* epoch */
		struct {
			uint32_t epoch;
			enum meeting_break why;
		} broken;
		struct {
			uint32_t epoch;
			bool picture, mic, share;
			enum meeting_rung rung;
			enum meeting_health health;
		} media;
		struct {
			enum meeting_phone event;
			enum meeting_call_from from; /* of OPEN, not NONE */
			uint8_t digits;              /* of OPEN, DIAL: random, 0–99 */
			enum meeting_dial_to to;     /* of DIAL */
			bool on;                     /* of MUTE, HOLD */
		} phone;
		enum meeting_outcome outcome; /* END, ADMIN_END */
		struct {
			/* Of the gateway, else only rules.trunk changed. died: with all
			 * its legs. lost: the link is gone, LINE and LINE_SYNC will tell.
			 */
			bool died, lost;
		} trunk;
		/* What became of a leg. progress NONE: it is gone, for that reason; of a
		 * GUEST: ANSWERED in the lobby, TALKING in the talk. After a restart of
		 * either process once for each leg that stands, then LINE_SYNC. Only of
		 * the leg that the last DIAL, LINE_START or CALL_IN made. Refused with
		 * NO_CALL, ENTRY_GONE or ALREADY_ENDED: the rules know no such leg, hang
		 * it up. */
		struct {
			enum meeting_leg leg;
			enum meeting_line progress;
			enum meeting_reason reason;
		} line;
		struct {
			enum meeting_leg leg; /* CITIZEN, OWN, GUEST */
			enum meeting_key key;
			bool on; /* of MUTE, HAND */
		} line_key;
		uint32_t line_broken; /* line; another than the present is dropped */
		struct {
			/* Random, and from then on the name of this leg: it finds the
			 * entry again, see meeting_entry_of_device(). */
			uint8_t device[MEETING_DEVICE_LEN];
			bool known; /* by its number alone */
		} call_in;
	};
};

/* -- effects ----------------------------------------------------------------------- */
enum meeting_effect_kind {
	MEETING_FX_CLOSE, /* close the connection in seat `entry`; number: meeting_close
			   */
	MEETING_FX_LEAVE, /* the staff connection in the seat leaves it and stays open */
	MEETING_FX_SEAT, /* the connection that brought this event has seat `entry` now */
	MEETING_FX_START,  /* tell both; number: epoch; entry: the admitted one */
	MEETING_FX_KEEP,   /* tell both; number: epoch; entry: the admitted one */
	MEETING_FX_RELAY,  /* pass this event's message on to seat `entry` */
	MEETING_FX_STATE,  /* send `state` to seat `entry` */
	MEETING_FX_ENDED,  /* send `ended` to seat `entry` */
	MEETING_FX_CARD,   /* send `card` to staff who see it; number: meeting_alert */
	MEETING_FX_RECORD, /* put on record; number: see meeting.def; what: meeting_record
			    */
	/* Orders to the gateway, carried out by the switchboard. */
	MEETING_FX_DIAL,    /* number: MEETING_DIAL_… flags; what comes of it: LINE */
	MEETING_FX_HANG_UP, /* number: meeting_leg; entry: of a GUEST. No LINE follows */
	MEETING_FX_CONFIRM, /* the CITIZEN's leg joins the talk */
	MEETING_FX_ADMIT_LINE, /* GUEST `entry` joins the talk */
	MEETING_FX_MUTE_LINE,  /* entry: the GUEST, 0: CITIZEN; number: 1 on, 0 off */
	MEETING_FX_HOLD_LINE,  /* the same */
	MEETING_FX_LINE_START, /* tell seat 0 `line_start`; number: line */
	MEETING_FX_CLOSE_LINES /* the meeting is over: end all legs */
};
#define MEETING_DIAL_OWN 1 /* the consultant's own telephone, else the citizen's */
#define MEETING_DIAL_KEY 2 /* confirmed by a key, else by the consultant */

#define MEETING_EFFECTS_MAX 40

struct meeting_effect {
	enum meeting_effect_kind kind;
	uint16_t entry; /* 0: the consultant's seat */
	enum meeting_record what;
	uint32_t number;
};

struct meeting_effects { /* in the order to be carried out */
	bool save;       /* pack and store before anything of the list is sent */
	uint16_t entry;  /* REDEEM, CALL_IN: the device's entry */
	unsigned count;
	struct meeting_effect list[MEETING_EFFECTS_MAX];
};

/* Lets the time up to now_ms take its course, then the event. *ret_fx is always filled:
 * time has effects even when the event is refused. Outcome: MEETING_E_…; the event itself
 * changed nothing then. 0 with no RELAY for SIGNAL and SAS: stale, dropped in silence.
 *
 * The caller keeps one connection per seat at most. It sends DISCONNECT or LOST only for
 * the connection that is in the seat when it dies, not for one closed by an effect. */
must_check int meeting_step(struct meeting *m, const struct meeting_event *e,
	int64_t now_ms, struct meeting_effects *ret_fx);

/* When the next TICK must come at the latest; MEETING_NEVER: no need. */
int64_t meeting_next_deadline(const struct meeting *m);

/* -- views ------------------------------------------------------------------------- */
struct meeting_view {
	enum meeting_when when; /* of the link */
	uint32_t outcomes;      /* 1 << enum meeting_outcome: what `end` may choose */
	uint16_t admitted;      /* entry number of the browser, 0: none */
	uint16_t phone;         /* of the telephone that called in and was admitted, 0 */
	uint8_t level;          /* of whoever has the seat, 0 when nobody */
	bool not_come, offer_call, overtime;
	int64_t auto_at_ms; /* when the call is placed by itself, 0: never */
	bool stated;        /* some of the telephone's minutes are stated */
	int64_t total_ms[MEETING_FORM_COUNT]; /* the running interval included */
	uint32_t minutes[MEETING_FORM_COUNT]; /* the same, rounded */
};

/* What the snapshots need beyond the fields of m, at now_ms (at least m->now_ms). */
void meeting_look(const struct meeting *m, int64_t now_ms, struct meeting_view *ret);
/* NULL when there is no such entry (any more). */
const struct meeting_entry *meeting_entry_at(const struct meeting *m, uint16_t number);
const struct meeting_entry *meeting_entry_of_device(
	const struct meeting *m, const uint8_t device[MEETING_DEVICE_LEN]);
enum meeting_kind meeting_entry_kind(const struct meeting_entry *entry);
/* The seat belongs to another device. Never of a telephone. */
bool meeting_entry_is_new_device(
	const struct meeting *m, const struct meeting_entry *entry);
/* The admitted browser or NULL; the admitted telephone that called in or NULL. */
const struct meeting_entry *meeting_admitted(const struct meeting *m);
const struct meeting_entry *meeting_admitted_phone(const struct meeting *m);
/* How far the call that `state.call.progress` shows has come. */
enum meeting_line meeting_line_progress(const struct meeting *m);
int64_t meeting_planned_end_ms(const struct meeting *m);

/* -- persistence ------------------------------------------------------------------- */
#define MEETING_PACK_MAX 2048

/* Everything but the booking and the connections. Seal it: it holds hashes of devices. */
void meeting_pack(const struct meeting *m, struct writer *w);
/* Consumes a whole pack; everybody is away afterwards. Outcome: false, *ret untouched,
 * for anything that meeting_pack() of this version or of version 1, which knew no trunk,
 * would not have written. Legs are unsure then until LINE says that they stand. */
must_check bool meeting_unpack(struct reader *r, const struct meeting_rules *rules,
	const struct meeting_booking *booking, struct meeting *ret);
