/* SPDX-License-Identifier: MPL-2.0
 *
 * A meeting across a restart, written: version 2, big-endian, canonical. What is packed
 * is what must survive; connections, reports and the booking are not.
 */
#include "pack.h"

static void write_time(struct writer *w, int64_t ms)
{
	write_u64(w, (uint64_t)ms);
}

/* A word of one of the lists. */
static void write_word(struct writer *w, unsigned word)
{
	write_u8(w, (uint8_t)word);
}

static void write_flag(struct writer *w, bool flag)
{
	write_u8(w, flag);
}

static void pack_entry(struct writer *w, const struct meeting_entry *entry)
{
	write_u16(w, entry->number);
	if (entry->number == 0)
		return;
	write_bytes(w, bytes_of(entry->device, MEETING_DEVICE_LEN));
	write_word(w, entry->place);
	write_word(w, entry->via);
	write_u8(w, entry->level);
	write_time(w, entry->since_ms);
	write_word(w, entry->progress);
	write_flag(w, entry->hidden);
	write_flag(w, entry->announced);
}

static void pack_sas(struct writer *w, const struct meeting *m)
{
	bool done = m->sas_step == MEETING_SAS_DONE;

	write_flag(w, done);
	if (done)
		write_bytes(w, bytes_of(m->sas_seen, sizeof(m->sas_seen)));
	write_flag(w, m->sas_has_confirmed);
	if (m->sas_has_confirmed)
		write_bytes(w, bytes_of(m->sas_known, sizeof(m->sas_known)));
	write_flag(w, m->sas_confirmed);
	write_flag(w, m->sas_show);
}

/* Once loaded nobody is here: what runs is in doubt since the last time we saw. */
static void pack_form(struct writer *w, const struct meeting *m)
{
	bool runs = m->form != MEETING_FORM_NONE;

	write_word(w, m->form);
	write_time(w, m->form_ms);
	write_time(w, !runs ? 0 : m->doubt_ms != 0 ? m->doubt_ms : m->now_ms);
	for (size_t i = 0; i < MEETING_FORM_COUNT; i++)
		write_time(w, m->total_ms[i]);
	write_u8(w, m->intervals);
	for (size_t i = 0; i < m->intervals; i++) {
		write_word(w, m->interval[i].form);
		write_time(w, m->interval[i].from_ms);
		write_time(w, m->interval[i].to_ms);
	}
}

static void pack_call(struct writer *w, const struct meeting_hand_off *call)
{
	write_word(w, call->state);
	write_word(w, call->from);
	write_flag(w, call->has_digits);
	write_u8(w, call->digits);
	write_flag(w, call->answered);
	write_flag(w, call->asked_ever);
	write_flag(w, call->video_asked);
	write_u8(w, call->attempts);
	write_word(w, call->given);
	write_u8(w, call->level);
	write_flag(w, call->stated);
}

static void pack_lines(struct writer *w, const struct meeting_lines *l)
{
	write_word(w, l->citizen);
	write_word(w, l->own);
	write_word(w, l->reason);
	write_word(w, l->before);
	write_flag(w, l->drew);
	write_flag(w, l->by_key);
	write_flag(w, l->muted);
	write_flag(w, l->held);
	write_flag(w, l->by_caller);
	write_flag(w, l->hand);
	write_flag(w, l->quiet);
	write_u32(w, l->line);
	write_u32(w, l->last);
}

void meeting_pack(const struct meeting *m, struct writer *w)
{
	bool runs = m->started_ms != 0 && m->phase != MEETING_PHASE_ENDED;

	write_u8(w, PACK_VERSION);
	write_time(w, m->now_ms);
	write_word(w, m->phase);
	write_word(w, m->outcome);
	write_time(w, m->started_ms);
	write_time(w, m->ended_ms);
	write_time(w, !runs ? 0 : m->idle_ms != 0 ? m->idle_ms : m->now_ms);
	write_u8(w, m->late_minutes);
	write_u8(w, m->level);
	write_u16(w, m->next_entry);
	for (size_t i = 0; i < LIMIT_ENTRIES; i++)
		pack_entry(w, &m->entries[i]);
	write_flag(w, m->bound);
	if (m->bound)
		write_bytes(w, bytes_of(m->bound_device, MEETING_DEVICE_LEN));
	write_flag(w, m->came);
	write_word(w, m->last_progress);
	write_time(w, m->last_seen_ms);
	write_flag(w, m->entered);
	write_u32(w, m->epoch);
	write_u16(w, m->epoch_with);
	pack_sas(w, m);
	pack_form(w, m);
	pack_call(w, &m->call);
	pack_lines(w, &m->call.lines);
}
