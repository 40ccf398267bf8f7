/* SPDX-License-Identifier: MPL-2.0
 *
 * What the broker is told, each report one frame.
 */
#include "gateway.h"

#define REPORT_MAX (FRAME_HEAD + 32 + 2 * PHONE_TEXT_MAX)

void reports_send(struct gateway *g, const struct phone_message *m)
{
	uint8_t buf[REPORT_MAX];
	struct writer w = writer_of(buf, sizeof(buf));

	if (!g->wire)
		return;
	phone_message_write(&w, m);
	if (writer_ok(&w))
		wire_send(g->wire, writer_bytes(&w));
	explicit_bzero(buf, w.len);
}

static uint8_t flags_of(const struct party *p)
{
	return (uint8_t)((p->kind == PARTY_BROWSER ? PHONE_BROWSER : 0) |
			 (p->kind == PARTY_INCOMING ? PHONE_INCOMING : 0) |
			 (p->leg.owner ? PHONE_OWNER : 0) |
			 (p->own_phone ? PHONE_OWN_PHONE : 0));
}

/* In no lobby yet: to the broker it is a call like a new one. */
static bool is_outside(const struct party *p)
{
	return p->kind == PARTY_INCOMING && dial_in_is_outside(&p->dial_in);
}

void reports_begin(struct gateway *g)
{
	reports_send(g, &(struct phone_message){
				.kind = PHONE_REPORT_HELLO, .value = PHONE_VERSION });
	for (struct party *p = g->parties; p; p = p->next)
		if (!p->is_leaving && !is_outside(p))
			reports_send(
				g, &(struct phone_message){ .kind = PHONE_REPORT_STANDING,
					   .leg = p->id,
					   .room = p->room_id,
					   .word = (uint8_t)p->progress,
					   .flags = flags_of(p) });
	reports_send(g, &(struct phone_message){ .kind = PHONE_REPORT_SYNCED });
	reports_trunk(g);
	for (struct party *p = g->parties; p; p = p->next) {
		if (p->media_told)
			reports_media(p, true);
		if (p->leg.is_phone && p->progress == PHONE_PROGRESS_TALKING)
			reports_key(p, PHONE_KEY_MUTE, p->leg.muted_itself);
		if (is_outside(p))
			reports_incoming(p);
	}
}

void reports_incoming(struct party *p)
{
	reports_send(p->gateway, &(struct phone_message){ .kind = PHONE_REPORT_INCOMING,
					 .leg = p->id,
					 .flags = p->number[0] ? 0 : PHONE_HIDDEN,
					 .text = bytes_str(p->number) });
}

void reports_trunk(struct gateway *g)
{
	reports_send(g, &(struct phone_message){ .kind = PHONE_REPORT_TRUNK,
				.word = (uint8_t)g->trunk_state,
				.value = (uint32_t)g->trunk_why });
}

void reports_progress(struct party *p, enum phone_progress progress)
{
	p->progress = progress;
	reports_send(p->gateway, &(struct phone_message){ .kind = PHONE_REPORT_PROGRESS,
					 .leg = p->id,
					 .room = p->room_id,
					 .word = (uint8_t)progress });
}

void reports_ended(struct party *p, enum phone_cause why)
{
	int64_t answered_ms = p->call ? call_answered_ms(p->call) : 0;

	reports_send(p->gateway,
		&(struct phone_message){ .kind = PHONE_REPORT_ENDED,
			.leg = p->id,
			.room = p->room_id,
			.word = (uint8_t)why,
			.value = answered_ms ? (uint32_t)((clock_boot_ms() - answered_ms +
								  MS_SECOND - 1) /
							  MS_SECOND)
					     : 0 });
}

void reports_key(struct party *p, enum phone_key key, bool on)
{
	reports_send(p->gateway, &(struct phone_message){ .kind = PHONE_REPORT_KEY,
					 .leg = p->id,
					 .room = p->room_id,
					 .word = (uint8_t)key,
					 .flags = on ? PHONE_ON : 0 });
}

void reports_media(struct party *p, bool on)
{
	p->media_told = on;
	if (on && p->kind == PARTY_BROWSER)
		p->progress = PHONE_PROGRESS_TALKING;
	reports_send(p->gateway, &(struct phone_message){ .kind = PHONE_REPORT_MEDIA,
					 .leg = p->id,
					 .room = p->room_id,
					 .flags = on ? PHONE_ON : 0 });
}

void reports_digits(struct party *p, struct bytes number, struct bytes pin, unsigned try)
{
	reports_send(p->gateway, &(struct phone_message){ .kind = PHONE_REPORT_DIGITS,
					 .leg = p->id,
					 .value = try,
					 .text = number,
					 .more = pin });
}
