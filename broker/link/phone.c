/* SPDX-License-Identifier: MPL-2.0
 *
 * Orders and reports of the telephone gateway:
 *	u64 room, u8 word, u8 flags, u32 value, u16 length + text, u16 length + more
 * A word out of its kind's range is refused here, so that whoever reads a message may
 * index by it. Numbers, digits and SDP pass through and are kept nowhere.
 */
#include "samtale/link/phone.h"

/* How many words a kind knows; 0: its word says nothing. */
static const uint8_t words_of[PHONE_REPORTS_END] = {
	[PHONE_ORDER_DIAL] = PHONE_CONFIRM_COUNT,
	[PHONE_ORDER_HANG_UP] = PHONE_CAUSE_COUNT,
	[PHONE_ORDER_ANSWER] = PHONE_ANSWER_COUNT,
	[PHONE_ORDER_VERDICT] = PHONE_VERDICT_COUNT,
	[PHONE_REPORT_STANDING] = PHONE_PROGRESS_COUNT,
	[PHONE_REPORT_TRUNK] = PHONE_TRUNK_COUNT,
	[PHONE_REPORT_PROGRESS] = PHONE_PROGRESS_COUNT,
	[PHONE_REPORT_ENDED] = PHONE_CAUSE_COUNT,
	[PHONE_REPORT_KEY] = PHONE_KEY_COUNT,
};

static bool is_kind(unsigned kind, bool orders)
{
	return orders ? kind > PHONE_NOTHING && kind < PHONE_ORDERS_END
		      : kind > PHONE_REPORTS_BEGIN && kind < PHONE_REPORTS_END;
}

/* Whether the numbers of a message mean something; its kind is one of ours. */
static bool is_known(const struct phone_message *m)
{
	if (words_of[m->kind] && m->word >= words_of[m->kind])
		return false;
	return m->kind != PHONE_REPORT_TRUNK || m->value < PHONE_CAUSE_COUNT;
}

void phone_message_write(struct writer *w, const struct phone_message *m)
{
	size_t begun = frame_begin(w, (uint8_t)m->kind, m->leg);

	if (m->text.len > PHONE_TEXT_MAX || m->more.len > PHONE_TEXT_MAX ||
		(!is_kind(m->kind, true) && !is_kind(m->kind, false)) || !is_known(m)) {
		w->bad = true;
		return;
	}
	write_u64(w, m->room);
	write_u8(w, m->word);
	write_u8(w, m->flags);
	write_u32(w, m->value);
	write_var(w, m->text);
	write_var(w, m->more);
	frame_end(w, begun);
}

int phone_message_read(const struct frame *f, bool orders, struct phone_message *ret)
{
	struct phone_message m = { .kind = (enum phone_kind)f->kind, .leg = f->id };
	struct reader r = reader_of(f->body);

	if (!is_kind(f->kind, orders))
		return PHONE_E_BAD;
	m.room = read_u64(&r);
	m.word = read_u8(&r);
	m.flags = read_u8(&r);
	m.value = read_u32(&r);
	m.text = read_var(&r, PHONE_TEXT_MAX);
	m.more = read_var(&r, PHONE_TEXT_MAX);
	if (!reader_done(&r) || !is_known(&m))
		return PHONE_E_BAD;
	*ret = m;
	return 0;
}

const char *phone_progress_name(enum phone_progress p)
{
	static const char *const names[] = {
#define PROGRESS(id, name) [PHONE_PROGRESS_##id] = name,
#include "samtale/link/phone.def"
	};

	return names[p];
}

const char *phone_cause_name(enum phone_cause c)
{
	static const char *const names[] = {
#define CAUSE(id, name) [PHONE_CAUSE_##id] = name,
#include "samtale/link/phone.def"
	};

	return names[c];
}

const char *phone_trunk_name(enum phone_trunk t)
{
	static const char *const names[] = {
#define TRUNK(id, name) [PHONE_TRUNK_##id] = name,
#include "samtale/link/phone.def"
	};

	return names[t];
}
