/* SPDX-License-Identifier: MPL-2.0
 *
 * Builds the gateway and turns its loop. The tick keeps absolute deadlines: a late turn
 * is made up for, so that no clock of ours drifts against the telephones'; after a
 * standstill of more than CATCH_UP ticks it begins anew.
 */
#include "gateway.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/link/report.h"

#include "re.h"

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>

#define CATCH_UP 5
#define WATCH_MS 100

struct ticker {
	struct tmr tick, watch;
	bool ticks;
	bool trim_due; /* somebody was here since the heap was given back */
	int64_t next_ms;
};

/* -- parties --------------------------------------------------------------------- */
struct party *gateway_party(struct gateway *g, uint32_t id)
{
	for (struct party *p = g->parties; p; p = p->next)
		if (p->id == id)
			return p;
	return NULL;
}

unsigned gateway_calls(const struct gateway *g)
{
	unsigned n = 0;

	for (const struct party *p = g->parties; p; p = p->next)
		n += p->kind != PARTY_BROWSER;
	return n;
}

/* Room 0 is nobody's: each party that is in none has one for itself. */
static struct room *room_for(struct gateway *g, uint64_t id)
{
	struct room *r;

	for (r = g->rooms; r && id != 0; r = r->next)
		if (r->talk.room == id)
			return r;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	talk_init(&r->talk, id);
	r->next = g->rooms;
	g->rooms = r;
	return r;
}

static void drop_empty_rooms(struct gateway *g)
{
	struct room **at = &g->rooms;

	while (*at) {
		struct room *r = *at;

		if (r->talk.count > 0) {
			at = &r->next;
			continue;
		}
		*at = r->next;
		free(r);
	}
}

int gateway_seat(struct party *p, uint64_t room_id)
{
	struct room *r = room_for(p->gateway, room_id);

	gateway_unseat(p);
	p->room_id = room_id;
	if (!r || talk_join(&r->talk, &p->leg) != 0)
		return TALK_E_FULL;
	gateway_stir(p->gateway);
	return 0;
}

void gateway_unseat(struct party *p)
{
	talk_leave(&p->leg);
}

/* -- the tick -------------------------------------------------------------------- */
static void tick(void *arg);

static void hear_out(struct gateway *g, int64_t now_ms)
{
	for (struct party *p = g->parties, *next; p; p = next) {
		next = p->next;
		party_heard(p, now_ms);
	}
}

static bool mix_once(struct gateway *g, int64_t now_ms)
{
	bool any = false;

	for (struct room *r = g->rooms; r; r = r->next)
		if (talk_settle(&r->talk, now_ms)) {
			talk_tick(&r->talk, g->prompts, now_ms);
			any = true;
		}
	return any;
}

static void wait_for_tick(struct gateway *g, int64_t now_ms)
{
	struct ticker *t = g->ticker;

	tmr_start(&t->tick, t->next_ms > now_ms ? (uint64_t)(t->next_ms - now_ms) : 0,
		tick, g);
}

static void tick(void *arg)
{
	struct gateway *g = arg;
	struct ticker *t = g->ticker;
	int64_t now_ms = clock_boot_ms();

	if (now_ms - t->next_ms > CATCH_UP * AUDIO_TICK_MS)
		t->next_ms = now_ms;
	for (; t->next_ms <= now_ms; t->next_ms += AUDIO_TICK_MS)
		t->ticks = mix_once(g, t->next_ms); /* its own time, also when late */
	hear_out(g, now_ms);
	if (t->ticks)
		wait_for_tick(g, clock_boot_ms());
}

void gateway_stir(struct gateway *g)
{
	int64_t now_ms = clock_boot_ms();
	bool wanted = false;

	for (struct room *r = g->rooms; r; r = r->next)
		wanted = talk_settle(&r->talk, now_ms) || wanted;
	if (!wanted || g->ticker->ticks)
		return;
	g->ticker->ticks = true;
	g->ticker->next_ms = now_ms + AUDIO_TICK_MS;
	wait_for_tick(g, now_ms);
}

