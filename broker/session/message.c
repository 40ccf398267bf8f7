/* SPDX-License-Identifier: MPL-2.0
 *
 * One decoder per message. A decoder asks for its fields and fills the event; whether all
 * of them were there and right is asked once, at the end. A message that the other role
 * may send is told apart from one that nobody may send.
 */
#include "samtale/session/message.h"

#include "samtale/base/fault.h"

#include <stdio.h>

enum { C = ROLE_CITIZEN, S = ROLE_STAFF, B = ROLE_CITIZEN | ROLE_STAFF };

const char *message_name(enum message_type type)
{
	static const char *const names[] = {
#define MESSAGE(id, name, who, event) #name,
#include "samtale/session/message.def"
#undef MESSAGE
	};

	return names[type];
}

/* -- seats ------------------------------------------------------------------------- */

bool seat_parse(struct bytes text, int64_t *ret_meeting, unsigned *ret_entry)
{
	const uint8_t *dash = text.len ? memchr(text.at, '-', text.len) : NULL;
	size_t n = dash ? (size_t)(dash - text.at) : 0;
	uint64_t meeting, entry;

	if (n < 1 || n > 16 || text.len - n - 1 > 5 ||
		!bytes_to_u64(bytes_of(text.at, n), INT64_MAX, &meeting) ||
		!bytes_to_u64(bytes_of(dash + 1, text.len - n - 1), UINT16_MAX, &entry) ||
		meeting == 0 || entry == 0)
		return false;
	*ret_meeting = (int64_t)meeting;
	*ret_entry = (unsigned)entry;
	return true;
}

void seat_write(int64_t meeting, unsigned entry, char ret[SEAT_TEXT])
{
	(void)snprintf(ret, SEAT_TEXT, "%lld-%u", (long long)meeting, entry);
}

/* -- decoders ---------------------------------------------------------------------- */

