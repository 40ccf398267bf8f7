/* SPDX-License-Identifier: MPL-2.0
 *
 * The timestamps of what a leg is sent count its own sound, not the source's: they go on
 * sample by sample from mixer to relay and back, and leap over a pause by its length.
 */
#include "leg.h"

#include "g711.h"

#define SAMPLES_OF_MS(ms) ((uint32_t)((ms) * (AUDIO_RATE / 1000)))
#define PAUSE_MS          LEG_GAP_MS       /* longer without sending is a pause */
#define SOURCE_JUMP       (AUDIO_RATE / 2) /* a source's ts over this: it began anew */

void leg_init(struct leg *l, bool is_phone)
{
	*l = (struct leg){ .is_phone = is_phone };
	playout_init(&l->playout);
	dtmf_events_init(&l->events);
	dtmf_tones_init(&l->keys_in_sound);
}

void leg_set_port(struct leg *l, const struct port_table *table, void *port)
{
	l->table = table;
	l->port = port;
}

bool leg_is_open(const struct leg *l)
{
	return l->port && l->stage > LEG_EARLY && l->table->is_open(l->port);
}

bool leg_flows(const struct leg *l, int64_t now_ms)
{
	return l->last_in_ms && now_ms - l->last_in_ms < LEG_GAP_MS;
}

void leg_came(struct leg *l, int64_t now_ms)
{
	if (!leg_flows(l, now_ms))
		l->flows_since_ms = now_ms;
	l->last_in_ms = now_ms;
}

/* -- out ------------------------------------------------------------------------- */
/* Before a packet. True: it is the first after a pause. */
static bool leap_over_pause(struct leg *l, int64_t now_ms)
{
	int64_t pause = now_ms - l->last_out_ms;
	bool first = l->last_out_ms == 0;

	l->last_out_ms = now_ms;
	if (!first && pause > PAUSE_MS)
		l->out_ts += SAMPLES_OF_MS(pause - AUDIO_TICK_MS);
	return first || pause > PAUSE_MS;
}

void leg_send_tick(struct leg *l, const int16_t samples[AUDIO_TICK], int64_t now_ms)
{
	uint8_t payload[AUDIO_TICK];
	struct audio_packet p = { .law = l->table->law(l->port),
		.marker = leap_over_pause(l, now_ms),
		.payload = bytes_of(payload, sizeof(payload)) };

	l->relays = false;
	p.ts = l->out_ts;
	g711_encode_block(p.law, samples, payload, AUDIO_TICK);
	l->table->send(l->port, &p);
	l->out_ts += AUDIO_TICK;
}

void leg_relay(struct leg *l, const struct audio_packet *p, int64_t now_ms)
{
	uint8_t payload[AUDIO_PACKET_MAX];
	enum g711_law law = l->table->law(l->port);
	struct audio_packet out = *p;
	int32_t step = (int32_t)(p->ts - l->relay_last);
	uint32_t end;

	if (p->payload.len > sizeof(payload))
		return;
	out.marker = leap_over_pause(l, now_ms);
	if (!l->relays || out.marker || step > SOURCE_JUMP || step < -SOURCE_JUMP)
		l->relay_shift = l->out_ts - p->ts;
	l->relays = true;
	l->relay_last = p->ts;
	out.ts = p->ts + l->relay_shift;
	if (law != p->law) {
		memcpy(payload, p->payload.at, p->payload.len);
		g711_transcode(p->law, law, payload, p->payload.len);
		out.payload.at = payload;
		out.law = law;
	}
	l->table->send(l->port, &out);
	end = out.ts + (uint32_t)p->payload.len;
	if ((int32_t)(end - l->out_ts) > 0)
		l->out_ts = end;
}

static bool waits(const struct playout *p)
{
	return p->started && (int32_t)(p->end_ts - p->head_ts) > 0;
}

void leg_flush(struct leg *from, struct leg *to, int64_t now_ms)
{
	int16_t samples[AUDIO_TICK];

	for (unsigned i = 0; i < PLAYOUT_ROOM && waits(&from->playout); i++)
		if (playout_take(&from->playout, samples))
			leg_send_tick(to, samples, now_ms);
	playout_reset(&from->playout);
}
