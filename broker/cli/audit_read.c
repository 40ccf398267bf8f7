/* SPDX-License-Identifier: MPL-2.0
 *
 * The log as a person works with it: one line a record, or one object for other programs.
 */
#include "audit_inner.h"
#include "json_text.h"
#include "rows.h"

#include <inttypes.h>
#include <string.h>

#define MORE_TEXT 256

struct table {
	FILE *out;
	struct staff_names names;
	bool json, has_keys;
	uint64_t rows;
};

/* Reads as "consultant 17 bo.berg", "citizen", "system". */
static void who(const struct table *t, const struct record *r, char ret[96])
{
	char name[LIMIT_USERNAME + 1];
	const char *role = audit_role_name((enum audit_role)r->role);

	staff_name(&t->names, r->actor, name);
	if (r->actor)
		(void)snprintf(ret, 96, "%s %" PRIu32 "%s%s", role, r->actor,
			*name ? " " : "", name);
	else
		(void)snprintf(ret, 96, "%s", role);
}

/* Whose key is destroyed, or whose key the shares do not open. */
static const char *unnamed(const struct table *t)
{
	return t->has_keys ? "gone" : "closed";
}

static void meeting_of(const struct table *t, const struct read_record *r, char ret[24])
{
	if (r->has_meeting)
		(void)snprintf(ret, 24, "%" PRId64, r->inner.meeting);
	else
		(void)snprintf(ret, 24, "%s", r->record.has_inner ? unnamed(t) : "-");
}

/* What the catalogue's row says of this number, such as "2 busy"; "" when it says none.
 */
static struct bytes meaning_of(const struct record *r)
{
	const char *text = audit_value_means((enum audit_what)r->event), *at = text;
	char number[16];

	(void)snprintf(number, sizeof(number), "%" PRIu32 " ", r->value);
	while ((at = strstr(at, number)) && at != text && !strchr(" (", at[-1]))
		at++;
	if (!at)
		return BYTES_NULL;
	at += strlen(number);
	return bytes_of(at, strcspn(at, ",;:.)"));
}

/* The last column: its case, whom it was about, and the number that its row explains. */
static void more_of(const struct read_record *r, char ret[MORE_TEXT])
{
	struct writer w = writer_of(ret, MORE_TEXT - 1);
	char reference[LIMIT_CASE_REF + 1];
	struct bytes meaning = meaning_of(&r->record);

	audit_case_of(r, reference);
	write_fmt(&w, "%s%s", *reference ? "  " : "", reference);
	if (r->record.subject)
		write_fmt(&w, "  about %" PRIu32, r->record.subject);
	if (*audit_value_means((enum audit_what)r->record.event))
		write_fmt(&w, "  value %" PRIu32 "%s", r->record.value,
			meaning.len > 0 ? " " : "");
	write_bytes(&w, meaning);
	ret[w.len] = '\0';
}

static void print_row(struct table *t, const struct read_record *r)
{
	const struct record *x = &r->record;
	char when[WHEN_TEXT], actor[96], meeting[24], more[MORE_TEXT];

	if (t->rows == 0)
		(void)fprintf(t->out, "%-19s  %-20s %-28s %-14s %-8s %s\n", "time",
			"event", "who", "purpose", "outcome", "meeting  case, more");
	when_second(x->utc_ms, when);
	who(t, x, actor);
	meeting_of(t, r, meeting);
	more_of(r, more);
	(void)fprintf(t->out, "%-19s  %-20s %-28s %-14s %-8s %s%s\n", when,
		audit_name((enum audit_what)x->event), actor,
		audit_purpose_name((enum audit_purpose)x->purpose),
		audit_outcome_name((enum audit_outcome)x->outcome), meeting, more);
}

static void print_object(struct table *t, const struct read_record *r)
{
	const struct record *x = &r->record;
	char when[WHEN_TEXT], name[LIMIT_USERNAME + 1], reference[LIMIT_CASE_REF + 1];

	when_utc(x->utc_ms, when);
	staff_name(&t->names, x->actor, name);
	audit_case_of(r, reference);
	(void)fprintf(t->out,
		"%s{\"sequence\":%" PRIu64 ",\"time\":\"%s\",\"event\":\"%s\",\"role\":"
		"\"%s\",\"actor\":%" PRIu32 ",\"name\":\"%s\",\"subject\":%" PRIu32
		",\"purpose\":\"%s\",\"outcome\":\"%s\",\"value\":%" PRIu32,
		t->rows ? ",\n" : "", r->sequence, when,
		audit_name((enum audit_what)x->event),
		audit_role_name((enum audit_role)x->role), x->actor, name, x->subject,
		audit_purpose_name((enum audit_purpose)x->purpose),
		audit_outcome_name((enum audit_outcome)x->outcome), x->value);
	if (r->has_meeting) {
		(void)fprintf(t->out,
			",\"meeting\":\"%" PRId64 "\",\"case\":", r->inner.meeting);
		json_text_put(t->out, reference);
	} else if (x->has_inner) {
		(void)fprintf(t->out, ",\"meeting\":\"%s\"", unnamed(t));
	} else {
		(void)fputs(",\"meeting\":null", t->out);
	}
	(void)fputc('}', t->out);
}

static int take(void *arg, const struct read_record *r)
{
	struct table *t = arg;

	(t->json ? print_object : print_row)(t, r);
	t->rows++;
	return 0;
}

static void print_facts(struct phrase_call *c, const struct audit_walk *w)
{
	struct bundle_facts f;

	log_reader_facts(w->opened->reader, &f);
	(void)fprintf(c->err, "%" PRIu64 " of %" PRIu64 " records of the bundle\n",
		w->taken, f.records);
}

static int show(struct phrase_call *c, struct audit_walk *w, struct table *t)
{
	int r;

	if (t->json)
		(void)fputs("[", c->out);
	r = audit_walk(c, w);
	if (t->json)
		(void)fputs("]\n", c->out);
	if (r == 0)
		print_facts(c, w);
	return r != 0 || w->closed > 0;
}

int run_audit_read(struct phrase_call *c)
{
	struct table t = { .out = c->out, .json = phrase_value(&c->words, "json") };
	struct audit_filter f;
	struct audit_opened o = AUDIT_OPENED_NULL;
	struct audit_walk w = { .opened = &o, .filter = &f, .take = take, .arg = &t };
	struct bundle_facts facts;
	int r = audit_filter_read(c, &f);

	if (r == 0)
		r = audit_open(c, &o);
	if (r == 0) {
		log_reader_facts(o.reader, &facts);
		t.has_keys = facts.has_keys;
		staff_names_read(c, &t.names);
		r = show(c, &w, &t);
	}
	staff_names_deinit(&t.names);
	audit_opened_deinit(&o);
	audit_filter_deinit(&f);
	return r;
}
