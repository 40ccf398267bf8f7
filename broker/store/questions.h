/* SPDX-License-Identifier: MPL-2.0
 *
 * The question tables of the SQLite store, one file each, put together in sqlite_store.c.
 */
#pragma once

#include "samtale/store/call.h"
#include "samtale/store/meeting.h"
#include "samtale/store/record.h"
#include "samtale/store/retention.h"
#include "samtale/store/stats.h"
#include "samtale/store/user.h"

extern const struct user_questions sqlite_user;
extern const struct staff_session_questions sqlite_staff_session;
extern const struct meeting_questions sqlite_meeting;
extern const struct record_questions sqlite_record;
extern const struct stats_questions sqlite_stats;
extern const struct call_questions sqlite_call;
extern const struct meta_questions sqlite_meta;
extern const struct retention_questions sqlite_retention;

/* Where each kind's deadline lies: what was over by then is due. */
struct retention_cuts {
	int64_t held_ms, other_ms; /* contact */
	int64_t booking_ms, attendance_ms, record_ms;
};
struct retention_cuts retention_cuts_of(
	const struct retention_policy *policy, int64_t now_ms);
