/* SPDX-License-Identifier: MPL-2.0
 *
 * The link to the gateway: HELLO first, then what stands (standing.c), then each report
 * to the meeting of its leg. A link that is lost is waited for; its calls are over only
 * when nobody comes back who knows of them.
 */
#include "switchboard.h"

/* -- life -------------------------------------------------------------------------- */

int board_new(struct switchboard **ret, struct house *h)
{
	struct switchboard *b = calloc(1, sizeof(*b));
	int r;

	if (!b)
		return fault_here(ENOMEM);
	r = throttle_new(&b->throttle);
	if (r < 0) {
		free(b);
		return fault_pass(r);
	}
	b->house = h;
	b->lost_ms = INT64_MAX;
	for (size_t i = 0; i < LEG_BUCKETS; i++)
		ring_init(&b->legs[i]);
	ring_init(&b->due);
	ring_init(&b->callers);
	b->next_leg = random_below(PHONE_LEG_INCOMING - 1);
	*ret = b;
	return 0;
}

struct switchboard *board_free(struct switchboard *b)
{
	struct leg *leg;

	if (!b)
		return NULL;
	while ((leg = leg_some(b, NULL, NULL)))
		leg_free(leg);
	callers_free(b);
	throttle_free(b->throttle);
	free(b);
	return NULL;
}

struct throttle *house_throttle(struct house *h)
{
	return h->board->throttle;
}

void board_stop(struct switchboard *b)
{
	b->state = BOARD_OFF;
}

bool board_order(struct switchboard *b, const struct phone_message *m)
{
	struct writer w = writer_of(b->order, sizeof(b->order));
	bool sent;

	if (b->state != BOARD_UP && b->state != BOARD_STANDING)
		return false;
	phone_message_write(&w, m);
	sent = writer_ok(&w) && b->link.send(b->link.arg, writer_bytes(&w));
	secret_wipe(b->order, w.len); /* a number, or an SDP */
	if (!sent)
		b->state = BOARD_OFF; /* the caller of house_gateway_up() says down */
	return sent;
}

void board_note(const struct switchboard *b, enum audit_what what, int64_t meeting,
	uint32_t value, bool done)
{
	const struct audit_event e = {
		.what = what,
		.purpose = AUDIT_FOR_CITIZEN,
		.outcome = done ? AUDIT_DONE : AUDIT_REFUSED,
		.role = AUDIT_CITIZEN,
		.meeting = (uint64_t)meeting,
		.value = value,
	};

	house_note(b->house, &e);
}

/* -- to the rules ------------------------------------------------------------------ */

bool board_step(struct live *l, const struct meeting_event *e)
{
	struct bringer by = { 0 };

	return live_step(l, e, &by) == 0;
}

void board_tell(struct leg *leg, enum meeting_line progress, enum meeting_reason reason)
{
	struct switchboard *b;
	struct live *l = leg->live;
	uint32_t number = leg->number;
	struct meeting_event e = { .kind = MEETING_EV_LINE, .entry = leg->entry };

	if (!l)
		return;
	b = l->house->board;
	e.line.leg = leg->kind;
	e.line.progress = progress;
	e.line.reason = reason;
	leg->progress = progress;
	if (progress == MEETING_LINE_NONE) {
		leg_free(leg);
		l->save_due = true;
		house_mark(l);
	}
	if (board_step(l, &e) || progress == MEETING_LINE_NONE)
		return;
	leg = leg_find(b, number); /* the rules know no such leg */
	if (leg && leg->live)
		leg_let_go(b, leg, PHONE_CAUSE_CANCELLED);
}

void board_tell_all(struct house *h, const struct meeting_event *e)
{
	for (size_t i = 0; i < HOUSE_BUCKETS; i++)
		for (struct live *l = h->lives[i], *next; l; l = next) {
			next = l->next;
			if (l->state == LIVE_READY)
				(void)board_step(l, e);
		}
}

static void tell_trunk(struct house *h, bool died, bool lost)
{
	const struct meeting_event e = { .kind = MEETING_EV_TRUNK,
		.trunk = { .died = died, .lost = lost } };

	h->rules.trunk = house_trunk_state(h) == PHONE_TRUNK_UP;
	board_tell_all(h, &e);
}

