/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the rules of a call that we placed, from the answer to the talk:
 * greeting, then either the owner says who it is, or whoever answered presses a key.
 * Pure: the time comes in as a value, what is to be done goes out by a table.
 */
#pragma once

#include "leg.h"

struct outgoing_hooks {
	void (*say)(void *arg, enum prompt what);
	void (*say_time)(void *arg, struct bytes hh_mm);
	void (*hush)(void *arg);
	void (*stage)(void *arg, enum leg_stage stage);
	void (*progress)(void *arg, enum phone_progress p);
	void (*end)(
		void *arg, enum phone_cause why); /* the machine may be gone after it */
};

enum outgoing_state {
	OUTGOING_RINGING,
	OUTGOING_GREETING, /* its words run */
	OUTGOING_OWNER,    /* the owner listens who it is */
	OUTGOING_KEY,      /* asked for a key; its words run, or the pause after them */
	OUTGOING_TALK,
};

struct outgoing {
	const struct outgoing_hooks *hooks; /* borrowed */
	void *arg;
	enum outgoing_state state;
	enum phone_confirm confirm;
	bool own_phone;
	char time[6]; /* HH:MM, or "" */
	unsigned asked;
	int64_t deadline_ms; /* 0: none */
};

struct outgoing_plan {
	enum phone_confirm confirm;
	bool own_phone;    /* the consultant's: asks for a key, with other words */
	struct bytes time; /* HH:MM of the appointment, else the greeting names none */
};
void outgoing_init(struct outgoing *o, const struct outgoing_plan *plan,
	const struct outgoing_hooks *hooks, void *arg);

/* What the call says: CALLING RINGING EARLY ANSWERED. */
void outgoing_progress(struct outgoing *o, enum phone_progress p);
void outgoing_spoken(struct outgoing *o, int64_t now_ms); /* all sentences were said */
void outgoing_key(struct outgoing *o);
void outgoing_confirm(struct outgoing *o); /* the consultant heard who it is */
void outgoing_step(struct outgoing *o, int64_t now_ms);
/* Answered, and not known to have reached whom it should. */
bool outgoing_is_unknown(const struct outgoing *o);
