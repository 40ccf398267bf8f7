/* SPDX-License-Identifier: MPL-2.0
 *
 * A browser for the gateway's stories, told by lines on stdin (harness.py):
 *	answer HEX	the gateway's SDP: checks, DTLS, then 50 packets a second
 *	tone HZ		what it says from now on; 0: silence
 *	clap		one loud packet; prints "clap" and the time it went, in µs
 *	heard		prints "heard", counters, and the newest half second as hex of
 *PCM16 leave		ends DTLS as a page that closes does The first line that it prints
 *is "offer" and the SDP as hex.
 */
#include "g711.h"
#include "web_peer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define KEPT       4000 /* samples */
#define LEVEL      9830 /* 0.3 of full scale */
#define LOUD       30000
#define CHECK_MS   1000
#define HEARD_LOUD 20000

static struct {
	struct web_peer web;
	struct tmr tick, check, speak;
	uint8_t pt;
	double hertz, phase;
	bool claps, connects;
	uint16_t seq;
	uint32_t ts;
	uint64_t next_ms;
	unsigned seen, jumps;
	uint32_t expected_ts;
	int16_t heard[KEPT];
	int64_t loud_us; /* when something loud came last */
} me;

static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static enum g711_law law(void)
{
	return me.pt == 0 ? G711_ULAW : G711_ALAW;
}

/* -- sound ------------------------------------------------------------------------- */
static void say(void)
{
	uint8_t packet[12 + AUDIO_TICK + SRTP_GROWTH];
	struct writer w = writer_of(packet, sizeof(packet));
	size_t len;

	write_u8(&w, 0x80);
	write_u8(&w, me.pt);
	write_u16(&w, me.seq++);
	write_u32(&w, me.ts);
	write_u32(&w, WEB_PEER_SSRC);
	me.ts += AUDIO_TICK;
	for (int i = 0; i < AUDIO_TICK; i++) {
		double sample = me.hertz > 0 ? LEVEL * sin(me.phase) : 0;

		me.phase += 2 * M_PI * me.hertz / AUDIO_RATE;
		write_u8(&w, g711_encode(law(), me.claps ? LOUD : (int16_t)sample));
	}
	len = w.len;
	if (me.claps)
		(void)printf("clap %lld\n", (long long)now_us());
	me.claps = false;
	if (!srtp_box_protect(me.web.box, packet, &len))
		abort();
	web_peer_raw(me.web.us, &me.web.gateway, packet, len);
}

static void speak(void *arg)
{
	uint64_t now = tmr_jiffies();

	(void)arg;
	if (!me.web.closed)
		say();
	me.next_ms += AUDIO_TICK_MS;
	tmr_start(&me.speak, me.next_ms > now ? me.next_ms - now : 0, speak, NULL);
}

/* What the peer took since the last look; it keeps the newest packet only. */
static void listen_to(void)
{
	int16_t part[AUDIO_PACKET_MAX];
	size_t n = me.web.last_len;

	if (me.web.packets == me.seen)
		return;
	me.jumps += me.seen > 0 &&
		    (me.web.packets != me.seen + 1 || me.web.last_ts != me.expected_ts);
	me.seen = me.web.packets;
	me.expected_ts = me.web.last_ts + (uint32_t)n;
	g711_decode_block(law(), me.web.last, part, n);
	memmove(me.heard, me.heard + n, (KEPT - n) * sizeof(*part));
	memcpy(me.heard + KEPT - n, part, n * sizeof(*part));
	if (part[0] > HEARD_LOUD)
		me.loud_us = now_us();
}

/* -- connecting -------------------------------------------------------------------- */
static void check(void *arg)
{
	(void)arg;
	web_peer_check(&me.web, me.web.us, CHECK_RIGHT, true);
	tmr_start(&me.check, CHECK_MS, check, NULL);
}

static void look(void *arg)
{
	(void)arg;
	tmr_start(&me.tick, 1, look, NULL);
	listen_to();
	if (me.web.answers > 0 && !me.connects) {
		me.connects = true;
		web_peer_connect(&me.web, me.web.id);
	}
	if (me.web.up && !me.next_ms) {
		me.next_ms = tmr_jiffies();
		speak(NULL);
	}
}

/* -- commands ---------------------------------------------------------------------- */
static void answered(const char *hex)
{
	static uint8_t sdp[PHONE_TEXT_MAX];
	const char *media;
	size_t len = strlen(hex) / 2;

	if (len >= sizeof(sdp) || str_hex(sdp, len, hex))
		abort();
	media = strstr((const char *)sdp, "SAVPF ");
	me.pt = (uint8_t)strtoul(media ? media + 6 : "8", NULL, 10);
	web_peer_take_answer(&me.web, bytes_of(sdp, len), "127.0.0.1");
	check(NULL);
}

static void tell(void)
{
	(void)printf("heard %d %d %u %u %lld ", me.web.up, me.web.closed, me.web.packets,
		me.jumps, (long long)me.loud_us);
	for (size_t i = 0; i < KEPT; i++)
		(void)printf("%04x", (unsigned)(uint16_t)me.heard[i]);
	(void)printf("\n");
}

static void obey(char *line)
{
	if (strncmp(line, "answer ", 7) == 0)
		answered(line + 7);
	else if (strncmp(line, "tone ", 5) == 0)
		me.hertz = strtod(line + 5, NULL);
	else if (strcmp(line, "clap") == 0)
		me.claps = true;
	else if (strcmp(line, "heard") == 0)
		tell();
	else if (strcmp(line, "leave") == 0)
		me.web.tc = mem_deref(me.web.tc);
}

static void on_input(int flags, void *arg)
{
	static char buf[4 * PHONE_TEXT_MAX];
	static size_t have;
	ssize_t n = read(STDIN_FILENO, buf + have, sizeof(buf) - 1 - have);
	char *end;

	(void)flags;
	(void)arg;
	if (n <= 0) {
		re_cancel();
		return;
	}
	have += (size_t)n;
	buf[have] = '\0';
	while ((end = strchr(buf, '\n'))) {
		*end = '\0';
		obey(buf);
		have -= (size_t)(end + 1 - buf);
		memmove(buf, end + 1, have + 1);
	}
}

int main(void)
{
	char buf[4096];
	struct writer w = writer_of(buf, sizeof(buf));

	(void)setvbuf(stdout, NULL, _IOLBF, 65536);
	srtp_box_start();
	if (libre_init())
		return EXIT_FAILURE;
	web_peer_start(&me.web, "127.0.0.1");
	web_peer_offer(&me.web, &w);
	(void)printf("offer ");
	for (size_t i = 0; i < w.len; i++)
		(void)printf("%02x", (unsigned)w.at[i]);
	(void)printf("\n");
	if (fd_listen(STDIN_FILENO, FD_READ, on_input, NULL))
		return EXIT_FAILURE;
	look(NULL);
	(void)re_main(NULL);
	fd_close(STDIN_FILENO);
	tmr_cancel(&me.tick);
	tmr_cancel(&me.check);
	tmr_cancel(&me.speak);
	web_peer_stop(&me.web);
	libre_close();
	return EXIT_SUCCESS;
}
