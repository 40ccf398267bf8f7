/* SPDX-License-Identifier: MPL-2.0
 *
 * The one function through which every use of personal data is recorded.
 *
 * What this version does: it counts the events and hands each to a sink, if there is one.
 * It keeps NO record: the sealed log is not in yet, and `doctor` and every page say that
 * the service is for trials only. Call sites are already as the sealed log needs them: an
 * event is numbers alone, so no name, number or address can ever reach it; and the answer
 * must be looked at, because later a failed record means that the data is not shown.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdint.h>

enum audit_what {
#define AUDIT(id, sentence) AUDIT_##id,
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

/* Takes one event; 0 or a fault (< 0), which audit_note() passes up. */
typedef int audit_sink_fn(void *arg, const struct audit_event *event);

struct audit;

/* sink may be NULL; arg goes to it. Faults: -ENOMEM. */
must_check int audit_new(struct audit **ret, audit_sink_fn *sink, void *arg);
struct audit *audit_free(struct audit *a);
DEFINE_FREEP(struct audit, audit_free, audit_freep)

/* Records one event BEFORE the data is used. On a fault the caller must not go on. Any
 * thread. Faults: the sink's; -EINVAL for a number outside its enum. */
must_check int audit_note(struct audit *a, const struct audit_event *event);

/* Events noted since the start, for metrics; name: the row's id. */
uint64_t audit_count(const struct audit *a, enum audit_what what);
const char *audit_name(enum audit_what what);
