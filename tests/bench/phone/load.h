/* SPDX-License-Identifier: MPL-2.0
 *
 * The load on what joins browsers and telephones: browsers (ICE, DTLS-SRTP) on one side,
 * telephones (SIP, RTP) on the other, rooms of both, on one libre loop. Sound is silence
 * with a loud packet now and then, whose way from one side to the other is the delay.
 */
#pragma once

#include "dtls_id.h"
#include "g711.h"
#include "srtp_box.h"

#include "samtale/base/clock.h"
#include "samtale/link/phone.h"

#include "re.h"

#define TICK_NS      UINT64_C(20000000) /* one packet of each speaker */
#define ROOMS_MAX    1000
#define BROWSERS_MAX 2
#define PHONES_MAX   2

uint64_t now_ns(void);

/* -- figures.c --------------------------------------------------------------------- */
struct spans { /* ns */
	uint64_t *list;
	size_t n;
};
void spans_add(struct spans *s, uint64_t ns);
double spans_ms(struct spans *s, double part); /* 0.5: median; -1: none */
/* Of a process with all its threads. */
double cpu_seconds(pid_t pid);
long rss_anon_kib(pid_t pid);
unsigned descriptors(pid_t pid);
/* Datagrams that the kernel threw away as the receiver was late: its UDP sockets. */
uint64_t datagrams_dropped(pid_t pid);

/* -- sound.c ----------------------------------------------------------------------- */
/* One direction between two peers: when its last loud packet left, and when that was
 * heard. A loud packet is sent once in a second, or at once. */
struct beep {
	struct spans *into; /* NULL: measured by no one */
	uint64_t sent_ns, heard_ns;
	bool waits, at_once;
};

struct stream { /* RTP that is sent */
	uint16_t seq;
	uint32_t ts, ssrc;
	unsigned count;
};

struct listening { /* RTP that comes */
	uint16_t next;
	bool begun;
	uint64_t came, lost; /* lost: holes in the sequence numbers */
};

/* Makes the next packet of a stream; with a beep, a loud one now and then. */
struct mbuf *stream_packet(struct stream *s, struct beep *b);
/* Counts a packet that came; a loud one that is waited for is noted. */
void listening_packet(
	struct listening *l, struct beep *b, const uint8_t *packet, size_t len);

/* What room.c sees of a peer, be it a browser or a telephone. */
struct voice {
	struct stream out;
	struct listening in;
	struct beep *says, *hears; /* NULL: none */
};

/* -- browser.c --------------------------------------------------------------------- */
struct browser_peer;
/* Writes an offer; then the answer leads it to its server. */
int browser_peer_new(struct browser_peer **ret, struct dtls_id *id, struct mbuf *offer);
int browser_peer_answer(struct browser_peer *b, const struct pl *sdp);
bool browser_peer_is_up(const struct browser_peer *b);
void browser_peer_tick(struct browser_peer *b);
struct voice *browser_peer_voice(struct browser_peer *b);
/* Falls silent at once, without a word, as a killed browser does. */
void browser_peer_kill(struct browser_peer *b);

/* -- telephone.c: the sound of one --------------------------------------------------- */
struct telephone;
int telephone_new(struct telephone **ret);
uint16_t telephone_port(const struct telephone *t);
/* Where its sound goes: from the SDP of the other side. */
int telephone_aim(struct telephone *t, const struct pl *sdp);
int telephone_describe(const struct telephone *t, struct mbuf *sdp);
void telephone_tick(struct telephone *t);
struct voice *telephone_voice(struct telephone *t);

/* -- far.c: the operator, and every telephone behind it ------------------------------ */
enum far_habit { FAR_ANSWERS, FAR_RINGS, FAR_IS_BUSY };
struct far;
struct far_call;
struct far_plan {
	enum far_habit (*habit)(const char *number); /* NULL: all answer */
	bool tcp;
};
int far_new(struct far **ret, const struct far_plan *plan, struct sa *bound);
/* The call that came for that number; NULL: none yet, or it is over. */
struct far_call *far_find(const struct far *f, const char *number);
uint64_t far_call_came_ns(const struct far_call *c);
struct telephone *far_call_telephone(struct far_call *c);
void far_hang_up(struct far_call *c);
/* Calls the gateway's SIP port from that number. */
int far_call_in(struct far *f, const struct sa *gateway, const char *number);

/* -- what is loaded ------------------------------------------------------------------ */
struct room;
struct server {
	pid_t pid;
	/* The browser's offer; room_answer() follows. */
	void (*browse)(struct room *room, unsigned k, const struct mbuf *offer);
	void (*dial)(struct room *room);    /* room_phone() follows for each telephone */
	void (*confirm)(struct room *room); /* all are there: now they talk */
};

/* samtale-phone: gateway.c. */
struct gateway_plan {
	const char *program, *prompts;
	struct far_plan far;
	/* Gets every report, and room.c none; NULL: the other way round. */
	void (*report)(const struct phone_message *m);
};
struct server *gateway_start(const struct gateway_plan *plan);
/* False: it did not end by itself, cleanly. */
bool server_stop(struct server *s);
void gateway_order(const struct phone_message *m);
struct far *gateway_far(void);
const struct sa *gateway_sip(void);

/* rtpengine: engine.c. */
struct server *engine_start(const char *program);

/* -- room.c ------------------------------------------------------------------------ */
enum room_stage { ROOM_NEW, ROOM_BROWSERS, ROOM_PHONES, ROOM_CONFIRMED, ROOM_UP };

struct shape { /* of every room */
	unsigned browsers, phones;
	bool last_is_held; /* the last telephone is on hold, and silent */
};

struct rooms;
struct room {
	struct rooms *all;
	unsigned number;
	enum room_stage stage;
	struct browser_peer *browser[BROWSERS_MAX];
	struct telephone *phone[PHONES_MAX];
	unsigned answered; /* telephones */
	struct beep to_phone, to_browser;
	uint64_t dialled_ns, confirmed_ns;
};

struct rooms {
	struct server *server;
	struct dtls_id *id;
	struct shape shape;
	struct room *list;
	unsigned count, up;
	struct spans invite, both_ways, to_phone, to_browser;
};

/* One after another is brought up; each speaks as soon as it can. */
void rooms_follow(struct rooms *all);
/* Everybody in it says the next 20 ms. */
void room_speak(struct room *room);
void room_answer(struct room *room, unsigned k, const struct pl *sdp);
void room_phone(struct room *room, unsigned k, struct telephone *t, uint64_t came_ns);