static void set_trunk(struct switchboard *b)
{
	if (b->house->rules.trunk != (house_trunk_state(b->house) == PHONE_TRUNK_UP))
		tell_trunk(b->house, false, false);
}

enum meeting_line board_line_of(enum phone_progress p)
{
	static const enum meeting_line lines[PHONE_PROGRESS_COUNT] = {
		[PHONE_PROGRESS_NONE] = MEETING_LINE_CALLING,
		[PHONE_PROGRESS_CALLING] = MEETING_LINE_CALLING,
		[PHONE_PROGRESS_RINGING] = MEETING_LINE_RINGING,
		[PHONE_PROGRESS_EARLY] = MEETING_LINE_EARLY,
		[PHONE_PROGRESS_ANSWERED] = MEETING_LINE_ANSWERED,
		[PHONE_PROGRESS_TALKING] = MEETING_LINE_TALKING,
		[PHONE_PROGRESS_LOBBY] = MEETING_LINE_ANSWERED,
	};

	return lines[p];
}

/* -- reports ----------------------------------------------------------------------- */

static void progressed(struct leg *leg, enum phone_progress p)
{
	if (p >= PHONE_PROGRESS_ANSWERED && !leg->answered_ms)
		leg->answered_ms = clock_boot_ms();
	if (p != PHONE_PROGRESS_NONE)
		board_tell(leg, board_line_of(p), MEETING_REASON_NONE);
}

static void note_over(
	const struct switchboard *b, const struct leg *leg, enum phone_cause cause)
{
	const struct audit_event e = {
		.what = AUDIT_CALL_OVER,
		.purpose = AUDIT_FOR_OWN_MEETING,
		.outcome = AUDIT_DONE,
		.role = AUDIT_SYSTEM,
		.meeting = (uint64_t)leg->meeting,
		.value = cause,
	};

	house_note(b->house, &e);
}

static void ended(struct switchboard *b, struct leg *leg, const struct phone_message *m)
{
	enum phone_cause cause = (enum phone_cause)m->word;

	if (leg->kind != MEETING_LEG_LINE) {
		b->figures.ended[cause]++;
		note_over(b, leg, cause);
	}
	if (leg->placed)
		dial_over(b, leg, m->value);
	if (leg->live)
		board_tell(leg, MEETING_LINE_NONE, dial_reason(cause));
	else
		leg_free(leg);
}

static void pressed(struct leg *leg, const struct phone_message *m)
{
	static const enum meeting_key keys[PHONE_KEY_COUNT] = {
		[PHONE_KEY_MUTE] = MEETING_KEY_MUTE,
		[PHONE_KEY_HAND] = MEETING_KEY_HAND,
		[PHONE_KEY_CITIZEN] = MEETING_KEY_CITIZEN,
	};
	struct meeting_event e = { .kind = MEETING_EV_LINE_KEY, .entry = leg->entry };

	e.line_key.leg = leg->kind;
	e.line_key.key = keys[m->word];
	e.line_key.on = (m->flags & PHONE_ON) != 0;
	if (leg->live && leg->kind != MEETING_LEG_LINE)
		(void)board_step(leg->live, &e);
}

static void about_leg(
	struct switchboard *b, struct leg *leg, const struct phone_message *m)
{
	switch (m->kind) {
	case PHONE_REPORT_PROGRESS:
		progressed(leg, (enum phone_progress)m->word);
		return;
	case PHONE_REPORT_ENDED:
		ended(b, leg, m);
		return;
	case PHONE_REPORT_KEY:
		pressed(leg, m);
		return;
	case PHONE_REPORT_SDP:
		line_answer(leg, m->text);
		return;
	case PHONE_REPORT_MEDIA:
		if (leg->kind == MEETING_LEG_LINE && (m->flags & PHONE_ON))
			board_tell(leg, MEETING_LINE_TALKING, MEETING_REASON_NONE);
		return;
	default:
		return;
	}
}

