/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: one leg of a talk, whatever its transport: what comes in from its
 * port until the mixer wants it, what goes out with timestamps that never jump, the
 * sentences that it hears, its keys. A port is handed in as a table, so that the talk
 * and its tests know neither browsers nor telephones.
 */
#pragma once

#include "dtmf.h"
#include "playout.h"
#include "prompt.h"

struct talk;

struct port_table {
	void (*send)(void *port, const struct audio_packet *p);
	enum g711_law (*law)(const void *port);
	bool (*is_open)(const void *port); /* sound can be sent now */
};

/* Who hears whom follows from these; talk.c has the rule. */
enum leg_stage {
	LEG_DIALING,  /* nothing is sent to it, nobody hears it */
	LEG_EARLY,    /* the network speaks before the answer: the owner hears it */
	LEG_ALONE,    /* hears our sentences only, nobody hears it */
	LEG_GREETING, /* the same, but the owner hears it */
	LEG_UNKNOWN,  /* the owner and it hear each other */
	LEG_TALKING,
};

struct leg {
	const struct port_table *table;
	void *port; /* NULL: none yet, or no more */
	struct talk *talk;
	bool is_phone, owner;
	enum leg_stage stage;
	bool muted, muted_itself, held, held_by_peer;
	bool tones; /* hears a waiting tone now and then while nobody is to be heard */

	struct speaker speaker;
	struct playout playout;
	struct dtmf_events events;
	struct dtmf_tones keys_in_sound;
	unsigned quiet_ticks; /* nobody was to be heard for so long */

	int64_t last_in_ms;     /* boot clock; 0: no sound ever */
	int64_t flows_since_ms; /* no gap since; 0: no sound */

	uint32_t out_ts;      /* of the next packet that is sent */
	int64_t last_out_ms;  /* 0: none ever */
	bool relays;          /* the last packet out came by leg_relay() */
	uint32_t relay_shift; /* out_ts = ts of the source + this */
	uint32_t relay_last;  /* ts of the source's last packet */
};

#define LEG_GAP_MS 200 /* longer without a packet: the sound does not flow */

void leg_init(struct leg *l, bool is_phone);
void leg_set_port(struct leg *l, const struct port_table *table, void *port);
/* Sound may be sent to it now. */
bool leg_is_open(const struct leg *l);
bool leg_flows(const struct leg *l, int64_t now_ms);

/* Notes that a packet came; the talk decides where it goes. */
void leg_came(struct leg *l, int64_t now_ms);

/* One tick of the mixer. */
void leg_send_tick(struct leg *l, const int16_t samples[AUDIO_TICK], int64_t now_ms);
/* A packet of another leg, as it is but for the law. */
void leg_relay(struct leg *l, const struct audio_packet *p, int64_t now_ms);
/* What waits for the mixer goes out to `to` at once, so that nothing is lost or cut when
 * relaying begins. */
void leg_flush(struct leg *from, struct leg *to, int64_t now_ms);
