/* SPDX-License-Identifier: MPL-2.0
 *
 * The table of phrases, and what is printed from it: help and the manual page.
 */
#include "rows.h"

#include <string.h>

const struct phrase phrases[] = {
	{ "init [--trial] [--auditors <file>]",
		"Make the folders, the keys, the sealed log and the database, once. "
		"FILE: one to three public lines of `samtale audit keygen`; their "
		"holders alone can read the log. --trial: an auditor of its own, and a "
		"demo account.",
		PHRASE_HERE, run_init, RECORDS(LOG_STARTED) },
	{ "trial [--json]",
		"Print a sign-in and a citizen's link of a meeting that is open now. "
		"Trials only.",
		PHRASE_SERVED, run_trial, RECORDS(INVITATION_SHOWN) },
	{ "user add <name> --given <given> --team <team> [--phone <number>] [--leader]",
		"Make an account; prints its one-time set-up link, once.", PHRASE_STORE,
		run_user_add, RECORDS(ACCOUNT_CREATED) },
	{ "user phone <name> [<number>]",
		"Set the account's own number, which the gateway rings when the "
		"consultant talks by telephone; without a number: forget it.",
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
	{ "meeting minutes [<id>] [--case <reference>] [--json]",
		"Print the signed minutes of a meeting that is over, or of all of a "
		"case: when, how and with what outcome, never what was said.",
		PHRASE_STORE, run_meeting_minutes, RECORDS(MINUTES_SIGNED) },
	{ "meeting verify <file> [--key <public>]",
		"Say whether minutes are genuine: signed by this installation, or by "
		"the one whose signing key is given, and not changed since.",
		PHRASE_ALONE, run_meeting_verify,
		NO_RECORD("it reads a file that whoever runs it has already") },
	{ "meeting receipt <code> [--id <id>] [--case <reference>]",
		"Say whether a citizen's receipt belongs to that meeting, or to which "
		"of the case.",
		PHRASE_STORE, run_meeting_receipt, RECORDS(RECORD_READ) },
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
		"English, from the configuration in force: record of processing, "
		"picture of the flows, annex for the impact assessment, the citizen's "
		"pages.",
		PHRASE_HERE, run_report_privacy,
		NO_RECORD("it writes the configuration in words, no personal data") },
	{ "retention run [--dry-run]",
		"Delete what is due now; with --dry-run only count it.", PHRASE_STORE,
		run_retention_run, RECORDS(DELETION_RUN) },
	{ "key backup-keygen <prefix>",
		"Make the pair that backups are sealed with: PREFIX.key goes offline, "
		"PREFIX.pub becomes backup.pub of the data folder.",
		PHRASE_ALONE, run_backup_keygen,
		NO_RECORD("it is made away from the host") },
	{ "backup <file> [--to <public>]",
		"Write a sealed, consistent copy of the database while it serves.",
		PHRASE_HERE, run_backup, RECORDS(BACKUP) },
	{ "restore <file> --to <folder> [--key <key>] [--keys <sealed>] [--accept-loss]",
		"Open a backup (and, with --keys, a key backup) into a data folder "
		"that holds no database, with node key and auditors in its vault folder; "
		"delete what fell due meanwhile. Without --key it opens the copy that "
		"was made before an upgrade. --accept-loss: a copy of the log that lies "
		"there may end before its last checkpoint.",
		PHRASE_HERE, run_restore, RECORDS(RESTORED) },
	{ "key backup <file> [--to <public>]",
		"Write a sealed copy of the meetings' keys; keep the newest only.",
		PHRASE_HERE, run_key_backup, RECORDS(KEY_BACKUP) },
	{ "key rotate", "Replace the node key and wrap everything anew, while it serves.",
		PHRASE_STORE, run_key_rotate, RECORDS(NODE_KEY_ROTATED) },
	{ "key show", "Print the public key that checks the node's signatures, as PEM.",
		PHRASE_HERE, run_key_show, NO_RECORD("it is public") },
	{ "audit keygen <prefix> [--name <name>] [--passphrase-file <file>] [--json]",
		"Make an auditor's key, offline: PREFIX.auditor is locked by a "
		"passphrase and never comes to the host, PREFIX.auditor.pub goes there.",
		PHRASE_ALONE, run_audit_keygen,
		NO_RECORD("it is made away from the host") },
	{ "audit auditors <file>",
		"Seal the log to other auditors from now on; FILE as for init.",
		PHRASE_HERE, run_audit_auditors, RECORDS(AUDITORS_CHANGED) },
	{ "audit reload",
		"Read the auditors' file again; `samtale audit auditors` does so itself.",
		PHRASE_STORE, run_audit_reload, RECORDS(AUDITORS_CHANGED) },
	{ "audit status [--json]",
		"Say how the log stands: records, last checkpoint, room, auditors.",
		PHRASE_HERE, run_audit_status, NO_RECORD("it opens no record") },
	{ "audit verify [--anchors <file>] [--export <json>] [--log <folder>] "
	  "[--signing <pem>] [--json]",
		"Check that the log was not changed; needs no secret. Exit code: 0 OK, "
		"1 broken, 2 it could not be checked, 3 holds but look at the lines, 4 "
		"no anchor was given or none is new enough.",
		PHRASE_ALONE, run_audit_verify, RECORDS(LOG_VERIFIED) },
	{ "audit bundle <file> --from <date> --to <date> [--json]",
		"Write the log of those days, sealed to the auditors: the first step "
		"of reading it.",
		PHRASE_HERE, run_audit_bundle, RECORDS(LOG_BUNDLED) },
	{ "audit share <bundle> --key <auditor> --out <file> [--passphrase-file <file>] "
	  "[--json]",
		"Open one auditor's half of a bundle, offline: the second step.",
		PHRASE_ALONE, run_audit_share,
		NO_RECORD("it happens away from the host; the bundle is on record") },
	{ "audit read [<bundle>] [<share>] [<share2>] [<share3>] [<share4>] "
	  "[--from <date>] [--to <date>] [--event <event>] [--actor <number>] "
	  "[--purpose <purpose>] [--case <ref>] [--json]",
		"Show the records of a bundle with the auditors' shares of it; where "
		"the auditors changed, with those of the former ones too. In a trial "
		"without a bundle: all steps at once.",
		PHRASE_ALONE, run_audit_read,
		NO_RECORD("the bundle that it needs is on record") },
	{ "audit sample [<bundle>] [<share>] [<share2>] [<share3>] [<share4>] "
	  "--random <n> [--from <date>] [--to <date>] [--seed <seed>] [--json]",
		"Draw uses by staff by lot and print the page (HTML, Danish) of the "
		"fixed control procedure. The same seed draws the same.",
		PHRASE_ALONE, run_audit_sample,
		NO_RECORD("the bundle that it needs is on record") },
	{ "audit export --case <ref> [<bundle>] [<share>] [<share2>] [<share3>] "
	  "[<share4>] [--with-staff] --out <prefix> [--json]",
		"Write what a citizen may demand about a case: PREFIX.txt and "
		"PREFIX.json to hand over, PREFIX.proof to keep. Staff by role; by "
		"number and name only with two auditors' shares.",
		PHRASE_ALONE, run_audit_export, RECORDS(CASE_EXPORTED) },
	{ "audit shred --case <ref> [--dry-run] [--yes] [--json]",
		"Destroy the keys of all meetings of a case, and their rows, for ever. "
		"--dry-run counts them.",
		PHRASE_STORE, run_audit_shred, RECORDS(CASE_ERASED) },
	{ "audit selftest [--json]",
		"Write a log of its own, read it back, damage it in every way, and say "
		"whether each was found.",
		PHRASE_ALONE, run_audit_selftest, RECORDS(SELF_TEST) },
	{ "audit accept-loss [--yes]",
		"Go on with a log that is shorter than its last checkpoint: an older "
		"copy was restored, and the newer one is lost.",
		PHRASE_HERE, run_audit_accept_loss, RECORDS(LOG_LOSS_ACCEPTED) },
	{ "note <act> [--value <n>]",
		"Put on record that a backup or the like is made; the phrases that do "
		"so note it themselves.",
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
	"\\fBaudit verify\\fR: 0 OK, 1 broken, 2 it could not be checked, 3 it holds but "
	"there\n"
	"is something to look at, 4 no anchor was given or none is new enough.\n"
	"\\fBaudit read\\fR: 1 also when something of the bundle did not open.\n"
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
