/* SPDX-License-Identifier: MPL-2.0
 *
 * The words of the protocol and their numbers, from meeting.def. No word of a
 * peer gets further than the search here.
 */
#include "samtale/meeting/words.h"

static const char *word_name(const char *const *names, size_t count, size_t at)
{
	return at < count ? names[at] : "unknown";
}

static int word_of(const char *const *names, size_t count, struct bytes name)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal_str(name, names[i]))
			return (int)i;
	return -1;
}

#define NAME(list)                                                                       \
	const char *meeting_##list##_name(enum meeting_##list of)                        \
	{                                                                                \
		return word_name(list##_names, ARRAY_LEN(list##_names), (size_t)of);     \
	}
#define OF(list)                                                                         \
	int meeting_##list##_of(struct bytes name)                                       \
	{                                                                                \
		return word_of(list##_names, ARRAY_LEN(list##_names), name);             \
	}

static const char *const phase_names[] = {
#define PHASE(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(phase)

static const char *const form_names[] = {
#define FORM(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(form)

static const char *const way_names[] = {
#define WAY(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(way)
OF(way)

static const char *const place_names[] = {
#define PLACE(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(place)

static const char *const kind_names[] = {
#define KIND(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(kind)

static const char *const progress_names[] = {
#define PROGRESS(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(progress)
OF(progress)

static const char *const signal_names[] = {
#define SIGNAL(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(signal)
OF(signal)

static const char *const rung_names[] = {
#define RUNG(id, name) name,
#include "samtale/meeting/meeting.def"
};
OF(rung)

static const char *const health_names[] = {
#define HEALTH(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(health)
OF(health)

static const char *const break_names[] = {
#define BREAK(id, name) name,
#include "samtale/meeting/meeting.def"
};
OF(break)

static const char *const call_names[] = {
#define CALL(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(call)

static const char *const line_names[] = {
#define LINE(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(line)

static const char *const reason_names[] = {
#define REASON(id, name, tried) name,
#include "samtale/meeting/meeting.def"
};
NAME(reason)

static const char *const dial_to_names[] = {
#define DIAL_TO(id, name) name,
#include "samtale/meeting/meeting.def"
};
OF(dial_to)

static const char *const phone_names[] = {
#define PHONE(id, name, ...) name,
#include "samtale/meeting/meeting.def"
};
OF(phone)

static const char *const call_from_names[] = {
#define CALL_FROM(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(call_from)
OF(call_from)

static const char *const outcome_names[] = {
#define OUTCOME(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(outcome)
OF(outcome)

static const char *const alert_names[] = {
#define ALERT(id, name) name,
#include "samtale/meeting/meeting.def"
};
NAME(alert)

static const char *const refusal_names[] = {
	"done",
#define REFUSAL(id, name) name,
#include "samtale/meeting/meeting.def"
};

const char *meeting_refusal_name(int refusal)
{
	return word_name(refusal_names, ARRAY_LEN(refusal_names), (size_t)refusal);
}
