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
struct meeting_entry *entry_admitted(struct meeting *m); /* the browser */
struct meeting_entry *entry_admitted_phone(struct meeting *m);
bool entry_is_phone(const struct meeting_entry *entry);
/* A blank one with a number, in place of an absent one if need be; NULL: full. */
struct meeting_entry *entry_new(struct turn *t);
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
bool talk_on_phone(const struct meeting *m);
bool talk_on_own_phone(const struct meeting *m);
/* Video is tried beside a call through the trunk; and no longer. */
void talk_return_begin(struct turn *t);
void talk_return_drop(struct meeting *m);
/* The telephone is gone: form follows from what was reported meanwhile. */
void talk_return_done(struct turn *t);
rule_fn talk_enter, talk_leave, talk_lost, talk_signal, talk_sas, talk_sas_show,
	talk_sas_ok, talk_broken, talk_media;

/* -- form.c ------------------------------------------------------------------------ */
void form_take(struct turn *t, enum meeting_form form);
/* Takes it from what both sides report. */
void form_measure(struct turn *t);
/* A side is away: whether media flows is unknown from now on. */
void form_doubt(struct meeting *m);
/* The consultant's page is away. */
void form_doubt_everything(struct meeting *m);
/* Minutes of a call by hand end here, if one is on. */
void form_note_stated(struct meeting *m);
bool form_is_by_hand(const struct meeting *m);

/* -- call.c ------------------------------------------------------------------------ */
void call_announce(
	struct meeting_hand_off *call, enum meeting_call_from from, uint8_t digits);
void call_close_panel(struct meeting_hand_off *call);
void call_talk(struct turn *t); /* the telephone has the seat, or shares it */
void call_over(struct turn *t); /* nobody is on the telephone any more */
void call_count_attempt(struct turn *t);
rule_fn call_me, call_phone, call_video;

/* -- line.c: the call through the trunk -------------------------------------------- */
bool line_is_pending(const struct meeting *m); /* one is on its way */
bool line_carries(const struct meeting *m);    /* the trunk brings the talk */
bool line_has_number(const struct meeting *m);
bool line_is_hers_to_confirm(const struct meeting_lines *l);
void line_place(struct turn *t, bool own_phone, bool by_key, uint8_t digits);
void line_dial_citizen(struct turn *t);
void line_confirm(struct turn *t);
void line_end_leg(struct turn *t, enum meeting_leg leg);
/* The call that was pending came to nothing. */
void line_fail(struct turn *t, enum meeting_reason reason);
/* The telephone that the trunk brought is out of the talk. */
void line_talk_over(struct turn *t, enum meeting_reason reason);
/* Another telephone takes the place of the placed call. */
void line_drop_call(struct turn *t);
/* The telephone in the talk stands: whether it is muted or on hold is said once more. */
void line_quieten_again(struct turn *t);
rule_fn line_dial, line_phone, line_hang_up, line_quieten;

/* -- leg.c: what the gateway reports ----------------------------------------------- */
void leg_press(struct turn *t); /* mute or hand, of the telephone in the talk */
void leg_doubt(struct meeting *m);
bool leg_has_any(const struct meeting *m);
bool leg_is_any_unsure(const struct meeting *m);
void leg_settle_unsure(struct turn *t);
void leg_end_all(struct turn *t);
void leg_owner_changed(struct turn *t);
rule_fn leg_event, leg_sync, leg_trunk, leg_broken, leg_key;

/* -- guest.c: telephones that called in -------------------------------------------- */
int guest_admit(struct turn *t, struct meeting_entry *entry);
int guest_line(struct turn *t, enum meeting_line to);
int guest_key(struct turn *t);
void guest_leave(struct turn *t, struct meeting_entry *entry, enum meeting_reason reason,
	bool hang_up);
rule_fn guest_call_in;

/* -- ladder.c ---------------------------------------------------------------------- */
struct deadline {
	int64_t now_ms, best_ms;
};
void ladder_advance(struct turn *t);
void ladder_settle(struct turn *t);
void ladder_close_line(struct turn *t);
int64_t ladder_auto_at_ms(const struct meeting *m); /* MEETING_NEVER: it is not */
void ladder_deadlines(struct deadline *d, const struct meeting *m);

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
bool view_offer_call(const struct meeting *m, int64_t now_ms);
void deadline_consider(struct deadline *d, int64_t at_ms);
int64_t view_total_ms(const struct meeting *m, enum meeting_form form, int64_t now_ms);
