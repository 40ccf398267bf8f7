/* SPDX-License-Identifier: MPL-2.0
 *
 * The table of phrases, and what is printed from it: help and the manual page.
 */
#include "rows.h"

#include <string.h>

const struct phrase phrases[] = {
	{ "init [--trial]",
		"Make the data folder, the keys and the database; with --trial a demo "
		"account "
		"as well.",
		PHRASE_HERE, run_init, RECORDS(AUDITORS_CHANGED) },
	{ "trial [--json]",
		"Print a sign-in and a citizen's link of a meeting that is open now. "
		"Trials only.",
		PHRASE_SERVED, run_trial, RECORDS(INVITATION_SHOWN) },
	{ "user add <name> --given <given> --team <team> [--phone <number>] [--leader]",
		"Make an account; prints its one-time set-up link, once.", PHRASE_STORE,
		run_user_add, RECORDS(ACCOUNT_CREATED) },
	{ "user phone <name> [<number>]",
		"Set the account's own number, which the gateway rings when the "
		"consultant talks by "
		"telephone; without a number: forget it.",
		PHRASE_STORE, run_user_phone, RECORDS(ACCOUNT_CHANGED) },
	{ "user list [--json]", "List the accounts.", PHRASE_STORE, run_user_list,
		RECORDS(ADMIN_LOOKED) },
	{ "user disable <name>", "Sign an account out everywhere and refuse its sign-in.",
		PHRASE_STORE, run_user_disable, RECORDS(ACCOUNT_DISABLED) },
	{ "user enable <name>", "Let a disabled account sign in again.", PHRASE_STORE,
		run_user_enable, RECORDS(ACCOUNT_CHANGED) },
	{ "user reset <name>",
		"Forget password and authenticator of an account; prints a new set-up "
		"link.",
		PHRASE_STORE, run_user_reset, RECORDS(ACCOUNT_RESET) },
	{ "meeting list [--day <date>] [--json]",
		"List the meetings of a day (YYYY-MM-DD, today), without personal data.",
		PHRASE_STORE, run_meeting_list, RECORDS(ADMIN_LOOKED) },
	{ "meeting show <id> [--json]", "Show one meeting, without personal data.",
		PHRASE_STORE, run_meeting_show, RECORDS(ADMIN_LOOKED) },
	{ "meeting end <id>", "End a meeting that nobody ends, as unfinished.",
		PHRASE_BROKER, NULL, RECORDS(MEETING_ENDED) },
	{ "config check", "Check the configuration and end.", PHRASE_HERE,
		run_config_check, NO_RECORD("it opens the configuration alone") },
	{ "config show",
		"Print every setting as it is in force; secrets are files, never shown.",
		PHRASE_HERE, run_config_show,
		NO_RECORD("it opens the configuration alone") },
	{ "retention explain [--json]",
		"Print what is kept, why, for how long, and who can read it.",
		PHRASE_HERE, run_retention_explain,
		NO_RECORD("it opens the configuration alone") },
	{ "report privacy --out <folder> [--json]",
		"Write the report for the data protection officer, in Danish and "
		"English, from the configuration in force: record of processing, picture "
		"of the flows, annex for the impact assessment, the citizen's pages.",
		PHRASE_HERE, run_report_privacy,
		NO_RECORD("it writes the configuration in words, no personal data") },
	{ "retention run [--dry-run]",
		"Delete what is due now; with --dry-run only count it.", PHRASE_STORE,
		run_retention_run, RECORDS(DELETION_RUN) },
	{ "key backup-keygen <prefix>",
		"Make the pair that backups are sealed with: PREFIX.key goes offline, "
		"PREFIX.pub "
		"becomes backup.pub of the data folder.",
		PHRASE_ALONE, run_backup_keygen,
		NO_RECORD("it is made away from the host") },
	{ "backup <file> [--to <public>]",
		"Write a sealed, consistent copy of the database while it serves.",
		PHRASE_HERE, run_backup, RECORDS(BACKUP) },
	{ "restore <file> --to <folder> [--key <key>] [--keys <sealed>]",
		"Open a backup (and, with --keys, a key backup) into a data folder that "
		"holds no "
		"database, and whose vault folder holds its node key; delete what fell "
		"due "
		"meanwhile. Without --key it opens the copy that was made before an "
		"upgrade.",
		PHRASE_HERE, run_restore, RECORDS(RESTORED) },
	{ "key backup <file> [--to <public>]",
		"Write a sealed copy of the meetings' keys; keep the newest only.",
		PHRASE_HERE, run_key_backup, RECORDS(KEY_BACKUP) },
	{ "note <act> [--value <n>]",
		"Put on record that a backup or the like is made; the phrases that do so "
		"note it "
		"themselves.",
		PHRASE_STORE, run_note, RECORDS(BACKUP) },
	{ "doctor [--json]", "Look the installation over; one line per finding.",
		PHRASE_HERE, run_doctor,
		NO_RECORD("it looks at files and ports, never at what is in them") },
	{ "stats --csv [--from <week>] [--to <week>]",
		"Weekly counters (weeks as 2026-W47); cells under 5 are hidden.",
		PHRASE_STORE, run_stats,
		NO_RECORD("nobody can be found in the figures") },
	{ "status [--json]", "Say what the broker does at this moment.", PHRASE_BROKER,
		NULL, NO_RECORD("it prints how many, never who") },
	{ "clock shift <ms>", "Move the broker's clock; under --test-clock only.",
		PHRASE_BROKER, NULL,
		NO_RECORD("no service runs with it; the log notes a step by itself") },
	{ "help [<word>] [--man]", "Print the phrases, or those that begin with a word.",
		PHRASE_ALONE, run_help, NO_RECORD("it opens nothing") },
	{ "version", "Print the version.", PHRASE_ALONE, run_version,
		NO_RECORD("it opens nothing") },
};
const size_t phrase_count = ARRAY_LEN(phrases);

