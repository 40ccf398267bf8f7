/* SPDX-License-Identifier: MPL-2.0
 *
 * Translates: a port's calls into the talk, the rules and reports; the rules' wishes into
 * sentences, stages and reports. Keys are never kept and never logged.
 */
#include "hooks.h"

#include "g711.h"

#define KEY_MS       80
#define KEYS_AT_ONCE 20 /* meeting number and PIN are 14 */

/* -- keys ------------------------------------------------------------------------ */
static bool has_unknown_citizen(const struct party *p)
{
	for (const struct party *o = p->gateway->parties; o; o = o->next)
		if (o->kind == PARTY_OUTGOING && !o->own_phone &&
			o->room_id == p->room_id &&
			o->outgoing.confirm == PHONE_CONFIRM_OWNER &&
			outgoing_is_unknown(&o->outgoing))
			return true;
	return false;
}

static void key_in_talk(struct party *p, char key)
{
	bool plain;
	enum stars_said said = stars_key(&p->stars, key, clock_boot_ms(), &plain);

	if (said == STARS_MUTE) {
		p->leg.muted_itself = !p->leg.muted_itself;
		party_say(p, p->leg.muted_itself ? PROMPT_MUTED : PROMPT_UNMUTED);
		reports_key(p, PHONE_KEY_MUTE, p->leg.muted_itself);
	} else if (said == STARS_HAND) {
		p->hand = !p->hand;
		reports_key(p, PHONE_KEY_HAND, p->hand);
	} else if (plain && key == '1' && p->own_phone && has_unknown_citizen(p)) {
		reports_key(p, PHONE_KEY_CITIZEN, true);
	}
}

/* Stored numbers are sent with 80 ms a key (Q.24: 40 on, 40 off); a flood is no finger,
 * and each key may cost the broker a word in its store. */
static bool is_too_fast(struct party *p, int64_t now_ms)
{
	if (p->keys_until_ms < now_ms)
		p->keys_until_ms = now_ms;
	if (p->keys_until_ms - now_ms >= KEYS_AT_ONCE * KEY_MS)
		return true;
	p->keys_until_ms += KEY_MS;
	return false;
}

static void pressed(struct party *p, char key)
{
	if (p->is_leaving || p->kind == PARTY_BROWSER || is_too_fast(p, clock_boot_ms()))
		return;
	if (p->leg.stage == LEG_TALKING)
		key_in_talk(p, key);
	else if (p->kind == PARTY_OUTGOING)
		outgoing_key(&p->outgoing);
	else if (p->kind == PARTY_INCOMING)
		dial_in_key(&p->dial_in, key, clock_boot_ms());
}

static void on_event(void *arg, const struct audio_packet *packet)
{
	struct party *p = arg;
	char key = dtmf_event(&p->leg.events, packet);

	p->has_events = true;
	if (key)
		pressed(p, key);
}

static void on_key(void *arg, char key)
{
	struct party *p = arg;

	if (!p->has_events && strcmp(p->gateway->settings->phone_dtmf, "info") == 0)
		pressed(p, key);
}

static void look_for_keys(struct party *p, const struct audio_packet *packet)
{
	int16_t samples[AUDIO_PACKET_MAX];
	char key;

	if (p->has_events || packet->payload.len > AUDIO_PACKET_MAX)
		return;
	g711_decode_block(packet->law, packet->payload.at, samples, packet->payload.len);
	key = dtmf_tone(&p->leg.keys_in_sound, samples, packet->payload.len);
	if (key)
		pressed(p, key);
}

/* -- sound and state ------------------------------------------------------------- */
static void on_audio(void *arg, const struct audio_packet *packet)
{
	struct party *p = arg;

	talk_audio(&p->leg, packet, clock_boot_ms());
	if (!p->media_told)
		reports_media(p, true);
	if (p->kind != PARTY_BROWSER &&
		strcmp(p->gateway->settings->phone_dtmf, "inband") == 0)
		look_for_keys(p, packet);
}

static void on_open(void *arg)
{
	struct party *p = arg;

	gateway_stir(p->gateway);
}

