/* SPDX-License-Identifier: MPL-2.0
 *
 * Events become records of the log's group: who and why from the use, the meeting and
 * its case sealed under the meeting's own key. Here stands what may use the reserve of a
 * full disk, and what is recorded once in a quarter of an hour.
 */
#include "inside.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>

/* What each purpose of a use means for its record. */
static const struct policy {
	enum audit_purpose purpose;
	bool may_use_reserve; /* a meeting begins or goes on */
	bool once;            /* a quarter of an hour */
} policies[] = {
	[VAULT_BOOK] = { AUDIT_FOR_OWN_MEETING, true, false },
	[VAULT_DAY] = { AUDIT_FOR_OWN_MEETING, false, true },
	[VAULT_VIEW] = { AUDIT_FOR_OWN_MEETING, false, true },
	[VAULT_CHANGE] = { AUDIT_FOR_OWN_MEETING, false, false },
	/* Also the citizen's way in; staff are stopped by their own event before. */
	[VAULT_LINK] = { AUDIT_FOR_OWN_MEETING, true, false },
	[VAULT_TALK] = { AUDIT_FOR_OWN_MEETING, true, false },
	/* Also the talk that goes on by telephone; staff as above. */
	[VAULT_CALL] = { AUDIT_FOR_OWN_MEETING, true, false },
	[VAULT_RECOVER] = { AUDIT_FOR_ADMINISTRATION, true, false },
	[VAULT_MINUTES] = { AUDIT_FOR_OWN_MEETING, false, false },
	[VAULT_TAKE_OVER] = { AUDIT_FOR_COLLEAGUE, false, false },
	[VAULT_RETENTION] = { AUDIT_FOR_ADMINISTRATION, false, false },
	[VAULT_EXPORT] = { AUDIT_FOR_ENQUIRY, false, false },
	[VAULT_TEAM] = { AUDIT_FOR_COLLEAGUE, false, true },
	[VAULT_SEARCH] = { AUDIT_FOR_ENQUIRY, false, true },
};
_Static_assert(ARRAY_LEN(policies) == VAULT_PURPOSE_COUNT, "one policy per purpose");

/* -- the inner part ---------------------------------------------------------------- */
/* *ret NULL: the meeting has no record key (any more), so there is no inner part. */
static int look_up(struct custody *c, int64_t meeting, const struct known_meeting **ret)
{
	const struct key_shelf *shelf = keys_db_shelf(c->keys);
	wiped(struct meeting_keys, keys);
	wiped(struct known_meeting, m);
	wiped_buf(text, OPEN_TEXT_CAP);
	struct shelf_row row;
	int r;

	*ret = known_find(c->known, meeting);
	if (*ret)
		return 0;
	r = shelf->get(shelf->arg, meeting, &row);
	if (r == SHELF_E_NONE || (r == 0 && !row.has_mk))
		return 0;
	if (r == 0)
		r = shelf_unwrap(node_key_get(c->full, NODE_WRAP), &row, &keys);
	if (r == 0)
		r = shelf_case(&row, &keys.mk, (char *)text);
	if (r != 0)
		return fault_fold(r);
	m.meeting = meeting;
	m.mk = keys.mk;
	m.case_len = (uint8_t)strnlen((char *)text, LIMIT_CASE_REF);
	memcpy(m.case_ref, text, m.case_len);
	known_put(c->known, &m);
	*ret = known_find(c->known, meeting);
	return 0;
}

static void seal(struct custody *c, struct record *record, const struct known_meeting *m)
{
	struct record_inner inner = {
		.meeting = m->meeting, .value = record->value, .case_len = m->case_len
	};

	memcpy(inner.case_ref, m->case_ref, m->case_len);
	record_seal_inner(
		record, &m->mk, audit_log_id(c->log), audit_log_next(c->log), &inner);
	secret_wipe(&inner, sizeof(inner));
}

/* -- staging ----------------------------------------------------------------------- */
/* More records than a commit takes: those before are made durable first. */
static int make_room(struct custody *c)
{
	int r = audit_log_commit(c->log, c->is_urgent);

	c->staged = 0;
	if (r == 0)
		return 0;
	c->log_broken = r == AUDIT_LOG_E_FULL ? STAGE_E_FULL : fault_fold(r);
	return c->log_broken;
}

static int put_sealed(struct custody *c, struct record *record,
	const struct known_meeting *m, bool may_use_reserve)
{
	if (m)
		seal(c, record, m);
	return audit_log_put(c->log, record, may_use_reserve);
}

static int put(
	struct custody *c, struct record *record, int64_t meeting, bool may_use_reserve)
{
	const struct known_meeting *m = NULL;
	int r = c->log_broken;