static bool begins_with(const char *pattern, const char *word)
{
	size_t len = strlen(word);

	return strncmp(pattern, word, len) == 0 &&
	       (pattern[len] == ' ' || pattern[len] == '\0');
}

unsigned phrase_help(FILE *to, const char *first)
{
	unsigned n = 0;

	for (size_t i = 0; i < phrase_count; i++) {
		if (first && !begins_with(phrases[i].pattern, first))
			continue;
		(void)fprintf(
			to, "  %s\n      %s\n", phrases[i].pattern, phrases[i].sentence);
		n++;
	}
	return n;
}

/* -- manual page ----------------------------------------------------------------- */
static void write_escaped(FILE *to, const char *text)
{
	for (; *text; text++)
		(void)fprintf(to, *text == '-' ? "\\-" : "%c", *text);
}

static void write_record(FILE *to, const struct phrase_record *r)
{
	if (r->has_event)
		(void)fprintf(to, "On record as %s.\n", audit_name(r->event));
	else
		(void)fprintf(to, "Not on record: %s.\n", r->why_not);
}

static const char manual_head[] =
	".\\\" SPDX-License-Identifier: MPL-2.0\n"
	".\\\" Printed by `samtale help --man`; a test compares.\n"
	".TH SAMTALE 1 \"\" \"Samtale\" \"User Commands\"\n"
	".SH NAME\n"
	"samtale \\- administer a Samtale broker\n"
	".SH SYNOPSIS\n"
	".B samtale\n"
	"[\\fB\\-\\-config\\fR \\fIFILE\\fR] \\fIPHRASE\\fR...\n"
	".SH DESCRIPTION\n"
	"Runs one phrase. While the broker serves, phrases that need the database run "
	"inside\n"
	"it, over its control socket, which lets in root and the broker's own user "
	"only.\n"
	"Without \\fB\\-\\-config\\fR the file is \\fI/etc/samtale/samtale.ini\\fR.\n"
	"No secret is ever taken from the command line.\n"
	".SH PHRASES\n";

static const char manual_tail[] =
	".SH EXIT STATUS\n"
	"0: done. 1: it could not be done; one sentence says why. 2: no such phrase.\n"
	".SH SEE ALSO\n"
	".BR samtale\\-broker (8)\n";

void phrase_manual(FILE *to)
{
	(void)fputs(manual_head, to);
	for (size_t i = 0; i < phrase_count; i++) {
		(void)fputs(".TP\n.B ", to);
		write_escaped(to, phrases[i].pattern);
		(void)fputc('\n', to);
		write_escaped(to, phrases[i].sentence);
		(void)fputs("\n.br\n", to);
		write_record(to, &phrases[i].record);
	}
	(void)fputs(manual_tail, to);
}