/* -- the slow timer -------------------------------------------------------------- */
static void watch_link(struct gateway *g, int64_t now_ms)
{
	if (!g->link_lost_ms || now_ms - g->link_lost_ms < GATEWAY_STAY_MS)
		return;
	g->link_lost_ms = 0;
	for (struct party *p = g->parties, *next; p; p = next) {
		next = p->next;
		(void)party_end(p, PHONE_CAUSE_LINE_DOWN, PHONE_CAUSE_LINE_DOWN);
	}
}

static void watch_stop(struct gateway *g, int64_t now_ms)
{
	if (!g->stop_by_ms)
		return;
	if (now_ms >= g->stop_by_ms || !g->trunk || trunk_is_closed(g->trunk))
		re_cancel();
}

/* A call leaves holes all over the heap. Nobody is here to hear the pause. */
static void give_back(struct gateway *g)
{
	if (g->parties) {
		g->ticker->trim_due = true;
	} else if (g->ticker->trim_due) {
		g->ticker->trim_due = false;
		(void)malloc_trim(0);
	}
}

static void watch(void *arg)
{
	struct gateway *g = arg;
	int64_t now_ms = clock_boot_ms();

	tmr_start(&g->ticker->watch, WATCH_MS, watch, g);
	for (struct party *p = g->parties, *next; p; p = next) {
		next = p->next;
		party_step(p, now_ms);
	}
	drop_empty_rooms(g);
	give_back(g);
	gateway_stir(g);
	watch_link(g, now_ms);
	watch_stop(g, now_ms);
	if (g->beat_every_ms && now_ms >= g->beat_at_ms) {
		g->beat_at_ms = now_ms + g->beat_every_ms;
		report_send(g->parent_fd, REPORT_BEAT, "");
	}
}

/* -- the link -------------------------------------------------------------------- */
/* Who talks goes on; who is alone at a telephone is told. */
static void link_down(void *arg)
{
	struct gateway *g = arg;

	g->wire = wire_free(g->wire);
	g->link_lost_ms = clock_boot_ms();
	log_event(EV_PHONE_LINK_LOST, F_COUNT("calls", gateway_calls(g)));
	for (struct party *p = g->parties; p; p = p->next)
		if (!p->is_leaving && p->leg.tones && !talk_has_company(&p->leg))
			party_say(p, PROMPT_TROUBLE);
}

static bool link_frame(void *arg, const struct frame *f)
{
	return orders_obey(arg, f);
}

static void take_link(struct gateway *g, int fd)
{
	struct wire_hooks hooks = { .arg = g, .frame = link_frame, .down = link_down };

	g->wire = wire_free(g->wire);
	if (wire_new(&g->wire, fd, &hooks) < 0) {
		g->link_lost_ms = clock_boot_ms();
		return;
	}
	g->link_lost_ms = 0;
	reports_begin(g);
}

static void parent_speaks(int flags, void *arg)
{
	struct gateway *g = arg;
	enum report_kind kind; /* there is one for us */
	int fd, r = report_take_link(g->parent_fd, &kind, &fd);

	(void)flags;
	if (r == 0) {
		take_link(g, fd);
	} else if (r != REPORT_E_AGAIN) {
		fd_close(g->parent_fd);
		gateway_stop(g);
	}
}

/* -- the trunk ------------------------------------------------------------------- */
static void trunk_changed(void *arg, enum phone_trunk state, enum phone_cause why)
{
	struct gateway *g = arg;

	g->trunk_state = state;
	g->trunk_why = why;
	if (state == PHONE_TRUNK_UP)
		log_event(EV_PHONE_TRUNK_UP);
	else if (state == PHONE_TRUNK_DOWN)
		log_event(EV_PHONE_TRUNK_DOWN, F_WORD("why", phone_cause_name(why)));
	reports_trunk(g);
}

static void call_comes(void *arg, struct call *c, struct bytes number)
{
	party_incoming(arg, c, number);
}

