/* SPDX-License-Identifier: MPL-2.0
 *
 * The talk itself: who is in the consultant's seat, when a media connection begins or
 * goes on (epochs), what is passed on between the two. Nothing is passed on unless both
 * are in their seats, the citizen's is admitted, both were told the epoch, and the
 * message belongs to it.
 */
#include "rules.h"

/* -- who is there ------------------------------------------------------------------ */
bool talk_on_phone(const struct meeting *m)
{
	return m->call.state == MEETING_CALL_TALKING;
}

bool talk_is_on(const struct meeting *m)
{
	const struct meeting_entry *citizen = meeting_admitted(m);

	return talk_on_phone(m) || (m->consultant.here && citizen && citizen->side.here);
}

/* In her own telephone the consultant is as much there as in the page. */
bool talk_on_own_phone(const struct meeting *m)
{
	return m->call.lines.own == MEETING_LINE_TALKING;
}

bool talk_is_alive(const struct meeting *m)
{
	return (m->consultant.here || talk_on_own_phone(m)) && talk_is_on(m);
}

/* The telephone carries the talk, and video is not tried beside it. */
static bool phone_alone(const struct meeting *m)
{
	return talk_on_phone(m) && m->call.lines.return_ms == 0;
}

/* The side that sent this event; NULL when it is not admitted. */
static struct meeting_side *sender(struct turn *t)
{
	struct meeting_entry *entry;

	if (t->e->entry == 0)
		return &t->m->consultant;
	entry = entry_find(t->m, t->e->entry);
	return entry->place == MEETING_PLACE_ADMITTED ? &entry->side : NULL;
}

/* -- epochs ------------------------------------------------------------------------ */
static void start(struct turn *t, struct meeting_entry *citizen)
{
	struct meeting *m = t->m;

	if (!talk_on_phone(m))
		form_take(t, MEETING_FORM_NONE);
	m->epoch++;
	m->epoch_with = citizen->number;
	m->epoch_ms = m->now_ms;
	m->paired = true;
	m->restart_due = false;
	m->dead_ms = 0;
	m->answers_due = 0;
	m->sas_step = 0;
	m->sas_show = m->sas_confirmed = false;
	m->consultant.held = citizen->side.held = m->epoch;
	m->consultant.reported = citizen->side.reported = false;
	turn_effect(t, MEETING_FX_START, citizen->number, m->epoch);
	t->fx->save = true;
	turn_tell_all(t);
}

static void keep(struct turn *t, const struct meeting_entry *citizen)
{
	struct meeting *m = t->m;

	m->paired = true;
	if (m->dead_ms == 0 && !talk_on_phone(m))
		m->doubt_ms = 0;
	turn_effect(t, MEETING_FX_KEEP, citizen->number, m->epoch);
}

void talk_pair(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *citizen = entry_admitted(m);

	if (!citizen || !citizen->side.connected || !m->consultant.connected ||
		phone_alone(m) || m->epoch == UINT32_MAX) {
		m->paired = m->restart_due = false;
		return;
	}
	if (m->paired) {
		if (m->restart_due && m->now_ms >= m->epoch_ms + MEETING_RESTART_GAP_MS)
			start(t, citizen);
		return;
	}
	if (m->epoch_with == citizen->number && citizen->side.held == m->epoch &&
		m->consultant.held == m->epoch)
		keep(t, citizen);
	else
		start(t, citizen);
}

/* -- back to video ----------------------------------------------------------------- */
void talk_return_begin(struct turn *t)
{
	struct meeting *m = t->m;

	if (m->call.lines.return_ms != 0)
		return;
	m->call.lines.return_ms = m->now_ms;
	m->call.video_asked = false;
	m->consultant.held = 0;
	m->paired = false;
}

void talk_return_drop(struct meeting *m)
{
	if (m->call.lines.return_ms == 0)
		return;
	m->call.lines.return_ms = 0;
	m->consultant.held = 0;
	m->paired = false;
}

