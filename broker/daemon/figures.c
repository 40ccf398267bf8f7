/* SPDX-License-Identifier: MPL-2.0
 *
 * The metrics as Prometheus text: counters and gauges of the whole process. No label ever
 * holds an id, a name or an address.
 */
#include "broker.h"

#include "anchors.h"
#include "gateway.h"
#include "recorder.h"

#include "samtale/base/clock.h"
#include "samtale/base/ops_log.h"
#include "samtale/session/gateway.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum kind { COUNTER, GAUGE };

static void head(struct writer *w, const char *name, enum kind kind, const char *help)
{
	write_fmt(w, "# HELP samtale_%s %s\n# TYPE samtale_%s %s\n", name, help, name,
		kind == COUNTER ? "counter" : "gauge");
}

static void one(struct writer *w, const char *name, enum kind kind, const char *help,
	uint64_t value)
{
	head(w, name, kind, help);
	write_fmt(w, "samtale_%s %" PRIu64 "\n", name, value);
}

static void row(struct writer *w, const char *name, const char *label, const char *word,
	uint64_t value)
{
	write_fmt(w, "samtale_%s{%s=\"%s\"} %" PRIu64 "\n", name, label, word, value);
}

static void write_house(struct broker *b, struct writer *w)
{
	struct house_figures f;

	house_figures(b->house, &f);
	one(w, "meetings", GAUGE, "Meetings held in memory.", f.meetings);
	one(w, "talks", GAUGE, "Meetings in which somebody talks.", f.talks);
	head(w, "peers", GAUGE, "Open connections that have said who they are.");
	row(w, "peers", "role", "citizen", f.citizens);
	row(w, "peers", "role", "staff", f.staff);
	one(w, "messages_total", COUNTER, "Messages received from peers.", f.messages);
	one(w, "relayed_total", COUNTER, "Signals passed from one side to the other.",
		f.relayed);
	one(w, "saves_total", COUNTER, "Live records saved.", f.saves);
	head(w, "closed_total", COUNTER, "Connections ended by us, by close code.");
	for (int c = 0; c < CLOSE_COUNT; c++)
		row(w, "closed_total", "why", close_code_name((enum close_code)c),
			close_code_count((enum close_code)c));
}

/* Two reasons may share a code, and a series may stand there only once. */
static void write_refusal(
	struct writer *w, const struct listener_figures *f, enum refusal r)
{
	uint64_t sum = 0;

	for (int i = 0; i < REFUSAL_COUNT; i++) {
		if (strcmp(refusal_code((enum refusal)i), refusal_code(r)) != 0)
			continue;
		if (i < (int)r)
			return; /* written there */
		sum += f->refused[i];
	}
	row(w, "refused_total", "why", refusal_code(r), sum);
}

static void write_listener(struct broker *b, struct writer *w)
{
	struct listener_figures f;

	listener_figures(b->listener, &f);
	one(w, "connections", GAUGE, "Open connections.", f.connections_now);
	one(w, "websockets", GAUGE, "Open WebSockets.", f.websockets_now);
	one(w, "accepted_total", COUNTER, "Connections accepted.", f.accepted);
	one(w, "requests_total", COUNTER, "HTTP requests.", f.requests);
	one(w, "websockets_total", COUNTER, "WebSockets opened.", f.websockets);
	one(w, "library_complaints_total", COUNTER, "Error lines of libwebsockets.",
		f.library_complaints);
	head(w, "refused_total", COUNTER, "Peers turned away by the listener.");
	for (int r = 0; r < REFUSAL_COUNT; r++)
		write_refusal(w, &f, (enum refusal)r);
}

static void write_phone_causes(struct writer *w, const struct house_gateway_figures *f)
{
	head(w, "phone_ended_total", COUNTER, "Calls that are over, by cause.");
	for (int c = 0; c < PHONE_CAUSE_COUNT; c++)
		row(w, "phone_ended_total", "cause",
			phone_cause_name((enum phone_cause)c), f->ended[c]);
}

static void write_phone(struct broker *b, struct writer *w)
{
	struct house_gateway_figures f;

	house_gateway_figures(b->house, &f);
	head(w, "trunk", GAUGE, "1 at the state that the telephone trunk is in.");
	for (int t = 0; t < PHONE_TRUNK_COUNT; t++)
		row(w, "trunk", "state", phone_trunk_name((enum phone_trunk)t),
			broker_trunk(b) == (enum phone_trunk)t);
	one(w, "gateway_lost_total", COUNTER,
		"Links to the telephone gateway that ended.", gateway_lost(b->gateway));
	one(w, "phone_calls", GAUGE, "Telephones in a call, placed and incoming.",
		f.calls);
	one(w, "phone_lines", GAUGE, "Browsers connected to the gateway.", f.lines);
	one(w, "phone_dials_total", COUNTER, "Calls placed.", f.dials);
	head(w, "phone_refused_total", COUNTER, "Calls that were not placed.");
	row(w, "phone_refused_total", "why", "number", f.refused_number);
	row(w, "phone_refused_total", "why", "cap", f.refused_cap);
	one(w, "phone_incoming_total", COUNTER, "Calls that came in.", f.incoming);
	one(w, "phone_known_total", COUNTER, "Of them from a number of today.", f.known);
	one(w, "phone_wrong_digits_total", COUNTER, "Digits that fitted no meeting.",
		f.wrong_digits);
	one(w, "phone_throttled_total", COUNTER, "Digits that were not even looked at.",
		f.throttled);
	one(w, "phone_call_backs_total", COUNTER, "Callers who are called back instead.",
		f.call_backs);
	one(w, "phone_seconds_total", COUNTER, "Seconds of placed calls that are over.",
		f.seconds);
	write_phone_causes(w, &f);
}

