/* SPDX-License-Identifier: MPL-2.0
 *
 * What the files of this room share: one turn of the machine, the rules by event, and the
 * few steps that several rules take. A rule returns 0 or a refusal; a rule that refuses
 * has changed nothing.
 */
#pragma once

#include "samtale/meeting/meeting.h"

#define TELL_ALL_ENTRIES ((1U << LIMIT_ENTRIES) - 1)

struct turn { /* one call of meeting_step() */
	struct meeting *m;
	const struct meeting_event *e;
	struct meeting_effects *fx;
	unsigned entries; /* slots that get a new `state` */
	bool consultant;  /* the same for the consultant, and the card for all staff */
	enum meeting_alert alert;
};

enum phase_turn {
	TURN_DOOR_OPENS,
	TURN_DOOR_CLOSES, /* moved to a later day */
	TURN_BEGIN,
	TURN_PAUSE,
	TURN_RESUME,
	TURN_END,
	TURN_RESTORE,
	TURN_COUNT
};

typedef int rule_fn(struct turn *t);

/* -- meeting.c --------------------------------------------------------------------- */
void turn_effect(
	struct turn *t, enum meeting_effect_kind kind, uint16_t entry, uint32_t number);
void turn_record(
	struct turn *t, enum meeting_record what, uint16_t entry, uint32_t number);
void turn_tell_all(struct turn *t);
void turn_tell_staff(struct turn *t);
/* The only writer of the phase. The turn must be one that the phase allows. */
void phase_take(struct meeting *m, enum phase_turn turn);
bool phase_allows(enum meeting_phase phase, enum phase_turn turn);
/* Somebody is let in, by browser or telephone: the first time begins the talk. */
void talk_begin(struct turn *t, uint8_t level);

/* -- entry.c ----------------------------------------------------------------------- */
struct meeting_entry *entry_find(struct meeting *m, uint16_t number);
struct meeting_entry *entry_admitted(struct meeting *m);
void entry_raise(struct turn *t, struct meeting_entry *entry, uint8_t level);
rule_fn entry_redeem, entry_forget, entry_connect, entry_disconnect, entry_step,
	entry_hidden, entry_admit, entry_remove;

/* -- talk.c ------------------------------------------------------------------------ */
bool talk_is_on(const struct meeting *m);    /* both here, or on the telephone */
bool talk_is_alive(const struct meeting *m); /* the same, and the consultant is here */
/* Begins or goes on with a connection when both sides are there for it. */
void talk_pair(struct turn *t);
/* The seat changes hands: nobody may go on with what was agreed before. */
void talk_part(struct turn *t);
/* A side is away: whether media flows is unknown from now on. */
void talk_doubt(struct meeting *m);
void talk_form(struct turn *t, enum meeting_form form);
rule_fn talk_enter, talk_leave, talk_lost, talk_signal, talk_sas, talk_sas_show,
	talk_sas_ok, talk_broken, talk_media;

/* -- call.c ------------------------------------------------------------------------ */
rule_fn call_me, call_phone, call_video;

/* -- outcome.c --------------------------------------------------------------------- */
void outcome_finish(struct turn *t, enum meeting_outcome outcome);
/* What the rules say when a meeting ends by itself. */
enum meeting_outcome outcome_by_itself(const struct meeting *m);
/* 1 << enum meeting_outcome that the consultant may choose at now_ms. */
uint32_t outcome_allowed(const struct meeting *m, int64_t now_ms);
rule_fn outcome_booking, outcome_cancel, outcome_restore, outcome_end, outcome_admin_end,
	outcome_late;

/* -- view.c ------------------------------------------------------------------------ */
int64_t view_abandoned_ms(const struct meeting *m);
int64_t view_total_ms(const struct meeting *m, enum meeting_form form, int64_t now_ms);
