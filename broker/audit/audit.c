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

enum who {
	BY_SYSTEM = 1u << AUDIT_SYSTEM,
	BY_CITIZEN = 1u << AUDIT_CITIZEN,
	BY_STAFF = 1u << AUDIT_CONSULTANT | 1u << AUDIT_CHAIR,
	BY_ADMIN = 1u << AUDIT_ADMINISTRATOR,
	BY_ANYBODY = (1u << AUDIT_ROLE_COUNT) - 1,
};

static const struct row {
	const char *name, *sentence, *value, *danish;
	enum audit_when when;
	enum audit_seal seal;
	unsigned who;
	uint32_t most;
} rows[] = {
#define AUDIT(id, when, seal, who, most, sentence, value, danish)                        \
	{ #id, sentence, value, danish, AUDIT_WHEN_##when, AUDIT_SEAL_##seal, who, most },
#include "samtale/audit/audit_events.def"
#undef AUDIT
};
_Static_assert(ARRAY_LEN(rows) == AUDIT_WHAT_COUNT, "one row per event");

struct audit {
	struct audit_sink sink;
	_Atomic uint64_t counts[AUDIT_WHAT_COUNT], dropped;
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
	       audit_may_cause(event->what, event->role) &&
	       event->value <= rows[event->what].most;
}

static void count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

int audit_note(struct audit *a, const struct audit_event *event)
{
	int r = is_event(event) ? 0 : fault_here(EINVAL);

	if (r == 0 && a->sink.keep)
		r = a->sink.keep(a->sink.arg, event, 1);
	if (r < 0)
		return fault_pass(r);
	count(&a->counts[event->what]);
	return 0;
}

int audit_note_soon(struct audit *a, const struct audit_event *event)
{
	int r = is_event(event) && rows[event->what].when == AUDIT_WHEN_SOON
			? 0
			: fault_here(EINVAL);

	if (r == 0 && a->sink.soon)
		r = a->sink.soon(a->sink.arg, event);
	count(r < 0 ? &a->dropped : &a->counts[event->what]);
	return r < 0 ? fault_pass(r) : 0;
}

uint64_t audit_count(const struct audit *a, enum audit_what what)
{
	return atomic_load_explicit(&a->counts[what], memory_order_relaxed);
}

uint64_t audit_dropped(const struct audit *a)
{
	return atomic_load_explicit(&a->dropped, memory_order_relaxed);
}

uint32_t audit_count_of(size_t n)
{
	return n < AUDIT_COUNT ? (uint32_t)n : AUDIT_COUNT;
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

uint32_t audit_most(enum audit_what what)
{
	return rows[what].most;
}

bool audit_may_cause(enum audit_what what, enum audit_role role)
{
	return (unsigned)role < AUDIT_ROLE_COUNT && (rows[what].who & 1u << role) != 0;
}

const char *audit_name(enum audit_what what)
{
	return (unsigned)what < AUDIT_WHAT_COUNT ? rows[what].name : "unknown";
}

const char *audit_sentence(enum audit_what what)
{
	return (unsigned)what < AUDIT_WHAT_COUNT ? rows[what].sentence : "";
}

const char *audit_value_means(enum audit_what what)
{
	return (unsigned)what < AUDIT_WHAT_COUNT ? rows[what].value : "";
}

const char *audit_sentence_da(enum audit_what what)
{
	return (unsigned)what < AUDIT_WHAT_COUNT ? rows[what].danish : "";
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

const char *audit_purpose_da(enum audit_purpose purpose)
{
	static const char *const words[AUDIT_PURPOSE_COUNT] = { "eget møde",
		"hjælp til en kollega", "en henvendelse", "drift",
		"borgerens egen handling" };

	return word(words, ARRAY_LEN(words), purpose);
}

const char *audit_outcome_da(enum audit_outcome outcome)
{
	static const char *const words[AUDIT_OUTCOME_COUNT] = { "gjort", "afvist",
		"mislykket" };

	return word(words, ARRAY_LEN(words), outcome);
}

const char *audit_role_da(enum audit_role role)
{
	static const char *const words[AUDIT_ROLE_COUNT] = { "systemet", "borgeren",
		"en medarbejder", "en mødeleder", "en administrator" };

	return word(words, ARRAY_LEN(words), role);
}
