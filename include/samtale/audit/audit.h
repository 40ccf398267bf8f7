/* SPDX-License-Identifier: MPL-2.0
 *
 * The one door through which every use of personal data is recorded. An event is numbers
 * alone, so no name, number or address can ever reach it. What becomes of it is the
 * sealed log's (log.h), in the vault process; this room's caller knows only whether it is
 * on record: when not, the data is not shown.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum audit_what {
#define AUDIT(id, when, seal, who, most, sentence, value, danish) AUDIT_##id,
#include "samtale/audit/audit_events.def"
#undef AUDIT
	AUDIT_WHAT_COUNT
};

/* Why the data was used, as the user stated it or as the action implies. */
enum audit_purpose {
	AUDIT_FOR_OWN_MEETING,    /* one's own meeting */
	AUDIT_FOR_COLLEAGUE,      /* standing in for a colleague of the team */
	AUDIT_FOR_ENQUIRY,        /* the citizen called or wrote */
	AUDIT_FOR_ADMINISTRATION, /* accounts, service, backup, deletion */
	AUDIT_FOR_CITIZEN,        /* the citizen's own action */
	AUDIT_PURPOSE_COUNT
};

enum audit_outcome { AUDIT_DONE, AUDIT_REFUSED, AUDIT_FAILED, AUDIT_OUTCOME_COUNT };

enum audit_role {
	AUDIT_SYSTEM, /* a deadline or a start, nobody's hand */
	AUDIT_CITIZEN,
	AUDIT_CONSULTANT,
	AUDIT_CHAIR,         /* leads a meeting of several */
	AUDIT_ADMINISTRATOR, /* at the control socket */
	AUDIT_ROLE_COUNT
};

struct audit_event {
	enum audit_what what;
	enum audit_purpose purpose;
	enum audit_outcome outcome;
	enum audit_role role;
	uint32_t actor;   /* number of the account that acted; 0: none */
	uint32_t subject; /* number of the account that it was done to; 0: none */
	uint64_t meeting; /* opaque; 0: none */
	uint32_t value;   /* see the event's row; 0 otherwise */
};

/* The highest of any value: seven digits, so that no telephone or CPR number fits. */
#define AUDIT_COUNT 9999999u
/* A count as value: as it is, or AUDIT_COUNT for more. */
uint32_t audit_count_of(size_t n);

enum audit_when { AUDIT_WHEN_FIRST, AUDIT_WHEN_SOON };
enum audit_seal { AUDIT_SEAL_EPOCH, AUDIT_SEAL_NOW };
/* As the event's row says. */
enum audit_when audit_when_of(enum audit_what what);
enum audit_seal audit_seal_of(enum audit_what what);
uint32_t audit_most(enum audit_what what); /* the highest value */
bool audit_may_cause(enum audit_what what, enum audit_role role);

struct audit_sink { /* either may be NULL: then it is counted, and nothing else */
	/* All n are on the disk when it returns 0. May wait; never on the loop. */
	int (*keep)(void *arg, const struct audit_event *events, size_t n);
	/* Queues one; never waits. A fault: the queue is full, the event is dropped and
	 * counted as dropped. */
	int (*soon)(void *arg, const struct audit_event *event);
	void *arg;
};

struct audit;

/* sink may be NULL: for tests, and for what must run without a log. Faults: -ENOMEM. */
must_check int audit_new(struct audit **ret, const struct audit_sink *sink);
struct audit *audit_free(struct audit *a);
DEFINE_FREEP(struct audit, audit_free, audit_freep)

/* Puts one event on the disk BEFORE the data is used; may wait, so: from a worker or a
 * command. On a fault the caller must not go on. Faults: the sink's; -EINVAL for a number
 * outside its enum, a role that the row does not name or a value above its most. */
must_check int audit_note(struct audit *a, const struct audit_event *event);
/* Queues one event whose row says SOON; never waits. What is not queued is counted, and
 * whoever runs a talk goes on. Faults: the sink's; -EINVAL, also for a row that says
 * FIRST. */
must_check int audit_note_soon(struct audit *a, const struct audit_event *event);

/* Events noted since the start, for metrics; name: the row's id. */
uint64_t audit_count(const struct audit *a, enum audit_what what);
/* Events that audit_note_soon() could not queue. */
uint64_t audit_dropped(const struct audit *a);
const char *audit_name(enum audit_what what);
const char *audit_sentence(enum audit_what what);
const char *audit_value_means(enum audit_what what);        /* "": nothing */
const char *audit_sentence_da(enum audit_what what);        /* for the citizen */
const char *audit_purpose_name(enum audit_purpose purpose); /* "own_meeting" … */
const char *audit_outcome_name(enum audit_outcome outcome);
const char *audit_role_name(enum audit_role role);
const char *audit_purpose_da(enum audit_purpose purpose); /* "eget møde" … */
const char *audit_outcome_da(enum audit_outcome outcome);
const char *audit_role_da(enum audit_role role);