void talk_return_done(struct turn *t)
{
	t->m->call.lines.return_ms = 0;
	if (t->m->paired &&
		(t->m->consultant.reported || meeting_admitted(t->m)->side.reported))
		form_measure(t);
}

/* What the consultant may still hold leads to the device that lost the seat, so whatever
 * the next `hello` and `enter` claim, this epoch is over. */
void talk_part(struct turn *t)
{
	struct meeting *m = t->m;

	if (m->form != MEETING_FORM_PHONE)
		form_take(t, MEETING_FORM_NONE);
	m->epoch_with = 0;
	m->consultant.held = 0;
	m->paired = false;
	m->call.lines.return_ms = 0;
	m->dead_ms = 0;
	m->sas_step = 0;
	m->sas_show = m->sas_confirmed = m->sas_has_confirmed = false;
	m->call.video_asked = false;
}

/* -- the consultant's seat --------------------------------------------------------- */
int talk_enter(struct turn *t)
{
	struct meeting *m = t->m;

	if (t->e->enter.user != m->booking.owner)
		return MEETING_E_NOT_YOURS;
	if (m->consultant.connected && m->user == t->e->enter.user)
		turn_effect(t, MEETING_FX_CLOSE, 0, MEETING_CLOSE_TAKEN_OVER);
	else if (m->consultant.connected)
		turn_effect(t, MEETING_FX_LEAVE, 0, 0);
	turn_effect(t, MEETING_FX_SEAT, 0, 0);
	/* After a restart nobody is in the seat: her page may still hold its line. */
	if (t->e->enter.line != m->call.lines.line ||
		(m->user != 0 && m->user != t->e->enter.user))
		ladder_close_line(t);
	if (t->e->enter.epoch != m->epoch || m->user != t->e->enter.user)
		m->consultant = (struct meeting_side){ 0 };
	form_doubt(m);
	if (m->form == MEETING_FORM_PHONE && !leg_is_any_unsure(m))
		m->doubt_ms = 0;
	m->user = t->e->enter.user;
	m->consultant.connected = m->consultant.here = true;
	m->consultant.held = t->e->enter.epoch;
	m->paired = false;
	m->entered = true;
	turn_record(t, MEETING_RECORD_ENTERED, 0, 0);
	turn_tell_all(t);
	return 0;
}

int talk_lost(struct turn *t)
{
	struct meeting *m = t->m;

	m->consultant.connected = false;
	m->consultant.gone_ms = m->now_ms;
	m->paired = false;
	form_doubt_everything(m);
	return 0;
}

int talk_leave(struct turn *t)
{
	(void)talk_lost(t);
	ladder_close_line(t);
	t->m->consultant.here = false;
	t->m->user = 0;
	turn_tell_all(t);
	return 0;
}

/* -- what is passed on ------------------------------------------------------------- */
static void relay(struct turn *t)
{
	uint16_t to = t->e->entry == 0 ? meeting_admitted(t->m)->number : 0;

	turn_effect(t, MEETING_FX_RELAY, to, 0);
}

/* *ret: whether it may be passed on; else it is dropped with the result. */
static int may_pass(struct turn *t, uint32_t epoch, bool *ret)
{
	*ret = false;
	if (!sender(t))
		return MEETING_E_WRONG_STATE;
	if (epoch != t->m->epoch || phone_alone(t->m))
		return 0;
	if (!t->m->paired)
		return MEETING_E_ENTRY_GONE;
	*ret = true;
	return 0;
}

