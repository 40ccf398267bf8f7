/* SPDX-License-Identifier: MPL-2.0
 *
 * The browser's port of samtale-phone, alone in a loop: answers offers, plays 440 Hz into
 * each leg and says what it hears. One command a line on standard input, hexadecimal
 *where a text may hold anything:
 *
 *	offer HEX     -> answer LEG HEX | refused OUTCOME
 *	tell LEG      -> leg LEG open=1 cause=none in=N out=N refused=N gaps=N hertz=N
 *level=N close LEG     -> closed LEG cost          -> cost cpu_ms=N heap=N
 *
 * phone_probe LISTEN ADVERTISE ADVERTISE6 PORT_LOW PORT_HIGH
 */
#include "browser.h"
#include "g711.h"
#include "srtp_box.h"

#include "samtale/base/clock.h"
#include "samtale/base/limits.h"

#include <fcntl.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "re.h"

#define LEGS      256
#define HEARD     4000 /* samples that the tone is looked for in: half a second */
#define TONE      440.0
#define AMPLITUDE 8000.0
#define TURN      6.283185307179586

struct leg {
	struct browser *port;
	enum phone_cause cause;
	int16_t heard[HEARD];
	size_t at;
	uint16_t next_seq;
	bool started;
	unsigned gaps; /* packets that did not come, or not in order */
};

static struct leg legs[LEGS];
static unsigned count;
static struct browsers *all;
static uint32_t tick_ts;
static uint64_t next_tick_ms;
static struct tmr ticker;

/* -- hooks ------------------------------------------------------------------------- */
static void on_audio(void *arg, const struct audio_packet *p)
{
	struct leg *l = arg;

	if (l->started && p->seq != l->next_seq)
		l->gaps++;
	l->started = true;
	l->next_seq = (uint16_t)(p->seq + 1);
	for (size_t i = 0; i < p->payload.len; i++)
		l->heard[l->at++ % HEARD] = g711_decode(p->law, p->payload.at[i]);
}

static void on_nothing(void *arg)
{
	(void)arg;
}

static void on_packet(void *arg, const struct audio_packet *p)
{
	(void)arg;
	(void)p;
}

static void on_over(void *arg, enum phone_cause why)
{
	struct leg *l = arg;

	l->cause = why;
	l->port = browser_free(l->port);
}

/* -- the tone ---------------------------------------------------------------------- */
static void play(void *arg)
{
	uint8_t coded[AUDIO_TICK];

	(void)arg;
	next_tick_ms += AUDIO_TICK_MS;
	tmr_start(&ticker,
		next_tick_ms > tmr_jiffies() ? next_tick_ms - tmr_jiffies() : 0, play,
		NULL);
	for (unsigned law = 0; law < 2; law++) {
		for (unsigned i = 0; i < AUDIO_TICK; i++)
			coded[i] = g711_encode((enum g711_law)law,
				(int16_t)(AMPLITUDE *
					  sin(TURN * TONE * ((tick_ts + i) % AUDIO_RATE) /
						  AUDIO_RATE)));
		for (unsigned i = 0; i < count; i++)
			if (legs[i].port &&
				browser_law(legs[i].port) == (enum g711_law)law)
				browser_send(legs[i].port,
					&(struct audio_packet){ .law = (enum g711_law)law,
						.ts = tick_ts,
						.payload =
							bytes_of(coded, sizeof(coded)) });
	}
	tick_ts += AUDIO_TICK;
}

static double strength(const struct leg *l, double hertz)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < HEARD; i++) {
		double sample = l->heard[(l->at + i) % HEARD];

		re += sample * cos(TURN * hertz * (double)i / AUDIO_RATE);
		im += sample * sin(TURN * hertz * (double)i / AUDIO_RATE);
	}
	return 2 * sqrt(re * re + im * im) / HEARD;
}