/* A word that meeting_<list>_of() knows. */
static unsigned word_of(struct jin *in, const char *field, int (*of)(struct bytes))
{
	struct bytes text = jin_text(in, field, 1, 32);
	int v = text.at ? of(text) : -1;

	if (v < 0)
		jin_refuse(in, field);
	return v < 0 ? 0 : (unsigned)v;
}
#define WORD(m, list, field)                                                             \
	((enum meeting_##list)word_of(&(m)->in, (field), meeting_##list##_of))

static uint32_t epoch_of(struct jin *in, int64_t min)
{
	return (uint32_t)jin_int(in, "epoch", min, UINT32_MAX);
}

static uint32_t line_of(struct jin *in, int64_t min)
{
	return (uint32_t)jin_int(in, "line", min, UINT32_MAX);
}

static int decode_hello(struct message *m)
{
	static const char *const roles[] = {
		[ROLE_CITIZEN] = "citizen", [ROLE_STAFF] = "staff"
	};
	static const char *const langs[] = { [LANG_DA] = "da", [LANG_EN] = "en" };
	struct message_hello *h = &m->hello;
	unsigned entry = 0;

	h->role = (enum peer_role)jin_word(&m->in, "role", roles, ARRAY_LEN(roles));
	h->build = jin_text(&m->in, "build", 1, LIMIT_BUILD);
	if (h->role != ROLE_CITIZEN)
		return 0;
	if (!seat_parse(jin_text(&m->in, "seat", 3, SEAT_TEXT - 1), &h->meeting, &entry))
		jin_refuse(&m->in, "seat");
	h->entry = (uint16_t)entry;
	h->epoch = epoch_of(&m->in, 0);
	h->lang = jin_word(&m->in, "lang", langs, LANG_COUNT);
	return 0;
}

static int decode_ping(struct message *m)
{
	(void)m;
	return 0;
}

static int decode_step(struct message *m)
{
	m->event.progress = WORD(m, progress, "step");
	return 0;
}

static int decode_hidden(struct message *m)
{
	m->event.hidden = jin_bool(&m->in, "hidden");
	return 0;
}

static int decode_enter(struct message *m)
{
	m->meeting = jin_id(&m->in, "meeting");
	m->event.enter.epoch = epoch_of(&m->in, 0);
	if (jin_has(&m->in, "line"))
		m->event.enter.line = line_of(&m->in, 0);
	return 0;
}

static int decode_leave(struct message *m)
{
	(void)m;
	return 0;
}

static int decode_admit(struct message *m)
{
	m->event.entry = (uint16_t)jin_int(&m->in, "entry", 1, UINT16_MAX);
	return 0;
}

static int decode_remove(struct message *m)
{
	return decode_admit(m);
}

static int decode_late(struct message *m)
{
	m->meeting = jin_id(&m->in, "meeting");
	m->event.late = (uint8_t)jin_int(&m->in, "minutes", 0, 60);
	return 0;
}

static void decode_candidates(struct message *m)
{
	struct jin *in = &m->in;

	m->signal.candidates = jin_array(in, "candidates", 1, LIMIT_CANDIDATES);
	for (size_t i = 0; i < m->signal.candidates; i++) {
		struct message_candidate *c = &m->signal.candidate[i];

		jin_enter(in, "candidates", i);
		c->line = jin_text(in, "candidate", 0, LIMIT_CANDIDATE);
		c->mid = jin_text(in, "mid", 0, LIMIT_MID);
		c->mline = (uint8_t)jin_int(in, "mline", 0, LIMIT_MLINES);
		jin_leave(in);
	}
}

static int decode_signal(struct message *m)
{
	bool citizen = m->from == ROLE_CITIZEN;
	bool of_citizen;

	m->signal.candidates = 0;
	m->signal.sdp = BYTES_NULL;
	m->event.signal.kind = WORD(m, signal, "kind");
	m->event.signal.epoch = epoch_of(&m->in, 1);
	switch (m->event.signal.kind) {
	case MEETING_SIGNAL_CANDIDATES:
		decode_candidates(m);
		return 0;
	case MEETING_SIGNAL_OFFER:
	case MEETING_SIGNAL_ANSWER:
		m->signal.sdp = jin_blob(&m->in, "sdp", LIMIT_SDP);
		break;
	default:
		break;
	}
	of_citizen = m->event.signal.kind != MEETING_SIGNAL_OFFER;
	return jin_ok(&m->in) && citizen != of_citizen ? MESSAGE_E_WRONG : 0;
}

static int base64url_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* 32 bytes of base64url in the one canonical spelling; ret may be NULL. Public values. */
static struct bytes decode_32(struct jin *in, const char *field, uint8_t *ret)
{
	struct bytes text = jin_text(in, field, SAS_TEXT, SAS_TEXT);
	uint32_t bits = 0;
	unsigned n = 0;

	for (size_t i = 0; i < text.len; i++) {
		int v = base64url_value(text.at[i]);

		if (v < 0) {
			jin_refuse(in, field);
			return BYTES_NULL;
		}
		bits = bits << 6 | (uint32_t)v;
		if (i % 4 != 0 && ret)
			ret[n++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	if (text.at && (bits & 3) != 0)
		jin_refuse(in, field);
	return text;
}

static int decode_sas(struct message *m)
{
	struct jin *in = &m->in;
	uint8_t *fp = m->event.sas.fp;
	uint8_t step = (uint8_t)jin_int(in, "step", 1, 3);

	m->sas = (struct message_sas){ 0 };
	m->event.sas.epoch = epoch_of(in, 1);
	m->event.sas.step = step;
	if (step == 1) {
		m->sas.commit = decode_32(in, "commit", NULL);
	} else {
		m->sas.fp = decode_32(in, "fp", fp);
		m->sas.nonce = decode_32(in, "nonce", NULL);
	}
	if (jin_ok(in) && (m->from == ROLE_CITIZEN) != (step == 2))
		return MESSAGE_E_WRONG;
	return 0;
}

static int decode_sas_show(struct message *m)
{
	m->event.sas_show = jin_bool(&m->in, "show");
	return 0;
}

static int decode_sas_ok(struct message *m)
{
	m->event.sas_ok = epoch_of(&m->in, 1);
	return 0;
}

static int decode_broken(struct message *m)
{
	m->event.broken.epoch = epoch_of(&m->in, 1);
	m->event.broken.why = WORD(m, break, "why");
	return 0;
}

static int decode_media(struct message *m)
{
	struct jin *in = &m->in;

	m->event.media.epoch = epoch_of(in, 0);
	m->event.media.picture = jin_bool(in, "picture");
	m->event.media.mic = jin_bool(in, "mic");
	m->event.media.share = jin_bool(in, "share");
	m->event.media.rung = WORD(m, rung, "rung");
	m->event.media.health = WORD(m, health, "health");
	return 0;
}

static int decode_phone(struct message *m)
{
	m->event.phone.event = WORD(m, phone, "event");
	switch (m->event.phone.event) {
	case MEETING_PHONE_OPEN:
		m->event.phone.from = WORD(m, call_from, "from");
		if (m->event.phone.from == MEETING_CALL_FROM_NONE)
			jin_refuse(&m->in, "from");
		break;
	case MEETING_PHONE_DIAL:
		m->event.phone.to = WORD(m, dial_to, "to");
		break;
	case MEETING_PHONE_MUTE:
	case MEETING_PHONE_HOLD:
		m->event.phone.on = jin_bool(&m->in, "on");
		break;
	default:
		break;
	}
	return 0;
}

static int decode_line(struct message *m)
{
	m->line.line = line_of(&m->in, 1);
	m->line.sdp = jin_blob(&m->in, "sdp", LIMIT_SDP);
	return 0;
}

static int decode_line_broken(struct message *m)
{
	m->event.line_broken = line_of(&m->in, 1);
	return 0;
}

static int decode_video(struct message *m)
{
	(void)m;
	return 0;
}

static int decode_end(struct message *m)
{
	m->event.outcome = WORD(m, outcome, "outcome");
	if (m->event.outcome == MEETING_OUTCOME_NONE)
		jin_refuse(&m->in, "outcome");
	return 0;
}

/* -- dispatch ---------------------------------------------------------------------- */

#define MEETING_EV_NONE MEETING_EV_COUNT

static const struct row {
	const char *name;
	int who;
	enum meeting_event_kind event;
	int (*decode)(struct message *m);
} rows[] = {
#define MESSAGE(id, name, who, event) { #name, who, MEETING_EV_##event, decode_##name },
#include "samtale/session/message.def"
#undef MESSAGE
};
_Static_assert(ARRAY_LEN(rows) == MESSAGE_COUNT, "one row per message");

static const struct row *find_row(struct bytes name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (bytes_equal_str(name, rows[i].name))
			return &rows[i];
	return NULL;
}

static int decode(struct message *m)
{
	const struct row *row = find_row(jin_text(&m->in, "type", 1, 32));
	int r;

	if (!row)
		return MESSAGE_E_BAD;
	m->type = (enum message_type)(row - rows);
	m->event.kind = row->event;
	if (m->from == ROLE_NOBODY ? m->type != MESSAGE_HELLO
				   : !(row->who & (int)m->from))
		return MESSAGE_E_WRONG;
	r = row->decode(m);
	return jin_ok(&m->in) ? r : MESSAGE_E_BAD;
}

int message_decode(struct bytes text, enum peer_role from, struct message *ret)
{
	int r = jin_open(&ret->in, text, LIMIT_WS_MESSAGE);

	if (r != 0)
		return r < 0                 ? fault_pass(r)
		       : r == JIN_E_NOT_UTF8 ? MESSAGE_E_NOT_UTF8
					     : MESSAGE_E_BAD;
	ret->from = from;
	ret->meeting = 0;
	ret->event = (struct meeting_event){ 0 };
	r = decode(ret);
	if (r != 0)
		jin_close(&ret->in);
	return r;
}

void message_done(struct message *m)
{
	jin_close(&m->in);
}
