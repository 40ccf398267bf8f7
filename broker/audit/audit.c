/* SPDX-License-Identifier: MPL-2.0
 *
 * Checks events against the catalogue, hands them on and counts them. An event that its
 * sink did not take is not counted as noted.
 */
#include "samtale/audit/audit.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static const struct row {
	const char *name, *sentence;
	enum audit_when when;
	enum audit_seal seal;
} rows[] = {
#define AUDIT(id, when, seal, sentence)                                                  \
	{ #id, sentence, AUDIT_WHEN_##when, AUDIT_SEAL_##seal },
#include "samtale/audit/audit_events.def"
#undef AUDIT
};
_Static_assert(ARRAY_LEN(rows) == AUDIT_WHAT_COUNT, "one row per event");

struct audit {
	struct audit_sink sink;
	_Atomic uint64_t counts[AUDIT_WHAT_COUNT];
};

int audit_new(struct audit **ret, const struct audit_sink *sink)
{
	struct audit *a = calloc(1, sizeof(*a));

	if (!a)
		return fault_here(ENOMEM);
	if (sink)
		a->sink = *sink;
	*ret = a;
	return 0;
}

struct audit *audit_free(struct audit *a)
{
	free(a);
	return NULL;
}

static bool is_event(const struct audit_event *event)
{
	return (unsigned)event->what < AUDIT_WHAT_COUNT &&
	       (unsigned)event->purpose < AUDIT_PURPOSE_COUNT &&
	       (unsigned)event->outcome < AUDIT_OUTCOME_COUNT &&
	       (unsigned)event->role < AUDIT_ROLE_COUNT;
}

static int counted(struct audit *a, const struct audit_event *event, int r)
{
	if (r < 0)
		return fault_pass(r);
	atomic_fetch_add_explicit(&a->counts[event->what], 1, memory_order_relaxed);
	return 0;
}

int audit_note(struct audit *a, const struct audit_event *event)
{
	if (!is_event(event))
		return fault_here(EINVAL);
	return counted(
		a, event, a->sink.keep ? a->sink.keep(a->sink.arg, event, 1) : 0);
}

int audit_note_soon(struct audit *a, const struct audit_event *event)
{
	if (!is_event(event) || rows[event->what].when != AUDIT_WHEN_SOON)
		return fault_here(EINVAL);
	return counted(a, event, a->sink.soon ? a->sink.soon(a->sink.arg, event) : 0);
}

uint64_t audit_count(const struct audit *a, enum audit_what what)
{
	return atomic_load_explicit(&a->counts[what], memory_order_relaxed);
}

/* -- the catalogue ----------------------------------------------------------------- */
enum audit_when audit_when_of(enum audit_what what)
{
	return rows[what].when;
}

enum audit_seal audit_seal_of(enum audit_what what)
{
	return rows[what].seal;
}

const char *audit_name(enum audit_what what)
{
	return (unsigned)what < AUDIT_WHAT_COUNT ? rows[what].name : "unknown";
}

const char *audit_sentence(enum audit_what what)
{
	return (unsigned)what < AUDIT_WHAT_COUNT ? rows[what].sentence : "";
}

static const char *word(const char *const *words, size_t n, unsigned i)
{
	return i < n ? words[i] : "unknown";
}

const char *audit_purpose_name(enum audit_purpose purpose)
{
	static const char *const words[AUDIT_PURPOSE_COUNT] = { "own_meeting",
		"colleague", "enquiry", "administration", "citizen" };

	return word(words, ARRAY_LEN(words), purpose);
}

const char *audit_outcome_name(enum audit_outcome outcome)
{
	static const char *const words[AUDIT_OUTCOME_COUNT] = { "done", "refused",
		"failed" };

	return word(words, ARRAY_LEN(words), outcome);
}

const char *audit_role_name(enum audit_role role)
{
	static const char *const words[AUDIT_ROLE_COUNT] = { "system", "citizen",
		"consultant", "chair", "administrator" };

	return word(words, ARRAY_LEN(words), role);
}
