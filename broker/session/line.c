/* SPDX-License-Identifier: MPL-2.0
 *
 * The consultant's line: her browser as a leg of the gateway, sound alone. Her offer goes
 * through the same filter as every other, without its candidates: the gateway waits to be
 * found. What belongs to a line that is not the present one is dropped.
 */
#include "switchboard.h"

#include "samtale/session/sdp_filter.h"

/* -- line_start -------------------------------------------------------------------- */

static void send_line_start(struct live *l, struct peer *p, uint32_t line)
{
	struct house *h = l->house;
	struct jout o;

	peer_send_state(p);
	o = house_jout(h);
	jout_object(&o, NULL);
	jout_word(&o, "type", "line_start");
	jout_id(&o, "meeting", l->id);
	jout_int(&o, "line", line);
	jout_word(&o, "policy", ice_is_relay_only(h) ? "relay" : "all");
	ice_write_servers(h, &o);
	jout_end_object(&o);
	peer_send(p, &o);
}

void line_start(struct live *l, uint32_t line)
{
	struct switchboard *b = l->house->board;
	struct leg *leg = leg_of(l, MEETING_LEG_LINE, 0);
	struct peer *p = live_peer(l, 0);

	if (leg)
		leg_let_go(b, leg, PHONE_CAUSE_CANCELLED);
	leg = leg_new(b, 0, l->id);
	if (!leg)
		return;
	leg->kind = MEETING_LEG_LINE;
	leg->line = line;
	leg_attach(leg, l);
	if (p)
		send_line_start(l, p, line);
	if (l->turn_ms == MEETING_NEVER)
		l->turn_ms = house_now(l->house) + TURN_PUSH_MS;
}

/* -- the offer --------------------------------------------------------------------- */

static bool is_candidate(struct bytes line)
{
	static const char *const begins[] = { "a=candidate:", "a=end-of-candidates" };

	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (line.len >= strlen(begins[i]) &&
			memcmp(line.at, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* In place: every line but those of candidates. The SDP was filtered, so each ends. */
static struct bytes without_candidates(uint8_t *at, size_t len)
{
	size_t from = 0, to = 0;

	while (from < len) {
		const uint8_t *end = memchr(at + from, '\n', len - from);
		size_t n = end ? (size_t)(end - at) + 1 - from : len - from;

		if (!is_candidate(bytes_of(at + from, n))) {
			memmove(at + to, at + from, n);
			to += n;
		}
		from += n;
	}
	return bytes_of(at, to);
}

/* A page that offers the same line twice starts over: the former leg is hung up. */
static struct leg *fresh_leg(struct live *l, struct leg *leg)
{
	struct switchboard *b = l->house->board;
	uint32_t line = leg->line;

	if (leg->ordered) {
		leg_let_go(b, leg, PHONE_CAUSE_CANCELLED);
		leg = leg_new(b, 0, l->id);
		if (!leg)
			return NULL;
		leg->kind = MEETING_LEG_LINE;
		leg->line = line;
		leg_attach(leg, l);
	}
	leg_give_number(b, leg, leg_number(b));
	l->save_due = true; /* its number */
	house_mark(l);
	return leg;
}

static void order_browser(struct live *l, struct leg *leg, struct bytes sdp)
{
	const struct phone_message order = { .kind = PHONE_ORDER_BROWSER,
		.leg = leg->number,
		.room = (uint64_t)l->id,
		.flags = PHONE_OWNER,
		.text = sdp };

	leg->ordered = l->house->board->state == BOARD_UP &&
		       board_order(l->house->board, &order);
	if (!leg->ordered)
		board_tell(leg, MEETING_LINE_NONE, MEETING_REASON_LINE_DOWN);
}

void line_offer(struct peer *p, const struct message *m)
{
	struct live *l = p->live;
	struct house *h = p->house;
	struct writer out = writer_of(h->filtered, sizeof(h->filtered));
	struct bytes sdp;
	struct leg *leg;

	if (!l || p->entry != 0) {
		peer_refused(p, m->type, p->ended ? "already_ended" : "not_entered");
		return;
	}
	if (sdp_filter(m->line.sdp, ice_is_relay_only(h), &out) != 0) {
		peer_close(p, CLOSE_BAD_MESSAGE);
		return;
	}
	leg = leg_of(l, MEETING_LEG_LINE, 0);
	if (!leg || leg->line != m->line.line)
		return; /* not the present line */
	leg = fresh_leg(l, leg);
	if (!leg)
		return;
	sdp = without_candidates(h->filtered, out.len);
	if (sdp.len <= PHONE_TEXT_MAX)
		order_browser(l, leg, sdp);
	else
		peer_close(p, CLOSE_BAD_MESSAGE);
}

/* -- the answer -------------------------------------------------------------------- */

/* Printable ASCII and line ends: whatever the gateway is, no other byte gets to a page.
 */
static bool is_plain(struct bytes sdp)
{
	for (size_t i = 0; i < sdp.len; i++)
		if ((sdp.at[i] < 0x20 || sdp.at[i] > 0x7e) && sdp.at[i] != '\r' &&
			sdp.at[i] != '\n')
			return false;
	return sdp.len > 0;
}

void line_answer(struct leg *leg, struct bytes sdp)
{
	struct live *l = leg->live;
	struct peer *p = l ? live_peer(l, 0) : NULL;
	struct jout o;

	if (leg->kind != MEETING_LEG_LINE || leg->progress != MEETING_LINE_NONE || !p ||
		!is_plain(sdp))
		return;
	leg->progress = MEETING_LINE_CALLING; /* one answer an offer */
	peer_send_state(p);
	o = house_jout(l->house);
	jout_object(&o, NULL);
	jout_word(&o, "type", "line");
	jout_id(&o, "meeting", l->id);
	jout_int(&o, "line", leg->line);
	jout_text(&o, "sdp", sdp);
	jout_end_object(&o);
	peer_send(p, &o);
}
