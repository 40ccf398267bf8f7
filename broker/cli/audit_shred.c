/* SPDX-License-Identifier: MPL-2.0
 *
 * Erasure of one case: the keys of all its meetings die first, then the rows that they
 * opened. An interrupted one is simply repeated. What the command cannot reach it names.
 */
#include "note.h"
#include "rows.h"

#include "samtale/base/fault.h"
#include "samtale/store/retention.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct meetings {
	int64_t *at;
	size_t n;
	bool has_running;
};

static void meetings_deinit(struct meetings *m)
{
	free(m->at);
}

static int add(struct meetings *m, int64_t id)
{
	int64_t *grown;

	for (size_t i = 0; i < m->n; i++)
		if (m->at[i] == id)
			return 0;
	grown = realloc(m->at, (m->n + 1) * sizeof(*grown));
	if (!grown)
		return fault_here(ENOMEM);
	m->at = grown;
	grown[m->n++] = id;
	return 0;
}

/* -- finding --------------------------------------------------------------------- */
/* Those whose keys live; that they were looked for goes on record with it. */
static int find_in_vault(struct phrase_call *c, struct bytes ref, struct meetings *m)
{
	int64_t ids[VAULT_MEETINGS_MAX];
	struct vault_use use = { .purpose = VAULT_EXPORT };
	struct vault_ids found = { .cap = ARRAY_LEN(ids), .at = ids };
	int r = 0;

	do {
		found.n = 0;
		r = vault_find_case_here(c->vault, &use, ref, &found);
		for (size_t i = 0; r == 0 && i < found.n; i++)
			r = add(m, ids[i]);
		if (found.n > 0)
			found.after = ids[found.n - 1];
	} while (r == 0 && found.n == found.cap);
	return fault_fold(r);
}

static bool is_running(const struct booking *b)
{
	return b->state == BOOKING_OPEN || b->state == BOOKING_LIVE ||
	       b->state == BOOKING_PAUSED;
}

/* And those whose rows are left, whatever became of their keys. */
static int find_in_store(struct phrase_call *c, struct bytes ref, struct meetings *m)
{
	struct booking_list list = STORE_LIST_NULL;
	struct token_hash tag;
	int r = case_tag(c->node, ref, &tag) ? 0 : fault_here(EINVAL);

	if (r == 0)
		r = c->store->meeting->by_case(c->store, &tag, &list);
	for (size_t i = 0; r == 0 && i < list.n; i++) {
		r = add(m, list.at[i].id);
		m->has_running |= is_running(&list.at[i]);
	}
	free(list.at);
	return fault_fold(r);
}

/* -- destroying ------------------------------------------------------------------ */
static int forget_keys(struct phrase_call *c, const struct meetings *m)
{
	int r = 0;

	for (size_t at = 0; r == 0 && at < m->n; at += VAULT_MEETINGS_MAX) {
		size_t left = m->n - at;
		struct vault_use use = { .purpose = VAULT_EXPORT,
			.meetings = m->at + at,
			.n = left < VAULT_MEETINGS_MAX ? left : VAULT_MEETINGS_MAX };

		r = vault_forget_here(c->vault, &use, VAULT_BOTH);
	}
	return fault_fold(r);
}

static int drop_rows(struct phrase_call *c, const struct meetings *m)
{
	static const enum retention_kind kinds[] = { RETENTION_CONTACT, RETENTION_BOOKING,
		RETENTION_ATTENDANCE, RETENTION_RECORD };
	int r = 0;

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; r == 0 && k < ARRAY_LEN(kinds); k++)
			r = c->store->retention->drop(c->store, kinds[k], m->at[i]);
	return fault_fold(r);
}

static void say_found(struct phrase_call *c, const struct meetings *m, bool erased)
{
	if (phrase_value(&c->words, "json"))
		(void)fprintf(c->out, "{\"meetings\":%zu,\"erased\":%s}\n", m->n,
			erased ? "true" : "false");
	else
		(void)fprintf(c->out, "%zu meetings\n", m->n);
}

static int erase(struct phrase_call *c, const struct meetings *m)
{
	int r = note_event(c, AUDIT_CASE_ERASED, 0, audit_count_of(m->n));

	if (r == 0)
		r = forget_keys(c, m);
	if (r == 0)
		r = drop_rows(c, m);
	if (r != 0)
		return phrase_fault(c, fault_fold(r));
	if (phrase_value(&c->words, "json")) {
		say_found(c, m, true);
		return 0;
	}
	(void)fprintf(c->out,
		"%zu meetings of the case are erased: their keys are destroyed, nothing "
		"of "
		"them opens any more, and the log still verifies.\n"
		"What is left elsewhere:\n"
		"- the newest key backup holds the keys until the next one replaces it, "
		"within 24 hours when it is made daily: `samtale key backup` over the "
		"same "
		"file ends that now;\n"
		"- snapshots of the machine hold keys until they expire;\n"
		"- bundles and shares that auditors have not deleted open what they "
		"opened.\n",
		m->n);
	return 0;
}

/* -- in -------------------------------------------------------------------------- */
int run_audit_shred(struct phrase_call *c)
{
	struct bytes ref = bytes_str(phrase_value(&c->words, "case"));
	owned(meetings_deinit) struct meetings m = { 0 };
	struct token_hash tag;
	int r;

	if (!case_tag(c->node, ref, &tag))
		return phrase_fail(
			c, "A case reference is 1 to %d bytes.", LIMIT_CASE_REF);
	r = find_in_vault(c, ref, &m);
	if (r == 0)
		r = find_in_store(c, ref, &m);
	if (r != 0)
		return phrase_fault(c, r);
	if (phrase_value(&c->words, "dry-run")) {
		say_found(c, &m, false);
		return 0;
	}
	if (m.n == 0)
		return phrase_fail(c, "Nothing of that case is kept here: no meeting has "
				      "that reference.");
	if (m.has_running)
		return phrase_fail(c, "A meeting of that case is open now; end it first, "
				      "then erase.");
	return erase(c, &m);
}