int talk_signal(struct turn *t)
{
	static const bool from_consultant[] = { [MEETING_SIGNAL_OFFER] = true,
		[MEETING_SIGNAL_CANDIDATES] = true,
		[MEETING_SIGNAL_RESTART] = false };
	static const bool from_citizen[] = { [MEETING_SIGNAL_ANSWER] = true,
		[MEETING_SIGNAL_CANDIDATES] = true,
		[MEETING_SIGNAL_RESTART] = true };
	enum meeting_signal kind = t->e->signal.kind;
	struct meeting *m = t->m;
	bool pass;
	int refused;

	if (!(t->e->entry == 0 ? from_consultant : from_citizen)[kind])
		return MEETING_E_WRONG_STATE;
	refused = may_pass(t, t->e->signal.epoch, &pass);
	if (!pass)
		return refused;
	if (kind == MEETING_SIGNAL_OFFER && m->answers_due < UINT8_MAX)
		m->answers_due++;
	if (kind == MEETING_SIGNAL_ANSWER) {
		if (m->answers_due == 0)
			return MEETING_E_WRONG_STATE;
		m->answers_due--;
	}
	relay(t);
	return 0;
}

int talk_sas(struct turn *t)
{
	struct meeting *m = t->m;
	bool citizens_turn = m->sas_step == 1, pass;
	int refused = may_pass(t, t->e->sas.epoch, &pass);

	if (!pass || m->sas_step == MEETING_SAS_LOST)
		return refused;
	if (m->sas_step == MEETING_SAS_DONE || t->e->sas.step != m->sas_step + 1 ||
		citizens_turn != (t->e->entry != 0))
		return MEETING_E_WRONG_STATE;
	m->sas_step++;
	if (m->sas_step > 1)
		memcpy(m->sas_seen[m->sas_step - 2], t->e->sas.fp,
			MEETING_FINGERPRINT_LEN);
	relay(t);
	if (m->sas_step != MEETING_SAS_DONE)
		return 0;
	/* The same two certificates as when the code was read out: still confirmed. */
	m->sas_confirmed = m->sas_has_confirmed &&
			   memcmp(m->sas_seen, m->sas_known, sizeof(m->sas_known)) == 0;
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

int talk_sas_show(struct turn *t)
{
	if (!meeting_admitted(t->m))
		return MEETING_E_ENTRY_GONE;
	t->m->sas_show = t->e->sas_show;
	turn_tell_all(t);
	return 0;
}

int talk_sas_ok(struct turn *t)
{
	struct meeting *m = t->m;
	struct meeting_entry *citizen = entry_admitted(m);

	if (!citizen)
		return MEETING_E_ENTRY_GONE;
	if (t->e->sas_ok != m->epoch || citizen->number != m->epoch_with ||
		m->sas_step < MEETING_SAS_DONE || talk_on_phone(m))
		return MEETING_E_TOO_EARLY;
	m->sas_confirmed = true;
	if (m->sas_step == MEETING_SAS_DONE) {
		m->sas_has_confirmed = true;
		memcpy(m->sas_known, m->sas_seen, sizeof(m->sas_known));
	}
	entry_raise(t, citizen, 2);
	t->fx->save = true;
	turn_tell_all(t);
	return 0;
}

/* -- what the two report ----------------------------------------------------------- */
int talk_broken(struct turn *t)
{
	struct meeting_side *side = sender(t);

	if (!side)
		return MEETING_E_WRONG_STATE;
	if (t->e->broken.epoch != t->m->epoch)
		return 0;
	side->held = 0;
	t->m->restart_due = true;
	return 0;
}

int talk_media(struct turn *t)
{
	struct meeting_side *side = sender(t);
	struct meeting_side before;

	if (!side)
		return MEETING_E_WRONG_STATE;
	if (t->e->media.epoch != t->m->epoch || t->m->epoch_with == 0)
		return 0;
	before = *side;
	side->reported = true;
	side->picture = t->e->media.picture;
	side->mic = t->e->media.mic;
	side->share = t->e->media.share;
	side->rung = t->e->media.rung;
	side->health = t->e->media.health;
	if (before.picture != side->picture || before.mic != side->mic ||
		before.share != side->share || before.health != side->health)
		turn_tell_all(t);
	form_measure(t);
	return 0;
}
