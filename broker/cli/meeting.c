/* SPDX-License-Identifier: MPL-2.0
 *
 * Meetings as an administrator may see them: when, how long, which form, whose. Nothing
 * about the citizen is opened, so no key is asked for.
 */
#include "json_text.h"
#include "note.h"
#include "rows.h"
#include "when.h"

#include "samtale/base/fault.h"
#include "samtale/store/user.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const form_names[] = { "", "video", "phone" };
static const char *const state_names[] = { "", "booked", "open", "live", "paused",
	"ended" };
static const char *const outcome_names[] = { "", "held", "no_show", "not_reached",
	"cancelled", "technical", "consultant_absent", "unfinished" };

#define NAME_OF(names, i) ((i) < ARRAY_LEN(names) ? names[i] : "unknown")

static int owner_name(struct phrase_call *c, int64_t id, char ret[LIMIT_USERNAME + 1])
{
	struct user u;
	int r = c->store->user->by_id(c->store, id, &u);

	(void)snprintf(ret, LIMIT_USERNAME + 1, "%s", r == 0 ? u.name : "-");
	return r < 0 ? fault_pass(r) : 0;
}

static void print_json(FILE *to, const struct booking *b, const char *owner)
{
	(void)fprintf(to,
		"{\"id\":\"%" PRId64 "\",\"starts\":%" PRId64 ",\"minutes\":%" PRIu32
		",\"form\":\"%s\",\"state\":\"%s\",\"outcome\":\"%s\",\"team\":",
		b->id, b->starts_ms, b->minutes, NAME_OF(form_names, b->form),
		NAME_OF(state_names, b->state), NAME_OF(outcome_names, b->outcome));
	json_text_put(to, b->team);
	(void)fputs(",\"owner\":", to);
	json_text_put(to, owner);
	(void)fprintf(to, ",\"contact_gone\":%s,\"record_gone\":%s}",
		b->contact_gone ? "true" : "false", b->record_gone ? "true" : "false");
}

static void print_line(FILE *to, const struct booking *b, const char *owner)
{
	char starts[WHEN_TEXT];

	when_minute(b->starts_ms, starts);
	(void)fprintf(to,
		"%-16" PRId64 " %s %3" PRIu32 " min  %-5s  %-6s  %-17s %-16s %s\n", b->id,
		starts, b->minutes, NAME_OF(form_names, b->form),
		NAME_OF(state_names, b->state), NAME_OF(outcome_names, b->outcome), owner,
		b->team);
}

static int print_list(struct phrase_call *c, const struct booking_list *list)
{
	bool json = phrase_value(&c->words, "json");

	if (json)
		(void)fputs("[", c->out);
	for (size_t i = 0; i < list->n; i++) {
		char owner[LIMIT_USERNAME + 1];
		int r = owner_name(c, list->at[i].owner, owner);

		if (r < 0)
			return fault_pass(r);
		if (json && i)
			(void)fputs(",", c->out);
		(json ? print_json : print_line)(c->out, &list->at[i], owner);
	}
	if (json)
		(void)fputs("]\n", c->out);
	return 0;
}

int run_meeting_list(struct phrase_call *c)
{
	struct booking_list list = STORE_LIST_NULL;
	struct when_span day;
	struct booking_span span = { 0 };
	int r;

	if (!when_day(phrase_value(&c->words, "day"), &day))
		return phrase_fail(c, "--day is a date such as 2026-11-22.");
	span.from_ms = day.from_ms;
	span.to_ms = day.to_ms;
	r = c->store->meeting->between(c->store, &span, &list);
	if (r == 0)
		r = note_event(c, AUDIT_ADMIN_LOOKED, 0, audit_count_of(list.n));
	if (r == 0)
		r = print_list(c, &list);
	free(list.at);
	return r == 0 ? 0 : phrase_fault(c, fault_fold(r));
}

int run_meeting_show(struct phrase_call *c)
{
	char owner[LIMIT_USERNAME + 1];
	struct booking b;
	uint64_t id;
	int r;

	if (!bytes_to_u64(bytes_str(phrase_value(&c->words, "id")),
		    (UINT64_C(1) << 53) - 1, &id))
		return phrase_fail(c, "A meeting's id is a number.");
	r = c->store->meeting->get(c->store, (int64_t)id, &b);
	if (r == STORE_E_NONE)
		return phrase_fail(c, "There is no such meeting.");
	if (r == 0)
		r = note_event(c, AUDIT_ADMIN_LOOKED, 0, 1);
	if (r == 0)
		r = owner_name(c, b.owner, owner);
	if (r != 0)
		return phrase_fault(c, fault_fold(r));
	if (phrase_value(&c->words, "json")) {
		print_json(c->out, &b, owner);
		(void)fputc('\n', c->out);
	} else {
		print_line(c->out, &b, owner);
		(void)fprintf(c->out, "contact data %s, record %s\n",
			b.contact_gone ? "destroyed" : "kept",
			b.record_gone ? "destroyed" : "kept");
	}
	return 0;
}