static void write_records(struct broker *b, struct writer *w)
{
	head(w, "events_total", COUNTER,
		"Lines of the operations log, dropped ones too.");
	for (int e = 0; e < EV_COUNT; e++)
		row(w, "events_total", "event", log_event_name((enum log_event_id)e),
			log_event_count((enum log_event_id)e));
	one(w, "log_dropped_total", COUNTER, "Log lines that nobody took.",
		log_dropped());
	head(w, "audit_total", COUNTER, "Uses of personal data that were noted.");
	for (int a = 0; a < AUDIT_WHAT_COUNT; a++)
		row(w, "audit_total", "what", audit_name((enum audit_what)a),
			audit_count(b->audit, (enum audit_what)a));
}

/* Seconds since a moment of UTC; that of a moment which was not yet: since the start. */
static uint64_t age_s(const struct broker *b, int64_t utc_ms)
{
	int64_t age = clock_utc_ms() - (utc_ms > 0 ? utc_ms : b->started_ms);

	return age > 0 ? (uint64_t)(age / MS_SECOND) : 0;
}

static void write_anchors(struct broker *b, struct writer *w)
{
	struct anchors_figures f;

	anchors_figures(b->anchors, &f);
	one(w, "audit_off_host", GAUGE, "1 when checkpoints are sent off this host.",
		f.is_set);
	one(w, "audit_anchor_age_seconds", GAUGE,
		"Since a checkpoint was sent off this host, or since the start.",
		age_s(b, f.sent_ms));
	one(w, "audit_anchor_failed_total", COUNTER, "Checkpoints that were not sent.",
		f.failed);
}

static void write_sealed_log(struct broker *b, struct writer *w)
{
	struct recorder_figures f;

	recorder_figures(b->recorder, &f);
	one(w, "audit_up", GAUGE, "1 while the vault answers.", f.is_up);
	one(w, "audit_refusing", GAUGE,
		"1 while staff reading is refused for want of room for the log.",
		f.is_refusing);
	one(w, "audit_lost_total", COUNTER, "Links to the vault that ended.", f.lost);
	one(w, "audit_size", GAUGE, "Records of the sealed log.", f.state.size);
	one(w, "audit_bytes", GAUGE, "Its bytes on the disk.", f.state.bytes);
	one(w, "audit_free_bytes", GAUGE, "Room on its disk.", f.state.free_bytes);
	one(w, "audit_reserve_bytes", GAUGE, "What is left of its reserve.",
		f.state.reserve_bytes);
	one(w, "audit_checkpoint_age_seconds", GAUGE, "Since its newest checkpoint.",
		age_s(b, f.state.checkpoint_ms));
	one(w, "audit_queue", GAUGE, "Events of talks that it has not taken yet.",
		f.waiting);
	one(w, "audit_dropped_total", COUNTER, "Events that found that queue full.",
		f.dropped);
	write_anchors(b, w);
}

static uint64_t resident_bytes(void)
{
	char text[128] = "";
	struct bytes rest;
	uint64_t pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	const char *space;

	if (f && fgets(text, sizeof(text), f) && (space = strchr(text, ' '))) {
		rest = bytes_of(space + 1, strcspn(space + 1, " "));
		if (!bytes_to_u64(rest, UINT64_C(1) << 40, &pages))
			pages = 0;
	}
	if (f)
		(void)fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	uint64_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d);
	return n > 3 ? n - 3 : 0; /* ".", "..", the folder itself */
}

void figures_write(void *broker, struct writer *to)
{
	struct broker *b = broker;

	write_house(b, to);
	write_listener(b, to);
	write_phone(b, to);
	write_records(b, to);
	write_sealed_log(b, to);
	one(to, "store_queue", GAUGE, "Questions to the store that wait or run.",
		desk_depth(b->desk));
	one(to, "password_queue", GAUGE, "Passwords that wait or are being checked.",
		worker_depth(b->passwords));
	one(to, "api_calls", GAUGE, "HTTP calls that were not answered yet.",
		api_open_calls(b->api));
	one(to, "resident_bytes", GAUGE, "Memory of this process.", resident_bytes());
	one(to, "descriptors", GAUGE, "Open file descriptors.", open_descriptors());
	one(to, "start_time_seconds", GAUGE, "When this process started, UTC.",
		(uint64_t)(b->started_ms / 1000));
}