/* What a gateway says once all that stands was named. */
static void handle(struct switchboard *b, const struct phone_message *m)
{
	struct leg *leg;

	switch (m->kind) {
	case PHONE_REPORT_TRUNK:
		b->trunk = (enum phone_trunk)m->word;
		b->trunk_cause = (enum phone_cause)m->value;
		set_trunk(b);
		return;
	case PHONE_REPORT_INCOMING:
		call_in_ring(b, m);
		return;
	case PHONE_REPORT_DIGITS:
		digits_typed(b, m);
		return;
	default:
		break;
	}
	leg = leg_find(b, m->leg);
	if (leg)
		about_leg(b, leg, m);
	else if (m->kind == PHONE_REPORT_ENDED && call_in_gone(b, m->leg))
		b->figures.ended[m->word]++;
}

static void all_stands(struct switchboard *b)
{
	b->state = BOARD_UP;
	standing_synced(b);
	set_trunk(b);
}

static bool greet(struct switchboard *b, const struct phone_message *m)
{
	if (m->kind != PHONE_REPORT_HELLO || m->value != PHONE_VERSION)
		return false;
	for (size_t i = 0; i < LEG_BUCKETS; i++)
		for (struct ring *r = b->legs[i].next; r != &b->legs[i]; r = r->next)
			container_of(r, struct leg, at_bucket)->stands = false;
	b->state = BOARD_STANDING;
	b->lost_ms = INT64_MAX; /* it lives, and will say what else does */
	return true;
}

bool house_gateway_frame(struct house *h, const struct frame *f)
{
	struct switchboard *b = h->board;
	struct phone_message m;

	if (b->state == BOARD_OFF)
		return true;
	if (phone_message_read(f, false, &m) != 0)
		return false;
	if (b->state == BOARD_HELLO)
		return greet(b, &m);
	if (m.kind == PHONE_REPORT_HELLO)
		return false;
	if (b->state == BOARD_UP) {
		handle(b, &m);
		return m.kind != PHONE_REPORT_STANDING && m.kind != PHONE_REPORT_SYNCED;
	}
	if (m.kind == PHONE_REPORT_STANDING)
		standing_report(b, &m);
	else if (m.kind == PHONE_REPORT_SYNCED)
		all_stands(b);
	else
		handle(b, &m);
	return true;
}

/* -- coming and going -------------------------------------------------------------- */

void house_gateway_up(struct house *h, const struct gateway_link *link)
{
	struct switchboard *b = h->board;

	house_gateway_down(h);
	if (h->stopping)
		return;
	b->link = *link;
	b->state = BOARD_HELLO;
}

void house_gateway_down(struct house *h)
{
	struct switchboard *b = h->board;

	if (b->lost_ms == INT64_MAX)
		b->lost_ms = clock_boot_ms() + GATEWAY_PATIENCE_MS;
	b->state = BOARD_OFF;
	b->trunk = PHONE_TRUNK_OFF;
	b->trunk_cause = PHONE_CAUSE_NONE;
	callers_free(b);
	tell_trunk(h, false, true);
	house_rearm(h);
}

/* Nobody came who knows of our calls: they are over. */
void board_tick(struct switchboard *b)
{
	if (b->lost_ms > clock_boot_ms())
		return;
	b->lost_ms = INT64_MAX;
	standing_lose_all(b);
	tell_trunk(b->house, true, false);
}

void board_flush(struct switchboard *b)
{
	while (!ring_is_empty(&b->due))
		dial_due(container_of(b->due.next, struct leg, at_due));
}

/* -- looking ----------------------------------------------------------------------- */

enum phone_trunk house_trunk_state(const struct house *h)
{
	return h->board->state == BOARD_UP ? h->board->trunk : PHONE_TRUNK_OFF;
}

void house_gateway_figures(const struct house *h, struct house_gateway_figures *ret)
{
	const struct switchboard *b = h->board;

	*ret = b->figures;
	ret->linked = b->state == BOARD_UP;
	ret->trunk = house_trunk_state(h);
	ret->trunk_cause = b->trunk_cause;
	ret->calls = b->callers_n; /* who is on the way in */
	for (size_t i = 0; i < LEG_BUCKETS; i++)
		for (const struct ring *r = b->legs[i].next; r != &b->legs[i];
			r = r->next) {
			const struct leg *leg =
				container_of(r, const struct leg, at_bucket);

			if (leg->ordered && leg->kind == MEETING_LEG_LINE)
				ret->lines++;
			else if (leg->ordered)
				ret->calls++;
		}
}
