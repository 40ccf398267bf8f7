/* SPDX-License-Identifier: MPL-2.0
 *
 * The words of a meeting as numbers, and the way to and from the wire. All of them come
 * from meeting.def.
 */
#pragma once

#include "samtale/base/bytes.h"

/* Each list of meeting.def is an enum meeting_<list> with MEETING_<LIST>_<ID>. */
#define PHASE(id, name) MEETING_PHASE_##id,
enum meeting_phase {
#include "samtale/meeting/meeting.def"
	MEETING_PHASE_COUNT
};
#define FORM(id, name) MEETING_FORM_##id,
enum meeting_form {
#include "samtale/meeting/meeting.def"
	MEETING_FORM_COUNT
};
#define WAY(id, name) MEETING_WAY_##id,
enum meeting_way {
#include "samtale/meeting/meeting.def"
	MEETING_WAY_COUNT
};
#define PLACE(id, name) MEETING_PLACE_##id,
enum meeting_place {
#include "samtale/meeting/meeting.def"
	MEETING_PLACE_COUNT
};
#define VIA(id) MEETING_VIA_##id,
enum meeting_via {
#include "samtale/meeting/meeting.def"
	MEETING_VIA_COUNT
};
#define KIND(id, name) MEETING_KIND_##id,
enum meeting_kind { /* of an entry */
#include "samtale/meeting/meeting.def"
	MEETING_KIND_COUNT
};
#define PROGRESS(id, name) MEETING_PROGRESS_##id,
enum meeting_progress { /* `step` on the wire */
#include "samtale/meeting/meeting.def"
	MEETING_PROGRESS_COUNT
};
#define SIGNAL(id, name) MEETING_SIGNAL_##id,
enum meeting_signal {
#include "samtale/meeting/meeting.def"
	MEETING_SIGNAL_COUNT
};
#define RUNG(id, name) MEETING_RUNG_##id,
enum meeting_rung {
#include "samtale/meeting/meeting.def"
	MEETING_RUNG_COUNT
};
#define HEALTH(id, name) MEETING_HEALTH_##id,
enum meeting_health {
#include "samtale/meeting/meeting.def"
	MEETING_HEALTH_COUNT
};
#define BREAK(id, name) MEETING_BREAK_##id,
enum meeting_break {
#include "samtale/meeting/meeting.def"
	MEETING_BREAK_COUNT
};
#define CALL(id, name) MEETING_CALL_##id,
enum meeting_call {
#include "samtale/meeting/meeting.def"
	MEETING_CALL_COUNT
};
#define LINE(id, name) MEETING_LINE_##id,
enum meeting_line { /* `progress` on the wire */
#include "samtale/meeting/meeting.def"
	MEETING_LINE_COUNT
};
#define REASON(id, name, tried) MEETING_REASON_##id,
enum meeting_reason {
#include "samtale/meeting/meeting.def"
	MEETING_REASON_COUNT
};
#define LEG(id) MEETING_LEG_##id,
enum meeting_leg {
#include "samtale/meeting/meeting.def"
	MEETING_LEG_COUNT
};
#define DIAL_TO(id, name) MEETING_DIAL_TO_##id,
enum meeting_dial_to {
#include "samtale/meeting/meeting.def"
	MEETING_DIAL_TO_COUNT
};
#define KEY(id) MEETING_KEY_##id,
enum meeting_key {
#include "samtale/meeting/meeting.def"
	MEETING_KEY_COUNT
};
#define PHONE(id, name, ...) MEETING_PHONE_##id,
enum meeting_phone {
#include "samtale/meeting/meeting.def"
	MEETING_PHONE_COUNT
};
#define CALL_FROM(id, name) MEETING_CALL_FROM_##id,
enum meeting_call_from {
#include "samtale/meeting/meeting.def"
	MEETING_CALL_FROM_COUNT
};
#define OUTCOME(id, name) MEETING_OUTCOME_##id,
enum meeting_outcome {
#include "samtale/meeting/meeting.def"
	MEETING_OUTCOME_COUNT
};
#define ALERT(id, name) MEETING_ALERT_##id,
enum meeting_alert {
#include "samtale/meeting/meeting.def"
	MEETING_ALERT_COUNT
};
#define WHEN(id) MEETING_WHEN_##id,
enum meeting_when {
#include "samtale/meeting/meeting.def"
	MEETING_WHEN_COUNT
};
#define REFUSAL(id, name) MEETING_E_##id,
enum meeting_refusal {
	MEETING_E_NOTHING, /* 0: done */
#include "samtale/meeting/meeting.def"
	MEETING_E_COUNT
};
#define CLOSE(id) MEETING_CLOSE_##id,
enum meeting_close {
#include "samtale/meeting/meeting.def"
	MEETING_CLOSE_COUNT
};
#define RECORD(id) MEETING_RECORD_##id,
enum meeting_record {
#include "samtale/meeting/meeting.def"
	MEETING_RECORD_COUNT
};
#define EVENT(id, ...) MEETING_EV_##id,
enum meeting_event_kind {
#include "samtale/meeting/meeting.def"
	MEETING_EV_COUNT
};

/* -- to the wire -- */
const char *meeting_phase_name(enum meeting_phase of);
const char *meeting_form_name(enum meeting_form of);
const char *meeting_way_name(enum meeting_way of);
const char *meeting_place_name(enum meeting_place of);
const char *meeting_kind_name(enum meeting_kind of);
const char *meeting_progress_name(enum meeting_progress of);
const char *meeting_signal_name(enum meeting_signal of);
const char *meeting_health_name(enum meeting_health of);
const char *meeting_call_name(enum meeting_call of);
const char *meeting_line_name(enum meeting_line of);
const char *meeting_reason_name(enum meeting_reason of);
const char *meeting_call_from_name(enum meeting_call_from of);
const char *meeting_outcome_name(enum meeting_outcome of);
const char *meeting_alert_name(enum meeting_alert of);
/* -- and back: -1 when the word is not one of the list -- */
must_check int meeting_way_of(struct bytes name);
must_check int meeting_progress_of(struct bytes name);
must_check int meeting_signal_of(struct bytes name);
must_check int meeting_rung_of(struct bytes name);
must_check int meeting_health_of(struct bytes name);
must_check int meeting_break_of(struct bytes name);
must_check int meeting_phone_of(struct bytes name);
must_check int meeting_dial_to_of(struct bytes name);
must_check int meeting_call_from_of(struct bytes name);
must_check int meeting_outcome_of(struct bytes name);
/* The code of a positive result of meeting_step(). */
const char *meeting_refusal_name(int refusal);
