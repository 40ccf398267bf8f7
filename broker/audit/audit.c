/* SPDX-License-Identifier: MPL-2.0
 *
 * Counts events and hands them to the sink, nothing more: see the header for what is not
 * there yet. An event that its sink did not take is not counted as noted.
 */
#include "samtale/audit/audit.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static const char *const names[] = {
#define AUDIT(id, sentence) #id,
#include "samtale/audit/audit_events.def"
#undef AUDIT
};
_Static_assert(ARRAY_LEN(names) == AUDIT_WHAT_COUNT, "one name per event");

struct audit {
	audit_sink_fn *sink;
	void *arg;
	_Atomic uint64_t counts[AUDIT_WHAT_COUNT];
};

int audit_new(struct audit **ret, audit_sink_fn *sink, void *arg)
{
	struct audit *a = calloc(1, sizeof(*a));

	if (!a)
		return fault_here(ENOMEM);
	a->sink = sink;
	a->arg = arg;
	*ret = a;
	return 0;
}

struct audit *audit_free(struct audit *a)
{
	free(a);
	return NULL;
}

int audit_note(struct audit *a, const struct audit_event *event)
{
	int r;

	if ((unsigned)event->what >= AUDIT_WHAT_COUNT ||
		(unsigned)event->purpose >= AUDIT_PURPOSE_COUNT ||
		(unsigned)event->outcome >= AUDIT_OUTCOME_COUNT ||
		(unsigned)event->role >= AUDIT_ROLE_COUNT)
		return fault_here(EINVAL);
	r = a->sink ? a->sink(a->arg, event) : 0;
	if (r < 0)
		return fault_pass(r);
	atomic_fetch_add_explicit(&a->counts[event->what], 1, memory_order_relaxed);
	return 0;
}

uint64_t audit_count(const struct audit *a, enum audit_what what)
{
	return atomic_load_explicit(&a->counts[what], memory_order_relaxed);
}

const char *audit_name(enum audit_what what)
{
	return (unsigned)what < AUDIT_WHAT_COUNT ? names[what] : "unknown";
}