static void on_held(void *arg, bool on)
{
	struct party *p = arg;

	p->leg.held_by_peer = on;
	playout_reset(&p->leg.playout);
	gateway_stir(p->gateway);
}

static void on_over(void *arg, enum phone_cause why)
{
	(void)party_end(arg, why, PHONE_CAUSE_NONE);
}

static void on_progress(void *arg, enum phone_progress progress)
{
	struct party *p = arg;

	if (p->kind == PARTY_OUTGOING)
		outgoing_progress(&p->outgoing, progress);
}

static const struct port_hooks port_to_party = { .audio = on_audio,
	.event = on_event,
	.key = on_key,
	.open = on_open,
	.held = on_held,
	.over = on_over };

void hooks_of_call(struct party *p, struct call_hooks *ret)
{
	*ret = (struct call_hooks){ .port = port_to_party, .progress = on_progress };
	ret->port.arg = p;
}

void hooks_of_browser(struct party *p, struct port_hooks *ret)
{
	*ret = port_to_party;
	ret->arg = p;
}

/* -- the rules' wishes ----------------------------------------------------------- */
static void say(void *arg, enum prompt what)
{
	party_say(arg, what);
}

static void say_time(void *arg, struct bytes hh_mm)
{
	struct party *p = arg;

	speaker_time(&p->leg.speaker, p->gateway->prompts, hh_mm, p->english);
}

static void hush(void *arg)
{
	struct party *p = arg;

	speaker_hush(&p->leg.speaker);
	p->speaks = false;
}

static void set_stage(void *arg, enum leg_stage stage)
{
	struct party *p = arg;

	p->leg.stage = stage;
	p->leg.tones = stage >= LEG_UNKNOWN;
	if (stage == LEG_UNKNOWN && !talk_has_company(&p->leg))
		party_say(p, PROMPT_MOMENT);
	gateway_stir(p->gateway);
}

/* The consultant at her own telephone is told that somebody answered. */
static void tell_own_phones(const struct party *answered)
{
	for (struct party *o = answered->gateway->parties; o; o = o->next)
		if (o->own_phone && o->room_id == answered->room_id &&
			o->leg.stage == LEG_TALKING)
			party_say(o, PROMPT_OWN_ANSWERED);
}

static void progress(void *arg, enum phone_progress now)
{
	struct party *p = arg;

	reports_progress(p, now);
	if (now == PHONE_PROGRESS_ANSWERED && !p->own_phone &&
		p->outgoing.confirm == PHONE_CONFIRM_OWNER)
		tell_own_phones(p);
	if (now == PHONE_PROGRESS_TALKING && p->outgoing.confirm == PHONE_CONFIRM_KEY)
		party_say(p, talk_has_company(&p->leg) ? PROMPT_ON_PHONE : PROMPT_MOMENT);
}

static void end(void *arg, enum phone_cause why)
{
	(void)party_end(arg, why, why);
}

const struct outgoing_hooks outgoing_to_party = { say, say_time, hush, set_stage,
	progress, end };

static bool answer(void *arg)
{
	struct party *p = arg;

	p->progress = PHONE_PROGRESS_ANSWERED;
	return call_answer(p->call) == 0;
}

static void say_in(void *arg, enum prompt what, bool english)
{
	party_say_in(arg, what, english);
}

static void pause_words(void *arg)
{
	struct party *p = arg;

	speaker_pause(&p->leg.speaker, 300);
}

static void set_waiting(void *arg, enum leg_stage stage, bool tones)
{
	struct party *p = arg;

	set_stage(p, stage);
	p->leg.tones = tones;
	if (dial_in_is_outside(&p->dial_in))
		return;
	explicit_bzero(p->number, sizeof(p->number));
	if (p->progress < PHONE_PROGRESS_TALKING)
		p->progress = PHONE_PROGRESS_LOBBY;
}

static void digits(void *arg, struct bytes number, struct bytes pin, unsigned try)
{
	reports_digits(arg, number, pin, try);
}

const struct dial_in_hooks dial_in_to_party = { answer, say_in, pause_words, hush,
	set_waiting, digits, end };
