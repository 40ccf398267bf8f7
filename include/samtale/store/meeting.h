/* SPDX-License-Identifier: MPL-2.0
 *
 * Bookings: who meets when, in which form. What could name the citizen is sealed under
 * the meeting's own keys before it comes here.
 */
#pragma once

#include "samtale/base/limits.h"
#include "samtale/store/store.h"
#include "samtale/vault/seal.h"
#include "samtale/vault/token.h"

/* Numbers are stored: never change one. */
enum booking_form { BOOKING_VIDEO = 1, BOOKING_PHONE = 2 };
enum booking_choice { CHOSEN_BY_CITIZEN = 1, CHOSEN_BY_AUTHORITY = 2 };
enum booking_state {
	BOOKING_BOOKED = 1,
	BOOKING_OPEN = 2,
	BOOKING_LIVE = 3,
	BOOKING_PAUSED = 4,
	BOOKING_ENDED = 5
};
enum booking_outcome {
	BOOKING_NO_OUTCOME = 0,
	BOOKING_HELD = 1,
	BOOKING_NO_SHOW = 2,
	BOOKING_NOT_REACHED = 3,
	BOOKING_CANCELLED = 4,
	BOOKING_TECHNICAL = 5,
	BOOKING_CONSULTANT_ABSENT = 6,
	BOOKING_UNFINISHED = 7
};

struct booking {
	int64_t id;      /* random_id(), given by the caller: fields are sealed to it */
	int64_t version; /* as read; update checks and raises it */
	uint32_t number; /* meeting_number_random() */
	int64_t owner;   /* user id */
	char team[LIMIT_TEAM + 1];
	int64_t starts_ms;
	uint32_t minutes;
	uint8_t form, chosen_by, state, outcome; /* enums above */
	char language[8];                        /* "da", "en" */
	bool pin_required;
	bool phone_by_citizen;               /* the number was given by the citizen */
	char contact_phone[LIMIT_PHONE + 1]; /* to call when all else fails; "" = next */
	struct sealed label, phone, way;     /* ck */
	struct sealed case_ref;              /* mk */
	bool has_case;
	struct token_hash case_tag;
	bool has_link;          /* false once contact data is gone */
	struct token_hash link; /* TOKEN_LINK */
	struct token_hash pin;  /* pin_hash() */
	uint32_t link_generation;
	bool contact_gone; /* ck destroyed */
	bool record_gone;  /* mk destroyed */
	int64_t created_ms, changed_ms;
	int64_t started_ms, ended_ms; /* 0: not yet */
	bool has_phone_tag;
	struct token_hash phone_tag; /* of the number in `phone`; goes with it */
};
STORE_LIST(booking);

/* When it is over: its real end, or the planned one while it has none. Deadlines run
 * from here. */
static inline int64_t booking_over_ms(const struct booking *b)
{
	return b->state == BOOKING_ENDED && b->ended_ms > 0
		       ? b->ended_ms
		       : b->starts_ms + (int64_t)b->minutes * 60000;
}

struct booking_span { /* starts in from_ms <= t < to_ms */
	int64_t from_ms, to_ms;
	int64_t owner;    /* 0: any */
	const char *team; /* NULL: any */
};

struct booking_caller { /* whose telephone rings us? */
	struct token_hash tag;
	int64_t from_ms, to_ms; /* meetings that start in from_ms <= t < to_ms */
	int64_t tried_ms;       /* and those that we called since */
};

struct meeting_questions {
	/* Outcome: STORE_E_TAKEN (id, number, link). Sets version. */
	int (*insert)(struct store *s, struct booking *b);
	int (*get)(struct store *s, int64_t id, struct booking *ret);
	int (*by_link)(struct store *s, const struct token_hash *h, struct booking *ret);
	int (*by_number)(struct store *s, uint32_t number, struct booking *ret);
	/* Whole row. Outcomes: STORE_E_NONE, STORE_E_CONFLICT, STORE_E_TAKEN. */
	int (*update)(struct store *s, struct booking *b);
	/* By start. */
	int (*between)(struct store *s, const struct booking_span *span,
		struct booking_list *ret);
	/* Newest first. */
	int (*by_case)(
		struct store *s, const struct token_hash *tag, struct booking_list *ret);
	/* The one meeting with that number that is not over and starts in the span, goes
	 * on, or was called since; among several the only one that was called since.
	 * Outcome: STORE_E_NONE, also when it could be more than one. */
	int (*by_caller)(
		struct store *s, const struct booking_caller *who, struct booking *ret);
	/* open, live or paused, by start: what a restart takes up. */
	int (*unfinished)(struct store *s, struct booking_list *ret);
};
