/* SPDX-License-Identifier: MPL-2.0
 *
 * How media finds its way: the TURN servers of the settings with a credential made for
 * this one answer, and the policy. Given out after admission only.
 */
#include "inner.h"

#include "samtale/vault/turn.h"

static bool has_turn(const struct house *h)
{
	return h->parts.turn_secret && h->parts.settings->media_turn_urls[0];
}

bool ice_is_relay_only(const struct house *h)
{
	return has_turn(h) &&
	       bytes_equal_str(BYTES_LIT("deny"), h->parts.settings->media_p2p);
}

static void write_urls(struct jout *o, struct bytes urls)
{
	jout_array(o, "urls");
	while (urls.len > 0) {
		const uint8_t *blank = memchr(urls.at, ' ', urls.len);
		size_t n = blank ? (size_t)(blank - urls.at) : urls.len;

		if (n > 0)
			jout_text(o, NULL, bytes_of(urls.at, n));
		n += blank ? 1 : 0;
		urls = bytes_of(urls.at + n, urls.len - n);
	}
	jout_end_array(o);
}

void ice_write_servers(struct house *h, struct jout *o)
{
	const struct settings *s = h->parts.settings;
	int64_t expires_s = clock_utc_ms() / MS_SECOND + s->media_turn_minutes * 60;
	wiped(struct turn_credential, credential);

	jout_array(o, "servers");
	if (has_turn(h) && turn_credential_make(secret_bytes(h->parts.turn_secret),
				   expires_s, &credential) == 0) {
		jout_object(o, NULL);
		write_urls(o, bytes_str(s->media_turn_urls));
		jout_str(o, "username", credential.user);
		jout_str(o, "credential", credential.password);
		jout_end_object(o);
	}
	jout_end_array(o);
}

void ice_write_start(
	struct house *h, const struct live *l, const char *role, struct jout *o)
{
	const struct settings *s = h->parts.settings;

	jout_object(o, NULL);
	jout_word(o, "type", "start");
	jout_id(o, "meeting", l->id);
	jout_int(o, "epoch", l->meeting.epoch);
	jout_word(o, "role", role);
	jout_word(o, "policy", ice_is_relay_only(h) ? "relay" : "all");
	ice_write_servers(h, o);
	jout_int(o, "video_kbps", s->media_video_kbps);
	jout_int(o, "video_kbps_saving", s->media_video_kbps_saving);
	jout_bool(o, "whole_screen", s->meeting_share_whole_screen);
	jout_end_object(o);
}

static void push(struct live *l, struct peer *p)
{
	struct jout o = house_jout(l->house);

	jout_object(&o, NULL);
	jout_word(&o, "type", "turn");
	ice_write_servers(l->house, &o);
	jout_end_object(&o);
	peer_send(p, &o);
}

void ice_push_turn(struct live *l)
{
	const struct meeting_entry *citizen = meeting_admitted(&l->meeting);
	struct peer *consultant = live_peer(l, 0);
	struct peer *other = citizen ? live_peer(l, citizen->number) : NULL;

	l->turn_ms = MEETING_NEVER;
	if (!has_turn(l->house) || (!citizen && !l->meeting.call.lines.line) ||
		l->meeting.phase == MEETING_PHASE_ENDED)
		return;
	l->turn_ms = house_now(l->house) + TURN_PUSH_MS;
	if (consultant)
		push(l, consultant);
	if (other)
		push(l, other);
}