	if (r == 0 && meeting != 0)
		r = look_up(c, meeting, &m);
	if (r != 0)
		return r;
	r = put_sealed(c, record, m, may_use_reserve);
	if (r == -EAGAIN) {
		r = make_room(c);
		if (r != 0)
			return r;
		r = put_sealed(c, record, m, may_use_reserve);
	}
	if (r == AUDIT_LOG_E_FULL)
		return STAGE_E_FULL;
	if (r != 0)
		return fault_fold(r);
	c->staged++;
	if (audit_seal_of((enum audit_what)record->event) == AUDIT_SEAL_NOW)
		c->is_urgent = true;
	return 0;
}

/* A meeting that begins, a talk that goes on: never held up while there is a reserve. */
static bool is_of_a_talk(enum audit_what what)
{
	return audit_when_of(what) == AUDIT_WHEN_SOON || what == AUDIT_MEETING_CREATED ||
	       what == AUDIT_NUMBER_CALLED;
}

int stage_event(struct custody *c, const struct audit_event *event,
	enum record_source source, const uint8_t *request_id)
{
	struct record record = { .event = (uint16_t)event->what,
		.outcome = (uint8_t)event->outcome,
		.purpose = (uint8_t)event->purpose,
		.role = (uint8_t)event->role,
		.source = (uint8_t)source,
		.actor = event->actor,
		.subject = event->subject,
		.value = event->value };

	if (request_id)
		memcpy(record.request_id, request_id, sizeof(record.request_id));
	return put(c, &record, (int64_t)event->meeting, is_of_a_talk(event->what));
}

/* -- uses of keys ------------------------------------------------------------------ */
static enum audit_role role_of(const struct custody *c, const struct vault_use *use)
{
	if (use->actor < 0)
		return AUDIT_CITIZEN;
	if (use->actor > 0)
		return AUDIT_CONSULTANT;
	return c->source == RECORD_COMMAND || use->purpose == VAULT_EXPORT ||
			       use->purpose == VAULT_MINUTES
		       ? AUDIT_ADMINISTRATOR
		       : AUDIT_SYSTEM;
}

/* Only staff have meetings of their own. */
static enum audit_purpose purpose_of(const struct vault_use *use)
{
	enum audit_purpose purpose = policies[use->purpose].purpose;

	if (use->actor < 0)
		return AUDIT_FOR_CITIZEN;
	return use->actor == 0 && purpose == AUDIT_FOR_OWN_MEETING
		       ? AUDIT_FOR_ADMINISTRATION
		       : purpose;
}

/* A record that cannot say of which meeting it is stands for none that follows. */
static bool is_seen(struct custody *c, const struct stage_use *u)
{
	const struct known_meeting *m = NULL;
	struct seen_use seen = { .actor = u->use->actor,
		.meeting = u->meeting,
		.purpose = (uint32_t)u->use->purpose };
	uint8_t tag[HASH_BYTES];

	if (u->what != AUDIT_KEY_OPENED || !policies[u->use->purpose].once ||
		u->was_refused || look_up(c, u->meeting, &m) != 0 || !m)
		return false;
	record_tag(&m->mk, tag);
	memcpy(&seen.keys, tag, sizeof(seen.keys));
	return seen_again(c->seen, &seen, clock_boot_ms());
}

int stage_use(struct custody *c, const struct stage_use *u)
{
	const struct vault_use *use = u->use;
	const struct policy *p = &policies[use->purpose];
	struct record record = { .event = (uint16_t)u->what,
		.outcome = u->was_refused ? AUDIT_REFUSED : AUDIT_DONE,
		.purpose = (uint8_t)purpose_of(use),
		.role = (uint8_t)role_of(c, use),
		.source = RECORD_VAULT,
		.actor = use->actor > 0 ? (uint32_t)use->actor : 0,
		.value = u->value };
	int r;

	if (is_seen(c, u))
		return 0;
	r = put(c, &record, u->meeting, p->may_use_reserve);
	if (r != 0)
		seen_clear(c->seen); /* what is not on record was not seen */
	return r;
}

/* The vault alone knows of these; whoever else tells of them makes them up. */
bool stage_may_note(const struct audit_event *event)
{
	switch (event->what) {
	case AUDIT_KEY_OPENED:
	case AUDIT_KEY_MADE:
	case AUDIT_KEY_DESTROYED:
	case AUDIT_LOG_STARTED:
	case AUDIT_LOG_STARTED_UNCLEAN:
	case AUDIT_LOG_CLOCK:
	case AUDIT_LOG_GAP:
	case AUDIT_LOG_LOSS_ACCEPTED:
	case AUDIT_LOG_PRUNED:
	case AUDIT_NODE_KEY_ROTATED:
	case AUDIT_AUDITORS_CHANGED:
	case AUDIT_CASE_FOUND:
	case AUDIT_CASE_SET:
		return false;
	default:
		return (unsigned)event->what < AUDIT_WHAT_COUNT &&
		       (unsigned)event->purpose < AUDIT_PURPOSE_COUNT &&
		       (unsigned)event->outcome < AUDIT_OUTCOME_COUNT &&
		       audit_may_cause(event->what, event->role) &&
		       event->value <= audit_most(event->what) &&
		       event->meeting <= INT64_MAX;
	}
}