static int make_trunk(struct gateway *g, struct bytes password, const char **ret_sentence)
{
	struct trunk_hooks hooks = { g, trunk_changed, call_comes };

	if (!g->settings->phone_server[0])
		return 0;
	g->trunk_state = PHONE_TRUNK_TRYING;
	return trunk_new(&g->trunk, g->settings, password, &hooks, ret_sentence);
}

static int make_browsers(struct gateway *g)
{
	const struct settings *s = g->settings;
	struct browsers_parts parts = { .listen = s->phone_address,
		.advertise = s->phone_public_address,
		.advertise6 = s->phone_public_address6,
		.port_low = (uint16_t)s->phone_media_port,
		.port_high = (uint16_t)(s->phone_media_port +
					PHONE_PORTS_HALF(s->phone_calls) - 1) };

	return browsers_new(&g->browsers, &parts);
}

uint16_t gateway_sip_port(const struct gateway *g)
{
	return g->trunk ? trunk_sip_port(g->trunk) : 0;
}

/* -- the life -------------------------------------------------------------------- */
static int64_t beat_interval_ms(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	uint64_t us;

	if (!text || !bytes_to_u64(bytes_str(text), INT64_MAX, &us))
		return 0;
	return (int64_t)(us / 1000 / 3 + 1);
}

int gateway_new(struct gateway **ret, const struct gateway_parts *parts,
	const char **ret_sentence)
{
	struct gateway *g = calloc(1, sizeof(*g));
	int r;

	if (!g || !(g->ticker = calloc(1, sizeof(*g->ticker)))) {
		prompts_free(parts->prompts);
		free(g);
		return fault_here(ENOMEM);
	}
	tmr_init(&g->ticker->tick);
	tmr_init(&g->ticker->watch);
	g->settings = parts->settings;
	callable_of(parts->settings, &g->callable);
	g->prompts = parts->prompts;
	g->parent_fd = parts->parent_fd;
	g->beat_every_ms = beat_interval_ms();
	r = make_browsers(g);
	if (r == 0)
		r = make_trunk(g, parts->password, ret_sentence);
	if (r != 0) {
		gateway_free(g);
		return r < 0 ? fault_pass(r) : GATEWAY_E_SETTINGS;
	}
	*ret = g;
	return 0;
}

static struct gateway *running; /* libre's signal handler has no argument */

static void on_signal(int number)
{
	if (number != SIGINT) /* the terminal's: the parent passes its own on */
		gateway_stop(running);
}

int gateway_run(struct gateway *g)
{
	int err = fd_listen(g->parent_fd, FD_READ, parent_speaks, g);

	if (err)
		return fault_here(err);
	watch(g);
	report_send(g->parent_fd, REPORT_READY, "");
	running = g;
	err = re_main(on_signal);
	running = NULL;
	return err ? fault_here(err) : 0;
}

void gateway_stop(struct gateway *g)
{
	if (g->stop_by_ms)
		return;
	g->stop_by_ms = clock_boot_ms() + GATEWAY_STOP_MS;
	log_event(EV_PHONE_STOPPING, F_COUNT("calls", gateway_calls(g)));
	for (struct party *p = g->parties, *next; p; p = next) {
		next = p->next;
		(void)party_end(p, PHONE_CAUSE_LINE_DOWN, PHONE_CAUSE_CANCELLED);
	}
	if (g->trunk)
		trunk_close(g->trunk);
}

struct gateway *gateway_free(struct gateway *g)
{
	if (!g)
		return NULL;
	while (g->parties)
		(void)party_end(g->parties, PHONE_CAUSE_LINE_DOWN, PHONE_CAUSE_CANCELLED);
	drop_empty_rooms(g);
	fd_close(g->parent_fd);
	g->wire = wire_free(g->wire);
	tmr_cancel(&g->ticker->tick);
	tmr_cancel(&g->ticker->watch);
	g->trunk = trunk_free(g->trunk);
	g->browsers = browsers_free(g->browsers);
	prompts_free(g->prompts);
	free(g->ticker);
	free(g);
	return NULL;
}
