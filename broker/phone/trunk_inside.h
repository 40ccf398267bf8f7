/* SPDX-License-Identifier: MPL-2.0
 *
 * For trunk_*.c and call_*.c only: what the parts of a trunk share. trunk.c owns the
 * state (UP, DOWN …) and is told by the parts what they found out; no part changes
 * another's.
 */
#pragma once

#include "digest.h"
#include "trunk.h"
#include "trunk_filter.h"

#include "samtale/base/settings.h"

#include "re.h"

#define TRUNK_TARGETS     8
#define TRUNK_URI_MAX     320
#define TRUNK_PING_MS     30000 /* between two pings of a trunk that answers */
#define TRUNK_PATIENCE_MS 5000  /* for an answer: then it is down */
#define TRUNK_RETRY_MS    2000  /* between two pings of one that is down */

/* Why a trunk is down, for the log. */
enum trunk_trouble {
	TRUNK_FINE,
	TRUNK_NO_ANSWER,
	TRUNK_NO_NAME,
	TRUNK_NO_TRUST, /* certificate or its name */
	TRUNK_REFUSED,  /* our user or password */
};

/* Where the server is, best first; filled by the look-up. */
struct trunk_targets {
	struct sa list[TRUNK_TARGETS];
	unsigned count;
};

struct trunk_lookup;
struct trunk_ping;
struct trunk_registrar;

struct trunk {
	const struct settings *s;
	struct trunk_hooks hooks;
	enum phone_trunk state;
	enum trunk_trouble trouble;
	bool closing, closed;

	char host[201], domain[201];
	uint16_t port; /* 0: not said */
	enum sip_transp tp;
	uint8_t password[256];
	size_t password_len;

	struct sa local; /* SIP is bound here */
	char public[64]; /* address that we tell others */
	char contact[TRUNK_URI_MAX];
	struct sources own; /* of phone.sources */
	struct sources media;
	int filter_fd;
	bool unfiltered; /* the kernel does not filter for us */
	struct udp_helper *guard;

	struct dnsc *dns;
	struct tls *tls;
	bool distrusted; /* set when the server's certificate did not pass */
	struct sip *sip;
	struct sipsess_sock *sessions;
	struct sip_lsnr *first, *last, *strays;

	struct trunk_targets targets;
	unsigned at;     /* of the targets */
	unsigned misses; /* in a row */
	struct trunk_lookup *lookup;
	struct trunk_ping *ping;
	struct trunk_registrar *registrar; /* NULL: nothing to register */

	struct list calls;
	unsigned call_count;
	struct tmr closer;
	unsigned close_steps;
	bool sip_closed;
};

/* -- trunk.c ------------------------------------------------------------------------- */
/* "sip:192.0.2.1:5060;transport=udp" of the target in use. False: none is known. */
bool trunk_route(const struct trunk *t, char ret[TRUNK_URI_MAX]);
void trunk_resolved(struct trunk *t, const struct trunk_targets *found);
void trunk_unresolved(struct trunk *t);
void trunk_answers(struct trunk *t);
void trunk_silent(struct trunk *t, bool refused);

/* -- trunk_settings.c ---------------------------------------------------------------- */
/* NULL, or the sentence of what is wrong. */
const char *trunk_read_settings(struct trunk *t);
bool trunk_choose_local(struct trunk *t);  /* false: no such address here */
void trunk_write_contact(struct trunk *t); /* after the port is bound */

/* -- trunk_lookup.c ------------------------------------------------------------------ */
must_check int trunk_lookup_new(struct trunk_lookup **ret, struct trunk *t);
struct trunk_lookup *trunk_lookup_free(struct trunk_lookup *l);
void trunk_lookup_start(struct trunk_lookup *l); /* does nothing while one runs */

/* -- trunk_tls.c --------------------------------------------------------------------- */
/* Verifies chain, name and TLS 1.2 for every connection. */
must_check int trunk_tls_new(struct trunk *t, const char **ret_sentence);

/* -- trunk_ping.c -------------------------------------------------------------------- */
must_check int trunk_ping_new(struct trunk_ping **ret, struct trunk *t);
struct trunk_ping *trunk_ping_free(struct trunk_ping *p);
void trunk_ping_now(struct trunk_ping *p);
/* A call is about to depend on it: asks unless it answered a moment ago. */
void trunk_ping_doubt(struct trunk_ping *p);

/* -- trunk_register.c ---------------------------------------------------------------- */
must_check int trunk_registrar_new(struct trunk_registrar **ret, struct trunk *t);
struct trunk_registrar *trunk_registrar_free(struct trunk_registrar *r);
void trunk_registrar_start(struct trunk_registrar *r);
/* The server was away and may have forgotten us. */
void trunk_registrar_lost(struct trunk_registrar *r);
void trunk_registrar_leave(struct trunk_registrar *r);
bool trunk_registrar_is_in(const struct trunk_registrar *r);
bool trunk_registrar_is_busy(const struct trunk_registrar *r);

/* -- trunk_auth.c -------------------------------------------------------------------- */
/* The best challenge of a 401 or 407 that we can answer. False: none, or no password. */
bool trunk_challenged(
	const struct trunk *t, const struct sip_msg *msg, struct digest_challenge *ret);
/* A header line for it into buf, NUL-terminated. */
must_check int trunk_authorize(const struct trunk *t, const struct digest_challenge *c,
	const struct digest_request *r, char *buf, size_t cap);

/* -- trunk_requests.c ---------------------------------------------------------------- */
/* Handler of libre for requests, first in line: true when it is done with. */
bool trunk_request(const struct sip_msg *msg, void *arg);
/* Kernels that take no filter from a process without rights: datagrams of strangers are
 * dropped here too. libre shows its socket with the first message only. */
void trunk_guard(struct trunk *t, const struct sip_msg *msg);
bool trunk_stray_request(const struct sip_msg *msg, void *arg);
bool trunk_stray_response(const struct sip_msg *msg, void *arg);
void trunk_invited(const struct sip_msg *msg, void *arg); /* sipsess_conn_h */
#define TRUNK_ALLOW "Allow: INVITE, ACK, BYE, CANCEL, INFO, OPTIONS, UPDATE\r\n"

/* -- call.c -------------------------------------------------------------------------- */
/* A new INVITE. Refuses it itself when it must. */
void call_come(struct trunk *t, const struct sip_msg *msg);
struct call *call_of_dialog(const struct trunk *t, const struct sip_msg *msg);
void call_update(struct call *c, const struct sip_msg *msg);      /* UPDATE */
void call_redirected(struct trunk *t, const struct sip_msg *msg); /* 3xx to an INVITE */
/* Calls without any answer so far: over, or placed anew with the next server. */
void call_line_down(struct trunk *t);
void call_line_moved(struct trunk *t);
void call_close_all(struct trunk *t);

static inline struct bytes pl_bytes(const struct pl *pl)
{
	return bytes_of(pl->p, pl->p ? pl->l : 0);
}
