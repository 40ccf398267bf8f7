/* SPDX-License-Identifier: MPL-2.0
 *
 * Who was there, when, in which form: what is kept of an ended meeting, as bytes. Sealed
 * under its mk it is a row of record.h; minutes and a citizen's export are made of it.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/base/limits.h"

/* The numbers of enum meeting_form. */
enum attendance_form {
	ATTENDANCE_NOTHING,
	ATTENDANCE_VIDEO,
	ATTENDANCE_AUDIO,
	ATTENDANCE_PHONE,
	ATTENDANCE_FORMS
};

struct attendance {
	uint8_t outcome;    /* enum booking_outcome */
	uint8_t level;      /* highest identity level of whoever was let in */
	uint8_t chosen_by;  /* enum booking_choice */
	uint8_t cause;      /* why it was last handed to the telephone; 0: it was not */
	bool came, entered; /* a device of the citizen; a consultant */
	bool call_asked;    /* the citizen wanted to be called */
	uint8_t calls;      /* attempts */
	bool stated;       /* some of the telephone's minutes are the consultant's word */
	int64_t starts_ms; /* as planned */
	int64_t started_ms; /* 0: nobody ever talked */
	int64_t ended_ms;
	int64_t total_ms[ATTENDANCE_FORMS];
	uint8_t intervals;
	struct attendance_interval {
		uint8_t form;
		int64_t from_ms, to_ms;
	} interval[LIMIT_INTERVALS];
};

#define ATTENDANCE_BYTES_MAX 1280

void attendance_write(struct writer *w, const struct attendance *a);
/* Takes what any version wrote. False, *ret untouched: anything else. */
must_check bool attendance_read(struct bytes plain, struct attendance *ret);

/* Rounded as every page shows it. */
uint32_t attendance_minutes(const struct attendance *a, enum attendance_form form);
