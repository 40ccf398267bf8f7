/* SPDX-License-Identifier: MPL-2.0
 *
 * Who tried how often: counters of failures per kind and key that melt with time. In RAM
 * only, keys are hashes. Full table: the oldest entry gives way.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

struct throttle;

enum throttle_kind {
	THROTTLE_LINK_PREFIX,    /* wrong links from one address prefix */
	THROTTLE_DIGITS_MEETING, /* wrong digits for one meeting number */
	THROTTLE_DIGITS_PREFIX,
	THROTTLE_DIGITS_CALLER, /* wrong digits from one telephone number */
	THROTTLE_DIGITS_ALL,
	THROTTLE_CALLERS,      /* whose number it is, asked for all callers together */
	THROTTLE_PIN_MEETING,  /* wrong PIN beside a right link */
	THROTTLE_SIGN_IN_NAME, /* wrong sign-ins of one name, known or not */
	THROTTLE_SIGN_IN_PREFIX,
	THROTTLE_SETUP_PREFIX,
	THROTTLE_CALL_MEETING, /* call requests for one meeting */
	THROTTLE_KIND_COUNT
};

struct throttle_rule {
	unsigned burst;      /* tries before it closes */
	unsigned own_factor; /* burst of an own network: times this */
	int64_t per_ms;      /* one try comes back after this */
};

must_check int throttle_new(struct throttle **ret);
struct throttle *throttle_free(struct throttle *t);
DEFINE_FREEP(struct throttle, throttle_free, throttle_freep)

/* 0: go on. Else seconds until the next try. Changes nothing. */
unsigned throttle_wait_s(struct throttle *t, enum throttle_kind kind, uint64_t key,
	bool own_network, int64_t boot_ms);
/* Counts one failure (or one use). */
void throttle_charge(
	struct throttle *t, enum throttle_kind kind, uint64_t key, int64_t boot_ms);
/* Takes one count back that throttle_charge() made. */
void throttle_give_back(struct throttle *t, enum throttle_kind kind, uint64_t key);
/* Success: forgets. */
void throttle_clear(struct throttle *t, enum throttle_kind kind, uint64_t key);
/* The settings' lock: tries and minutes for THROTTLE_SIGN_IN_NAME. */
void throttle_set_lock(struct throttle *t, unsigned tries, int64_t lock_ms);
