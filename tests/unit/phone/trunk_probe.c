/* SPDX-License-Identifier: MPL-2.0
 *
 * One trunk on a keyboard, for tests/scenario/phone/trunk_test.py: settings come as
 * arguments (phone.server=…), orders as lines on stdin, what happens as lines on stdout.
 * While a call is open it plays a tone and tells which frequency it hears.
 */
#include "trunk.h"

#include "g711.h"
#include "srtp_box.h"

#include "samtale/base/clock.h"
#include "samtale/base/ops_log.h"
#include "samtale/base/settings.h"

#include "re.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TONE_HZ 700

struct probe {
	struct settings settings;
	struct trunk *trunk;
	struct call *call;
	struct tmr tick, patience;
	uint64_t due_ms;
	uint32_t ts;
	int16_t heard[AUDIO_RATE / 2];
	size_t have;
	char line[512];
	size_t line_len;
	bool closing;
};

static void tell(const char *fmt, ...) printf_like(1, 2);
static void tell(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)putchar('\n');
	(void)fflush(stdout);
}

/* -- sound ------------------------------------------------------------------------------
 */
static double power_at(const int16_t *s, size_t n, double hz)
{
	const double k = 2.0 * cos(2.0 * M_PI * hz / AUDIO_RATE);
	double a = 0, b = 0;
	for (size_t i = 0; i < n; i++) {
		const double c = s[i] + k * a - b;
		b = a;
		a = c;
	}
	return a * a + b * b - k * a * b;
}

static void judge(struct probe *p)
{
	double best = 0, sum = 0;
	int hz = 0;
	for (size_t i = 0; i < p->have; i++)
		sum += (double)p->heard[i] * p->heard[i];
	for (int f = 100; f < 3500; f += 20) {
		const double power = power_at(p->heard, p->have, f);
		if (power > best) {
			best = power;
			hz = f;
		}
	}
	tell("heard %d rms %d", hz, (int)sqrt(sum / (double)p->have));
	p->have = 0;
}

static void on_audio(void *arg, const struct audio_packet *packet)
{
	struct probe *p = arg;
	for (size_t i = 0; i < packet->payload.len; i++) {
		p->heard[p->have++] = g711_decode(packet->law, packet->payload.at[i]);
		if (p->have == ARRAY_LEN(p->heard))
			judge(p);
	}
}

static void on_tick(void *arg)
{
	struct probe *p = arg;
	uint8_t payload[AUDIO_TICK];

	p->due_ms += AUDIO_TICK_MS;
	const uint64_t now = tmr_jiffies();
	tmr_start(&p->tick, p->due_ms > now ? p->due_ms - now : 0, on_tick, p);
	if (!p->call || !call_is_open(p->call))
		return;
	const enum g711_law law = call_law(p->call);
	for (unsigned i = 0; i < AUDIO_TICK; i++)
		payload[i] = g711_encode(law,
			(int16_t)(8000 *
				  sin(2 * M_PI * TONE_HZ * (p->ts + i) / AUDIO_RATE)));
	const struct audio_packet packet = {
		.law = law, .ts = p->ts, .payload = bytes_of(payload, sizeof(payload))
	};
	p->ts += AUDIO_TICK;
	call_send(p->call, &packet);
}

/* -- hooks ------------------------------------------------------------------------------
 */
static void on_event(void *arg, const struct audio_packet *packet)
{
	(void)arg;
	tell("event %u", packet->payload.at[0]);
}

static void on_key(void *arg, char key)
{
	(void)arg;
	tell("key %c", key);
}

static void on_open(void *arg)
{
	const struct probe *p = arg;
	tell("open %s", call_law(p->call) == G711_ALAW ? "pcma" : "pcmu");
}

static void on_held(void *arg, bool on)
{
	(void)arg;
	tell("held %d", on);
}

static void figures(const struct probe *p)
{
	struct port_figures f;
	call_figures(p->call, &f);
	tell("figures in %llu out %llu refused %llu law %s", (unsigned long long)f.in,
		(unsigned long long)f.out, (unsigned long long)f.refused,
		call_law(p->call) == G711_ALAW ? "pcma" : "pcmu");
}

static void on_over(void *arg, enum phone_cause why)
{
	struct probe *p = arg;
	figures(p);
	p->call = call_end(p->call, why);
	tell("over %s", phone_cause_name(why));
}

static void on_progress(void *arg, enum phone_progress progress)
{
	(void)arg;
	tell("progress %s", phone_progress_name(progress));
}

static const struct call_hooks *hooks_of(struct probe *p)
{
	static struct call_hooks hooks;
	hooks = (struct call_hooks){ .port = { p, on_audio, on_event, on_key, on_open,
					     on_held, on_over },
		.progress = on_progress };
	return &hooks;
}

