/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what somebody who calls in hears and may press, from the answer to
 * the talk: meeting number, PIN, lobby. Whether the digits are right is the broker's to
 * say. Pure: the time comes in as a value, what is to be done goes out by a table. Digits
 * are wiped with the verdict.
 */
#pragma once

#include "leg.h"

#define DIAL_IN_NUMBER 8
#define DIAL_IN_PIN    6

struct dial_in_hooks {
	bool (*answer)(void *arg); /* takes the call; false: it is over already */
	void (*say)(void *arg, enum prompt what, bool english);
	void (*pause)(void *arg);
	void (*hush)(void *arg);
	void (*stage)(void *arg, enum leg_stage stage, bool tones);
	/* Borrowed for the call. Both empty: no digits will come. */
	void (*digits)(void *arg, struct bytes number, struct bytes pin, unsigned try);
	void (*end)(
		void *arg, enum phone_cause why); /* the machine may be gone after it */
};

enum dial_in_state {
	DIAL_IN_RINGING,
	DIAL_IN_ASKS_NUMBER,
	DIAL_IN_ASKS_PIN,
	DIAL_IN_WAITS, /* for the verdict */
	DIAL_IN_LOBBY,
	DIAL_IN_TALK,
	DIAL_IN_LEAVES, /* the last words run */
};

struct dial_in {
	const struct dial_in_hooks *hooks; /* borrowed */
	void *arg;
	enum dial_in_state state;
	bool english; /* chosen with #; before, both languages are spoken */
	char number[DIAL_IN_NUMBER], pin[DIAL_IN_PIN];
	unsigned have; /* digits of what is asked for */
	unsigned tries,
		unheard;     /* digits told; questions in a row without a whole answer */
	int64_t deadline_ms; /* 0: none; runs from the end of the words or the last key */
	int64_t leave_by_ms; /* 0: not asked yet; keys put it off no further */
};

void dial_in_init(struct dial_in *d, const struct dial_in_hooks *hooks, void *arg);
/* May come again, from a broker that came anew: the caller goes on where he was. */
void dial_in_answer(struct dial_in *d, enum phone_answer what);
void dial_in_verdict(struct dial_in *d, enum phone_verdict what);
void dial_in_admit(struct dial_in *d);
/* A key outside of the talk. */
void dial_in_key(struct dial_in *d, char key, int64_t now_ms);
void dial_in_spoken(struct dial_in *d, int64_t now_ms); /* all sentences were said */
void dial_in_step(struct dial_in *d, int64_t now_ms);
/* In no lobby yet: whoever it is, the broker does not know. */
bool dial_in_is_outside(const struct dial_in *d);
/* The same, or told to leave. */
bool dial_in_is_unknown(const struct dial_in *d);
