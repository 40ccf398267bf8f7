/* SPDX-License-Identifier: MPL-2.0
 *
 * What is due for deletion, and the run that deletes it. A key dies first, then what it
 * opened: an interrupted run is simply repeated.
 */
#pragma once

#include "samtale/store/store.h"

struct vault;

struct retention_policy {      /* from the settings, section data */
	int64_t contact_hours; /* after the end of a meeting that was held */
	int64_t contact_days;  /* working days, of any other */
	int64_t booking_days;
	int64_t attendance_days;
	int64_t record_days;
};

enum retention_kind {
	RETENTION_CONTACT, /* ck; label, phone, way; link and PIN hash */
	RETENTION_BOOKING, /* the booking's row and a live record left behind */
	RETENTION_ATTENDANCE,
	RETENTION_RECORD,    /* mk; whatever it sealed */
	RETENTION_ORPHAN,    /* keys without a booking, older than an hour */
	RETENTION_SESSION,   /* expired sign-ins */
	RETENTION_COPY,      /* sealed copies made before upgrades */
	RETENTION_CALL,      /* placed calls, after CALL_KEEP_MS */
	RETENTION_CALL_BACK, /* who waits to be called back, after CALL_BACK_KEEP_MS */
	RETENTION_KIND_COUNT
};
const char *retention_kind_name(enum retention_kind kind);

#define RETENTION_STEP      256 /* meetings in one question */
#define RETENTION_COPY_DAYS 35

struct retention_ask {
	enum retention_kind kind; /* CONTACT, BOOKING, ATTENDANCE or RECORD */
	int64_t now_ms;
	const struct retention_policy *policy;
	int64_t after; /* ids above this one; 0: all */
};

struct retention_questions {
	/* Ids of meetings that are due, at most RETENTION_STEP, ascending. */
	int (*due)(struct store *s, const struct retention_ask *ask, int64_t *ids,
		size_t *ret_n);
	/* Removes what that kind removes from the store; keys are the vault's. */
	int (*drop)(struct store *s, enum retention_kind kind, int64_t meeting);
	/* Is any trace of that meeting left that still needs its keys? */
	int (*is_known)(struct store *s, int64_t meeting, bool *ret);
	int (*sessions_expired)(struct store *s, int64_t now_ms, size_t *ret_n);
	/* Counts the sealed copies beside the database that were made before then; with
	 * drop they are removed, at once and whatever becomes of the transaction. */
	int (*copies_old)(struct store *s, int64_t before_ms, bool drop, size_t *ret_n);
};

struct retention_counts {
	size_t of[RETENTION_KIND_COUNT];
	bool more; /* a run stops after a while: ask again */
};

struct retention_run {
	struct store *store;
	struct vault *vault;
	const struct retention_policy *policy;
	int64_t now_ms;
	bool dry;      /* count, delete nothing */
	int64_t actor; /* vault_use.actor */
};

/* Inside a desk task. The desk empties the write-ahead logs after the commit. */
must_check int retention_run_here(
	const struct retention_run *run, struct retention_counts *ret);