static void on_state(void *arg, enum phone_trunk state, enum phone_cause why)
{
	(void)arg;
	tell("trunk %s %s", phone_trunk_name(state), phone_cause_name(why));
}

static void on_incoming(void *arg, struct call *c, struct bytes number)
{
	struct probe *p = arg;
	if (number.len)
		tell("incoming %.*s", (int)number.len, (const char *)number.at);
	else
		tell("incoming hidden");
	if (p->call)
		return; /* one at a time: the trunk refuses it */
	p->call = c;
	call_take(c, hooks_of(p), (unsigned)p->settings.phone_call_minutes * 60,
		(unsigned)p->settings.phone_silence_seconds);
}

/* -- orders -----------------------------------------------------------------------------
 */
static void dial(struct probe *p, const char *number, bool hide)
{
	const struct call_dial d = { .number = bytes_str(number),
		.hide = hide,
		.ring_s = (unsigned)p->settings.phone_ring_seconds,
		.max_s = (unsigned)p->settings.phone_call_minutes * 60,
		.silence_s = (unsigned)p->settings.phone_silence_seconds };
	const int e = call_dial(&p->call, p->trunk, &d, hooks_of(p));
	tell(e ? "dialled no %d" : "dialled yes %d", e);
}

static void on_wait(void *arg)
{
	struct probe *p = arg;
	if (trunk_is_closed(p->trunk))
		re_cancel();
	else
		tmr_start(&p->patience, 20, on_wait, p);
}

static void obey(struct probe *p, const char *line)
{
	if (!strncmp(line, "dial ", 5))
		dial(p, line + 5, false);
	else if (!strncmp(line, "hide ", 5))
		dial(p, line + 5, true);
	else if (!strcmp(line, "answer") && p->call)
		tell("answered %d", call_answer(p->call));
	else if (!strcmp(line, "figures") && p->call)
		figures(p);
	else if (!strcmp(line, "end") && p->call)
		p->call = call_end(p->call, PHONE_CAUSE_CANCELLED);
	else if (!strcmp(line, "decline") && p->call)
		p->call = call_end(p->call, PHONE_CAUSE_DECLINED);
	else if (!strcmp(line, "quit")) {
		trunk_close(p->trunk);
		on_wait(p);
	}
}

static void on_input(int flags, void *arg)
{
	struct probe *p = arg;
	char got[256];
	(void)flags;

	const ssize_t n = read(0, got, sizeof(got));
	if (n <= 0) {
		fd_close(0);
		obey(p, "quit");
		return;
	}
	for (ssize_t i = 0; i < n; i++) {
		if (got[i] == '\n' || p->line_len == sizeof(p->line) - 1) {
			p->line[p->line_len] = 0;
			p->line_len = 0;
			obey(p, p->line);
		} else {
			p->line[p->line_len++] = got[i];
		}
	}
}

static const char *configure(struct probe *p, char **argument)
{
	static const char secret[] = "password=";
	struct setting_error error;
	const char *password = "";

	settings_init(&p->settings);
	for (; *argument; argument++) {
		if (!strncmp(*argument, secret, sizeof(secret) - 1)) {
			password = *argument + sizeof(secret) - 1;
			continue;
		}
		char *value = strchr(*argument, '=');
		if (!value)
			continue;
		*value++ = 0;
		if (settings_set(&p->settings, *argument, value, &error) != 0)
			tell("wrong %s", error.sentence);
	}
	return password;
}

int main(int argc, char **argv)
{
	static struct probe p;
	const char *wrong = "";
	(void)argc;

	const char *password = configure(&p, argv + 1);
	if (libre_init() != 0)
		return EXIT_FAILURE;
	srtp_box_start();
	const struct trunk_hooks hooks = { &p, on_state, on_incoming };
	tmr_init(&p.tick);
	tmr_init(&p.patience);
	const int e =
		trunk_new(&p.trunk, &p.settings, bytes_str(password), &hooks, &wrong);
	if (e) {
		tell("failed %d %s", e, wrong);
		return EXIT_FAILURE;
	}
	tell("port %u", trunk_sip_port(p.trunk));
	p.due_ms = tmr_jiffies();
	on_tick(&p);
	if (fd_listen(0, FD_READ, on_input, &p) == 0)
		(void)re_main(NULL);
	fd_close(0);
	tmr_cancel(&p.tick);
	tmr_cancel(&p.patience);
	if (p.call)
		p.call = call_end(p.call, PHONE_CAUSE_CANCELLED);
	p.trunk = trunk_free(p.trunk);
	srtp_box_stop();
	libre_close();
	tmr_debug();
	mem_debug();
	tell("ended");
	return EXIT_SUCCESS;
}