/* -- commands ---------------------------------------------------------------------- */
static size_t from_hex(const char *text, uint8_t *buf, size_t cap)
{
	size_t len = 0;

	for (; len < cap && text[0] && text[1]; text += 2) {
		const char pair[3] = { text[0], text[1], 0 };

		buf[len++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return len;
}

static void do_offer(const char *hex)
{
	static uint8_t offer[LIMIT_SDP + 1], answer[LIMIT_SDP];
	struct writer w = writer_of(answer, sizeof(answer));
	struct leg *l = &legs[count];
	struct port_hooks hooks = { .arg = l,
		.audio = on_audio,
		.event = on_packet,
		.open = on_nothing,
		.over = on_over };
	int err = count == LEGS
			  ? BROWSER_E_FULL
			  : browser_new(&l->port, all,
				    bytes_of(offer, from_hex(hex, offer, sizeof(offer))),
				    &w, &hooks);

	if (err) {
		printf("refused %d\n", err);
		return;
	}
	printf("answer %u ", count++);
	for (size_t i = 0; i < w.len; i++)
		printf("%02x", answer[i]);
	putchar('\n');
}

static void do_tell(unsigned n)
{
	const struct leg *l = &legs[n];
	struct port_figures f = { .in = 0 };
	double best = 0, hertz = 0;

	for (double h = 100; h <= 2000; h += 5) {
		double s = strength(l, h);

		if (s > best) {
			best = s;
			hertz = h;
		}
	}
	if (l->port)
		browser_figures(l->port, &f);
	printf("leg %u open=%d cause=%s in=%llu out=%llu refused=%llu gaps=%u hertz=%.0f "
	       "level=%.0f\n",
		n, l->port && browser_is_open(l->port), phone_cause_name(l->cause),
		(unsigned long long)f.in, (unsigned long long)f.out,
		(unsigned long long)f.refused, l->gaps, hertz, best);
}

static void do_cost(void)
{
	struct rusage u;
	struct mallinfo2 heap = mallinfo2();

	getrusage(RUSAGE_SELF, &u);
	printf("cost cpu_ms=%ld heap=%zu\n",
		(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
			(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000,
		heap.uordblks + heap.hblkhd);
}

static bool names_leg(const char *line, const char *word, unsigned *ret)
{
	size_t len = strlen(word);

	*ret = strncmp(line, word, len) == 0 ? (unsigned)strtoul(line + len, NULL, 10)
					     : count;
	return *ret < count;
}

static void do_line(const char *line)
{
	unsigned n;

	if (strncmp(line, "offer ", 6) == 0) {
		do_offer(line + 6);
	} else if (names_leg(line, "tell ", &n)) {
		do_tell(n);
	} else if (names_leg(line, "close ", &n)) {
		legs[n].port = browser_free(legs[n].port);
		printf("closed %u\n", n);
	} else if (strncmp(line, "cost", 4) == 0) {
		do_cost();
	} else {
		printf("what?\n");
	}
	fflush(stdout);
}

static void on_input(int flags, void *arg)
{
	static char buf[4 * LIMIT_SDP];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, buf + len, sizeof(buf) - 1 - len);
	char *end;

	(void)flags;
	(void)arg;
	if (n <= 0) {
		re_cancel();
		return;
	}
	len += (size_t)n;
	while ((end = memchr(buf, '\n', len)) != NULL) {
		*end = 0;
		do_line(buf);
		len -= (size_t)(end + 1 - buf);
		memmove(buf, end + 1, len);
	}
}

int main(int argc, char **argv)
{
	struct browsers_parts parts;

	if (argc != 6)
		return 2;
	parts = (struct browsers_parts){ argv[1], argv[2], argv[3],
		(uint16_t)strtoul(argv[4], NULL, 10),
		(uint16_t)strtoul(argv[5], NULL, 10) };
	if (fd_setsize(2048) || libre_init() || poll_method_set(METHOD_EPOLL))
		return 1;
	srtp_box_start();
	if (browsers_new(&all, &parts) ||
		fd_listen(STDIN_FILENO, FD_READ, on_input, NULL))
		return 1;
	next_tick_ms = tmr_jiffies();
	play(NULL);
	puts("ready");
	fflush(stdout);
	re_main(NULL);
	tmr_cancel(&ticker);
	for (unsigned i = 0; i < count; i++)
		browser_free(legs[i].port);
	browsers_free(all);
	fd_close(STDIN_FILENO);
	srtp_box_stop();
	libre_close();
	tmr_debug();
	mem_debug();
	return 0;
}
