/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what the serving process is made of, in the order in which it is
 * made. assemble.c makes and unmakes it; nobody else frees a part.
 */
#pragma once

#include "samtale/daemon/options.h"

#include "samtale/api/api.h"
#include "samtale/audit/audit.h"
#include "samtale/base/work.h"
#include "samtale/listener/listener.h"
#include "samtale/listener/metrics.h"
#include "samtale/session/gateway.h"
#include "samtale/session/house.h"
#include "samtale/store/desk.h"
#include "samtale/store/sqlite.h"
#include "samtale/vault/node_key.h"
#include "samtale/vault/vault.h"

struct anchors;
struct control;
struct custodian;
struct gateway;
struct keeper;
struct recorder;
struct site;

struct ready { /* last answer of /readyz */
	int64_t at_ms;
	bool store_answers;
};

struct broker {
	const struct options *options;
	int report_fd;                /* to the parent; gone when the parent is gone */
	bool trial;                   /* an auditor is the trial's: for trying out only */
	uint8_t signing[SIGN_PUBLIC]; /* public half of the vault's signing key */
	struct place *place;          /* replaced as a whole by a reload */

	int lock_fd; /* of the data folder */
	struct anchors *anchors;
	struct custodian *custodian;
	struct node_key *node; /* what the vault gave us of it */
	struct secret *turn_secret;
	struct loop *loop;
	struct site *site;
	struct listener *listener;
	struct store *store;
	struct loop_wake *desk_wake;
	struct desk *desk;
	struct recorder *recorder;
	struct audit *audit;
	struct vault *vault;
	struct loop_wake *password_wake;
	struct worker *passwords;
	struct loop_timer *house_timer;
	struct house *house;
	struct api *api;
	struct loop_turn *turn;
	struct gateway *gateway;
	struct keeper *keeper;
	struct metrics *metrics;
	struct control *control;
	struct loop_watch *parent_watch;
	struct loop_signal *hup, *term;
	struct loop_timer *drain, *beat;

	struct ready ready;
	uint64_t prefix_key; /* so that nobody can choose colliding prefixes */
	int64_t started_ms, stop_by_ms;
	int64_t started_loop_ms; /* which no test moves */
	bool stopping;
};

/* -- assemble.c ------------------------------------------------------------------ */
/* Makes every part. On a failure those already made are unmade, and *ret_error says in
 * one sentence what is wrong. Outcome: PLACE_E_BAD. */
must_check int broker_assemble(struct broker *b, struct place_error *ret_error);
void broker_dismantle(struct broker *b);
/* Loads the TURN secret where one is configured. Outcome: PLACE_E_BAD. */
must_check int broker_turn_secret(
	const struct place *p, struct secret **ret, struct place_error *ret_error);

/* -- serve.c: the life of the child ---------------------------------------------- */
int broker_serve(const struct options *options, int report_fd);

/* -- reload.c -------------------------------------------------------------------- */
void broker_reload(struct broker *b);
/* The vault read its auditors again; broker: a struct broker. */
void broker_auditors_reloaded(void *broker, int result, bool is_development);

/* -- web.c, sockets.c: between the listener and the rooms below ------------------ */
void web_request(void *broker, struct http_exchange *x);
/* Fills the listener's hooks for WebSockets. */
void sockets_hooks(struct ws_hooks *ret);

/* -- health.c -------------------------------------------------------------------- */
void health_alive(struct http_exchange *x);
void health_ready(struct broker *b, struct http_exchange *x);
/* As /readyz and the metrics say it. */
enum phone_trunk broker_trunk(const struct broker *b);

/* -- figures.c ------------------------------------------------------------------- */
void figures_write(void *broker, struct writer *to); /* metrics_fn */
