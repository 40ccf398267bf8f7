/* SPDX-License-Identifier: MPL-2.0
 *
 * What is kept and for how long, in words for the record of processing, and the deletion
 * run by hand. The periods are those in force, so the page cannot promise another.
 */
#include "rows.h"

#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/store/retention.h"

#include <inttypes.h>

static struct retention_policy policy_of(const struct settings *s)
{
	return (struct retention_policy){
		.contact_hours = s->data_contact_hours,
		.contact_days = s->data_contact_days,
		.booking_days = s->data_booking_days,
		.attendance_days = s->data_attendance_days,
		.record_days = s->data_record_days,
	};
}

/* -- explain --------------------------------------------------------------------- */
struct row {
	const char *what, *purpose, *basis, *period, *where, *reads;
};

static void print_row(FILE *to, const struct row *r)
{
	(void)fprintf(to,
		"%s\n  for       %s\n  basis     %s\n  until     %s\n  where     %s\n"
		"  read by   %s\n",
		r->what, r->purpose, r->basis, r->period, r->where, r->reads);
}

struct periods { /* in words */
	char contact[128], booking[64], attendance[64], record[64], session[96],
		copies[64];
};

static void periods_of(const struct settings *s, struct periods *ret)
{
	const struct retention_policy policy = policy_of(s), *p = &policy;

	(void)snprintf(ret->contact, sizeof(ret->contact),
		"%" PRId64 " hours after a meeting that was held, else %" PRId64
		" working days after it",
		p->contact_hours, p->contact_days);
	(void)snprintf(ret->booking, sizeof(ret->booking),
		"%" PRId64 " days after the meeting", p->booking_days);
	(void)snprintf(ret->attendance, sizeof(ret->attendance),
		"%" PRId64 " days after the meeting", p->attendance_days);
	(void)snprintf(ret->record, sizeof(ret->record),
		"%" PRId64 " days after the meeting", p->record_days);
	(void)snprintf(ret->copies, sizeof(ret->copies), "%d days after the upgrade",
		RETENTION_COPY_DAYS);
	(void)snprintf(ret->session, sizeof(ret->session),
		"sign-out, at the latest %" PRId64 " hours", s->staff_session_hours);
}

int run_retention_explain(struct phrase_call *c)
{
	struct periods until;
	const struct row rows[] = {
		{ "Staff accounts: sign-in name, given name, team, role, own number",
			"access control; the log names the account by its number",
			"6(1)(e), 32",
			"for good: an account can be disabled, no phrase removes one",
			"database; own number sealed", "administrator" },
		{ "Sign-ins of staff: keyed hash of a random id", "sign-in", "32",
			until.session, "database", "nobody" },
		{ "Booking: time, length, form, who chose it, consultant, case reference",
			"hold the meeting", "6(1)(e)", until.booking,
			"database; case reference sealed under the meeting's record key",
			"consultant and team" },
		{ "Contact data: citizen's number, label, way of talking",
			"invite, call when video fails", "6(1)(e); way of talking 9(2)",
			until.contact, "database; sealed under the meeting's contact key",
			"consultant, number masked until pressed" },
		{ "Link and PIN: keyed hashes", "join", "32", until.contact, "database",
			"nobody" },
		{ "Attendance: who came when, form, minutes, outcome",
			"documentation, fairness", "6(1)(e)", until.attendance,
			"database; sealed under the meeting's record key", "consultant" },
		{ "Keys of the meeting", "lookup, destruction", "32", until.record,
			"keys.db, wrapped by the node key; in no data backup", "nobody" },
		{ "Copy of the database made before an upgrade", "the way back", "32",
			until.copies, "data folder; sealed to the node key",
			"administrator" },
		{ "Calls that were placed: meeting, account, time, seconds, cost; no "
		  "number",
			"caps against toll fraud", "32", "7 days", "database", "nobody" },
		{ "Keyed hash of the citizen's number", "to know who calls in", "6(1)(e)",
			until.contact, "database", "nobody" },
		{ "Number of a caller who did not get through", "to call back", "6(1)(e)",
			"called back, at the latest 24 hours",
			"database; sealed to the node key",
			"team, number masked until pressed" },
		{ "Descriptions of media, network addresses", "set up sound and picture",
			"6(1)(e)", "the talk is over", "memory only", "nobody" },
		{ "Counters against abuse by address prefix", "abuse defence", "32",
			"within 24 hours", "memory only, keyed", "nobody" },
		{ "Operations log and metrics", "operation", "32",
			"the host's own policy", "journal; no personal data",
			"administrator" },
		{ "Weekly statistics by team, form and outcome", "management", "6(1)(e)",
			"free: anonymous, cells under 5 hidden", "database", "leader" },
	};

	periods_of(&c->place->settings, &until);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		print_row(c->out, &rows[i]);
	(void)fputs(
		"Never kept: recordings, transcripts, chat, files, names of citizens, "
		"tokens or PINs in clear, CPR numbers.\n",
		c->out);
	return 0;
}

/* -- run ------------------------------------------------------------------------- */
int run_retention_run(struct phrase_call *c)
{
	struct retention_policy policy = policy_of(&c->place->settings);
	bool dry = phrase_value(&c->words, "dry-run");
	struct retention_counts counts;
	struct retention_run run = { .store = c->store,
		.vault = c->vault,
		.policy = &policy,
		.now_ms = clock_utc_ms(),
		.dry = dry };
	struct audit_event e = { .what = AUDIT_DELETION_RUN,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = AUDIT_DONE,
		.role = AUDIT_ADMINISTRATOR };
	int r = retention_run_here(&run, &counts);

	if (r < 0)
		return phrase_fault(c, r);
	for (int kind = 0; kind < RETENTION_KIND_COUNT; kind++) {
		e.value += (uint32_t)counts.of[kind];
		(void)fprintf(c->out, "%-10s %zu\n",
			retention_kind_name((enum retention_kind)kind), counts.of[kind]);
	}
	if (counts.more)
		(void)fputs("There is more: the service goes on with it.\n", c->out);
	if (dry || e.value == 0)
		return 0;
	r = audit_note(c->audit, &e);
	return r < 0 ? phrase_fault(c, r) : 0;
}
