/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the SIP line to the operator (RFC 3261). Owns the transports, the
 * registration, the OPTIONS pings both ways and the filter that lets SIP in from the
 * operator's addresses only, before anything parses it. Calls on it are call.h. Their RTP
 * is on even ports of the second half from phone.media_port.
 */
#pragma once

#include "call.h"

struct settings;

struct trunk_hooks {
	void *arg;
	/* At every change; why is NONE unless DOWN. */
	void (*state)(void *arg, enum phone_trunk state, enum phone_cause why);
	/* A call comes in: the hooks of its port must be set by call_take() before this
	 * returns, else it is refused with 503. number: E.164 by P-Asserted-Identity,
	 * else From; empty: hidden or not a number. */
	void (*incoming)(void *arg, struct call *c, struct bytes number);
};

/* settings: borrowed for the trunk's life. password: borrowed for the call, may be empty.
 * sentence: what is wrong with the settings when it is not 0. */
#define TRUNK_E_SETTINGS 1
must_check int trunk_new(struct trunk **ret, const struct settings *s,
	struct bytes password, const struct trunk_hooks *hooks,
	const char **ret_sentence);
/* Hangs up every call, un-registers; run the loop until trunk_is_closed(). */
void trunk_close(struct trunk *t);
bool trunk_is_closed(const struct trunk *t);
struct trunk *trunk_free(struct trunk *t);

/* While DOWN a call is refused at once. While UP, a call asks again unless the operator
 * answered within two seconds; one that nobody answers is over(LINE_DOWN) in five. */
enum phone_trunk trunk_state(const struct trunk *t);
uint16_t trunk_sip_port(const struct trunk *t); /* bound, of the chosen transport */
