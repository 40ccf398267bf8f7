/* SPDX-License-Identifier: MPL-2.0
 *
 * The switchboard: the house's side of the telephone gateway (samtale-phone). It turns
 * what the rules order into orders of link/phone.h, and what the gateway reports into
 * events of the rules; who may be called, how often, and whose digits are right is
 * decided here. The gateway may come and go: its calls are taken up again when it is
 * back, and a meeting without it goes on by hand.
 *
 * All on the loop's thread. A number, digits or an SDP that passes here is never logged.
 */
#pragma once

#include "samtale/link/frame.h"
#include "samtale/link/phone.h"
#include "samtale/session/house.h"

struct gateway_link { /* copied */
	void *arg;
	/* Takes one or more whole frames, which are borrowed for the call. False: they
	 * did not fit any more; the caller of house_gateway_up() closes the link then and
	 * says house_gateway_down() later, not from within. */
	bool (*send)(void *arg, struct bytes frames);
};

/* A fresh link; an older one is forgotten. Nothing is sent on it before its HELLO. */
void house_gateway_up(struct house *h, const struct gateway_link *link);
/* One frame of the gateway, in order. False: not the gateway's language or not its
 * version; close the link. Frames without a link are dropped. */
must_check bool house_gateway_frame(struct house *h, const struct frame *f);
/* The link is gone. Calls that were on are over for the meetings, unless a link that
 * comes within GATEWAY_PATIENCE_MS says that they stand. Twice is fine. */
void house_gateway_down(struct house *h);
#define GATEWAY_PATIENCE_MS 3000

struct house_gateway_figures {        /* for metrics, /readyz and the doctor; no ids */
	bool linked;                  /* the gateway is there and has said what stands */
	enum phone_trunk trunk;       /* OFF while not linked */
	enum phone_cause trunk_cause; /* of DOWN */
	unsigned calls;               /* telephones now: placed and incoming */
	unsigned lines;               /* browsers now */
	/* since the start */
	uint64_t dials, refused_number, refused_cap;
	uint64_t incoming, known, wrong_digits, throttled, call_backs;
	uint64_t seconds;                  /* of placed calls that are over */
	uint64_t ended[PHONE_CAUSE_COUNT]; /* placed and incoming calls, by cause */
};
void house_gateway_figures(const struct house *h, struct house_gateway_figures *ret);
/* Shorthand of the same. */
enum phone_trunk house_trunk_state(const struct house *h);
