/* SPDX-License-Identifier: MPL-2.0 */
#include "rows.h"
int run_meeting_list(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_meeting_show(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_retention_explain(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_retention_run(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_backup(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_restore(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_key_backup(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_backup_keygen(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_stats(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
int run_doctor(struct phrase_call *c)
{
	return phrase_fail(c, "not yet");
}
