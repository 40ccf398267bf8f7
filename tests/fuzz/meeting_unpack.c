/* SPDX-License-Identifier: MPL-2.0
 *
 * A packed meeting from the store, then a short story told by the bytes that follow it.
 * What loads must pack to the same bytes; it must live on through any events and still
 * pack to something that loads; nobody who is not admitted ever gets a START, a KEEP or a
 * message passed on.
 */
#include "samtale/meeting/meeting.h"

#include "fuzz.h"

static const struct meeting_rules rules = { .open_before_ms = 1800000,
	.open_after_ms = 1800000,
	.not_come_ms = 180000,
	.no_show_ms = 900000,
	.abandoned_ms = 14400000,
	.auto_call_ms = 20000,
	.trunk = true };

static struct meeting_booking booking_at(int64_t starts_ms)
{
	return (struct meeting_booking){ .owner = 7,
		.starts_ms = starts_ms,
		.minutes = 30,
		.form = MEETING_FORM_VIDEO,
		.has_phone = true,
		.own_phone = true };
}

/* refused: what meeting_step() returned. */
static void check_effects(
	const struct meeting *m, const struct meeting_effects *fx, int refused)
{
	const struct meeting_entry *citizen = meeting_admitted(m);
	for (unsigned i = 0; i < fx->count; i++) {
		const struct meeting_effect *at = &fx->list[i];
		if (at->kind == MEETING_FX_START || at->kind == MEETING_FX_KEEP)
			PROMISE(citizen && at->entry == citizen->number &&
				at->number == m->epoch);
		if (at->kind == MEETING_FX_RELAY)
			PROMISE(!refused && citizen && m->paired &&
				(at->entry == 0 || at->entry == citizen->number));
	}
}

static void fill(struct meeting_event *e, const struct meeting *m,
	const struct meeting_entry *entry, uint8_t what)
{
	switch (e->kind) {
	case MEETING_EV_BOOKING:
		e->booking = booking_at(m->now_ms + (int64_t)what * 10000);
		break;
	case MEETING_EV_REDEEM:
		e->redeem.device[0] = what;
		break;
	case MEETING_EV_CONNECT:
		memcpy(e->connect.device, entry->device, MEETING_DEVICE_LEN);
		e->connect.epoch = m->epoch - what % 2;
		break;
	case MEETING_EV_ENTER:
		e->enter.user = 7 + what % 2;
		e->enter.epoch = m->epoch;
		break;
	case MEETING_EV_SIGNAL:
		e->signal.epoch = m->epoch;
		e->signal.kind = (enum meeting_signal)(what % MEETING_SIGNAL_COUNT);
		break;
	case MEETING_EV_SAS:
		e->sas.epoch = m->epoch;
		e->sas.step = what % 4;
		break;
	case MEETING_EV_SAS_OK:
		e->sas_ok = m->epoch;
		break;
	case MEETING_EV_BROKEN:
		e->broken.epoch = m->epoch;
		break;
	case MEETING_EV_MEDIA:
		e->media.epoch = m->epoch;
		e->media.picture = what & 1;
		e->media.health = (enum meeting_health)(what / 2 % MEETING_HEALTH_COUNT);
		break;
	case MEETING_EV_PHONE:
		e->phone.event = (enum meeting_phone)(what % MEETING_PHONE_COUNT);
		e->phone.from = MEETING_CALL_FROM_WORK;
		e->phone.to = (enum meeting_dial_to)(what / 16 % MEETING_DIAL_TO_COUNT);
		break;
	case MEETING_EV_TRUNK:
		e->trunk.died = what % 4 == 0;
		e->trunk.lost = what % 4 == 1;
		break;
	case MEETING_EV_LINE:
		e->line.leg = (enum meeting_leg)(what % MEETING_LEG_COUNT);
		e->line.progress = (enum meeting_line)(what / 4 % MEETING_LINE_COUNT);
		e->line.reason = (enum meeting_reason)(what % MEETING_REASON_COUNT);
		break;
	case MEETING_EV_LINE_KEY:
		e->line_key.leg = (enum meeting_leg)(what % MEETING_LEG_COUNT);
		e->line_key.key = (enum meeting_key)(what / 4 % MEETING_KEY_COUNT);
		e->line_key.on = what & 0x80;
		break;
	case MEETING_EV_LINE_BROKEN:
		e->line_broken = m->call.lines.line;
		break;
	case MEETING_EV_CALL_IN:
		memset(e->call_in.device, what, MEETING_DEVICE_LEN);
		break;
	case MEETING_EV_END:
	case MEETING_EV_ADMIN_END:
		e->outcome = (enum meeting_outcome)(what % MEETING_OUTCOME_COUNT);
		break;
	default:
		break;
	}
}

/* Three bytes an event: which, of whom, what. */
static void live_on(struct meeting *m, struct reader *r)
{
	struct meeting_effects fx;
	while (r->left.len >= 3) {
		uint8_t kind = read_u8(r) % MEETING_EV_COUNT, slot = read_u8(r),
			what = read_u8(r);
		const struct meeting_entry *entry = &m->entries[slot % LIMIT_ENTRIES];
		struct meeting_event e = { .kind = (enum meeting_event_kind)kind,
			.entry = slot & 0x80 ? 0 : entry->number };
		fill(&e, m, entry, what);
		int refused = meeting_step(m, &e, m->now_ms + (int64_t)what * what, &fx);
		check_effects(m, &fx, refused);
	}
}

/* Two bytes: the length of the pack. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	uint8_t again[MEETING_PACK_MAX];
	struct reader all = reader_of(bytes_of(at, len));
	struct bytes pack = read_var(&all, MEETING_PACK_MAX);
	struct reader r = reader_of(pack);
	struct meeting_booking booking = booking_at(1763802000000);
	struct meeting m;
	if (all.bad || !meeting_unpack(&r, &rules, &booking, &m))
		return 0;
	struct writer w = writer_of(again, sizeof(again));
	meeting_pack(&m, &w);
	/* A pack of version 1 is packed anew as the present one. */
	PROMISE(writer_ok(&w) &&
		(pack.at[0] == 1 || bytes_equal(writer_bytes(&w), pack)));
	live_on(&m, &all);
	w = writer_of(again, sizeof(again));
	meeting_pack(&m, &w);
	PROMISE(writer_ok(&w));
	r = reader_of(writer_bytes(&w));
	booking = m.booking;
	PROMISE(meeting_unpack(&r, &rules, &booking, &m));
	return 0;
}
