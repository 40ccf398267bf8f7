/* SPDX-License-Identifier: MPL-2.0
 *
 * One door to the log for the phrases that run outside of the broker. It opens no
 * database: a backup must not migrate one.
 */
#include "note.h"

#include "client.h"
#include "rows.h"
#include "session.h"

#include <inttypes.h>
#include <string.h>

static const struct act {
	const char *word;
	enum audit_what what;
} acts[] = {
	{ "backup", AUDIT_BACKUP },
	{ "bundle", AUDIT_LOG_BUNDLED },
	{ "export", AUDIT_CASE_EXPORTED },
	{ "key-backup", AUDIT_KEY_BACKUP },
	{ "selftest", AUDIT_SELF_TEST },
	{ "verify", AUDIT_LOG_VERIFIED },
};

int note_event(
	struct phrase_call *c, enum audit_what what, int64_t subject, uint32_t value)
{
	const struct audit_event e = { .what = what,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.outcome = AUDIT_DONE,
		.role = AUDIT_ADMINISTRATOR,
		.subject = (uint32_t)subject,
		.value = value };

	return audit_note(c->audit, &e);
}

int run_note(struct phrase_call *c)
{
	const char *word = phrase_value(&c->words, "act");
	const char *number = phrase_value(&c->words, "value");
	uint64_t value = 0;

	if (number && !bytes_to_u64(bytes_str(number), AUDIT_COUNT, &value))
		return phrase_fail(c, "--value is a number of up to seven digits.");
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (strcmp(acts[i].word, word) == 0) {
			int r = note_event(c, acts[i].what, 0, (uint32_t)value);

			return r < 0 ? phrase_fault(c, r) : 0;
		}
	return phrase_fail(c, "Nothing is noted by that word.");
}

static int note_here(struct phrase_call *c, const struct phrase_words *words)
{
	owned(session_closep) struct session *s = NULL;
	struct phrase_call note = *c;
	int r;

	note.words = *words;
	r = session_open_log(&s, &note);
	return r == 0 ? session_run(s, &note, run_note) : r;
}

int note_put(struct phrase_call *c, const char *act, uint32_t value)
{
	char number[16];
	const char *const note[] = { "note", act, "--value", number };
	struct client_request q = { ARRAY_LEN(note), note, c->out, c->err };
	struct phrase_words words;
	int code = 1, r;

	(void)snprintf(number, sizeof(number), "%" PRIu32, value);
	r = client_run(c->place->control, &q, &code);
	if (r == CLIENT_E_NOBODY && phrase_parse(&words, ARRAY_LEN(note), note) == 0)
		return note_here(c, &words);
	if (r == 0 && code == 0)
		return 0;
	return phrase_fail(c, "The broker did not put it on record: nothing is done.");
}
