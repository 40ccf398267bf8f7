/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what each phrase of the table runs.
 */
#pragma once

#include "samtale/cli/phrase.h"

/* -- setup.c -- */
/* The data folder and the vault's, of c->place. 0, or 1 after one sentence. */
must_check int setup_folders(struct phrase_call *c);
int run_init(struct phrase_call *c);
int run_config_check(struct phrase_call *c);
int run_config_show(struct phrase_call *c);
int run_help(struct phrase_call *c);
int run_version(struct phrase_call *c);
/* -- trial.c -- */
int run_trial(struct phrase_call *c);
/* Makes the demo account and trial.ini, once. Inside a transaction. 0 or a fault. */
must_check int trial_make(struct phrase_call *c);
/* -- user.c -- */
int run_user_add(struct phrase_call *c);
int run_user_phone(struct phrase_call *c);
int run_user_list(struct phrase_call *c);
int run_user_disable(struct phrase_call *c);
int run_user_enable(struct phrase_call *c);
int run_user_reset(struct phrase_call *c);
/* -- meeting.c -- */
int run_meeting_list(struct phrase_call *c);
int run_meeting_show(struct phrase_call *c);
/* -- minutes.c -- */
int run_meeting_minutes(struct phrase_call *c);
int run_meeting_verify(struct phrase_call *c);
int run_meeting_receipt(struct phrase_call *c);
/* -- report.c -- */
int run_report_privacy(struct phrase_call *c);
/* -- retention.c -- */
int run_retention_explain(struct phrase_call *c);
int run_retention_run(struct phrase_call *c);
/* -- backup.c -- */
int run_backup(struct phrase_call *c);
int run_restore(struct phrase_call *c);
int run_key_backup(struct phrase_call *c);
int run_backup_keygen(struct phrase_call *c);
/* -- audit_*.c -- */
int run_audit_keygen(struct phrase_call *c);
int run_audit_share(struct phrase_call *c);
int run_audit_bundle(struct phrase_call *c);
int run_audit_read(struct phrase_call *c);
int run_audit_sample(struct phrase_call *c);
int run_audit_export(struct phrase_call *c);
int run_audit_verify(struct phrase_call *c);
int run_audit_shred(struct phrase_call *c);
int run_audit_selftest(struct phrase_call *c);
int run_audit_status(struct phrase_call *c);
int run_audit_auditors(struct phrase_call *c);
int run_audit_reload(struct phrase_call *c);
int run_audit_accept_loss(struct phrase_call *c);
int run_key_show(struct phrase_call *c);
int run_key_rotate(struct phrase_call *c);
/* -- note.c -- */
int run_note(struct phrase_call *c);
/* -- stats.c -- */
int run_stats(struct phrase_call *c);
/* -- doctor.c -- */
int run_doctor(struct phrase_call *c);
