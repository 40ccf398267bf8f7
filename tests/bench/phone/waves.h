/* SPDX-License-Identifier: MPL-2.0
 *
 * Call after call of every kind, begun and ended, and what the gateway holds afterwards.
 */
#pragma once

#include "load.h"

enum wave_kind { /* who calls, who hangs up, what goes wrong */
	WE_CLOSE_THE_ROOM,
	TELEPHONE_HANGS_UP,
	WE_CANCEL,
	IS_BUSY,
	BROWSER_CLOSES,
	BROWSER_IS_KILLED, /* the gateway gives it up after 15 s */
	CALLS_IN,
	IS_REFUSED,
	NEVER_CONFIRMED,
	TWO_TELEPHONES,
	KINDS
};
enum stage { WAITS, BEGUN, DIALLED, TALKS, ENDS, OVER };

struct wave_call {
	unsigned number;
	enum wave_kind kind;
	enum stage stage;
	uint64_t begun_ns, due_ns; /* due: of the next step, in TALKS */
	struct browser_peer *browser;
	uint32_t in_leg; /* of somebody who called in */
	unsigned open;   /* legs that are not reported ended */
	unsigned answered;
	struct beep to_phone, to_browser;
};

struct waves {
	struct dtls_id *id;
	struct wave_call *list;
	unsigned count, begun, over, ended; /* ended: legs */
	bool failed;
};

/* An exit status: 0 when every leg was reported ended once and nothing has grown. */
int waves_run(const char *program, const char *prompts, unsigned calls);

/* -- wave_call.c ------------------------------------------------------------------- */
void waves_begin(struct waves *w); /* of these all below speak */
void waves_reported(const struct phone_message *m);
enum far_habit waves_habit(const char *number);
void wave_step(struct wave_call *o, uint64_t now);
void wave_speak(const struct wave_call *o);
