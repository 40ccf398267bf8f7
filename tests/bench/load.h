/* SPDX-License-Identifier: MPL-2.0
 *
 * The load generator: one thread of plain OpenSSL and epoll, so that it owes nothing to
 * the libraries of the servers it measures and stays light beside them. From the bottom:
 * load_figures (what a server costs), load_wire (TLS connections), load_ws (WebSocket),
 * load_speak (the languages of the servers), load_talk (meetings), load_modes (what is
 * measured), load_http (requests), load (command line, JSON line of results).
 *
 * All of it is one process with one state; a fault of the machine ends it (die()).
 */
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIDS_MAX   16
#define NS_PER_S   1000000000u
#define CANDIDATES 20 /* each way, each in a message of its own */

/* -- options --------------------------------------------------------------------------
 */
struct seat { /* a meeting and who may come to it */
	char meeting[24], token[32], seat[32], device[64], staff[64];
};

struct tongue;

struct options {
	const char *mode, *password, *seats_out;
	const struct tongue *tongue;
	unsigned port, count, crowd, at_once, first, rate;
	unsigned idle_s, hold_s, settle_s, deadline_s, stop_pid, stop_s;
	int pids[PIDS_MAX];
	unsigned pid_count;
	struct seat *seats;
	unsigned seat_count;
};
extern struct options opt;

_Noreturn void die(const char *what);
void *must_alloc(void *old, size_t size);

/* -- figures --------------------------------------------------------------------------
 */
struct cost { /* of all server processes together */
	uint64_t cpu_ns;
	long rss_kib, private_kib;
};
void cost_read(struct cost *ret);

struct samples {
	uint32_t *us;
	size_t n, cap;
};
void sample_add(struct samples *s, uint64_t ns);
/* Sorts. p in 0 … 1; 0 when there is none. */
double sample_at(struct samples *s, double p);

struct figures {
	unsigned long setups, talks, errors, requests, sent, measured;
	unsigned long refused_clear, refused_other, let_in;
	struct cost before, after; /* of the work that is counted */
	struct cost rest, full, idle_from, idle_to, relay_from, relay_to, left;
	double wall_s, idle_s, relay_s;
	unsigned long alive;
	struct samples latency, late, setup, talk;
};
extern struct figures fig;

uint64_t now_ns(void);
uint64_t random_next(void);

/* -- wire -----------------------------------------------------------------------------
 */
enum conn_state { CONN_GONE, CONN_TCP, CONN_TLS, CONN_UP, CONN_OPEN, CONN_READY };

struct conn;
struct wire_user {
	void (*up)(struct conn *); /* TLS is there */
	/* Looks at what came, returns how much of it is done with; 0: needs more. There
	 * is one writable byte behind the last. */
	size_t (*bytes)(struct conn *, char *, size_t);
	void (*lost)(
		struct conn *, const char *why); /* the conn is gone when it returns */
};

struct talk;
struct conn {
	const struct wire_user *user;
	struct talk *talk;
	void *arg;
	SSL *ssl;
	char *in, *out;
	size_t in_len, out_len;
	uint64_t born_ns, ping_ns;
	int fd;
	enum conn_state state;
	uint8_t side;
	bool wants_write;
};

void wire_start(void);
struct conn *conn_new(const struct wire_user *user, struct talk *talk, unsigned side);
void conn_send(struct conn *c, const void *at, size_t len);
void conn_close(struct conn *c); /* gone is fine; freed when the turn is over */
void conn_fail(struct conn *c, const char *why);
void wire_turn(uint64_t until_ns); /* waits at most so long, serves what is there */
int wire_connect(unsigned salt);   /* a TCP connection on its way; -1 */

/* -- WebSocket ------------------------------------------------------------------------
 */
extern const struct wire_user ws_user;
#define WS_PING  9
#define WS_CLOSE 8
void ws_send(struct conn *c, const void *at, size_t len); /* one message */
void ws_frame(struct conn *c, unsigned code, const void *at, size_t len);
void ws_goodbye(struct conn *c); /* close frame, then closes */

/* -- languages ------------------------------------------------------------------------
 */
struct tongue {
	const char *name, *subprotocol;
	bool binary;
	void (*opened)(struct conn *);                /* the WebSocket is there: log in */
	void (*heard)(struct conn *, char *, size_t); /* all but signals */
	void (*join)(struct talk *);                  /* both are logged in */
	void (*signal)(
		struct conn *, const char *json, size_t len); /* to the other side */
	void (*ping)(struct conn *);
	void (*leave)(struct conn *); /* before the end of a meeting */
};
const struct tongue *tongue_find(const char *name);
void tongue_learn_build(void); /* samtale alone: asks the broker which pages it serves */

/* -- meetings -------------------------------------------------------------------------
 */
enum side { STAFF, CITIZEN };

struct talk {
	struct conn *side[2];
	unsigned number; /* of its seat as well */
	uint32_t epoch;
	uint8_t ready, joined, candidates[2];
	bool counted, active, admitted, talking;
	uint64_t born_ns, sent_ns[2];
};
void talk_ready(struct conn *c);               /* logged in */
void talk_joined(struct talk *t, unsigned by); /* one side is in the room; twice = both */
void talk_heard(struct conn *c, char kind);    /* a signal: o, a, c */
void talk_lost(struct conn *c);
void talk_candidate(struct conn *c);
void talk_payloads(void);
/* In flight at most opt.at_once; sides 1 or 2; false after the deadline. */
bool talks_run(struct talk *t, unsigned n, unsigned sides);
void talks_ping(struct talk *t, unsigned n, uint64_t now);

/* -- what can be measured -------------------------------------------------------------
 */
void mode_setup(void);
void mode_meeting(void);
void mode_crowd(void);
void mode_full(void);
void mode_redeem(void);
void mode_sign_in(void);
void mode_booking(void);
extern bool mode_keeps;      /* clients stay after their meeting */
extern bool mode_measures;   /* candidates carry no meeting, only a latency */
extern bool mode_setup_only; /* connect, log in, close */
extern bool mode_only_stays; /* connect, log in, stay */
