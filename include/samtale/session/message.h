/* SPDX-License-Identifier: MPL-2.0
 *
 * What a client may say, from message.def, decoded into one typed struct: most of it is
 * already the event that the rules of the meeting take. Nobody behind this sees a byte
 * that was not asked for by name.
 */
#pragma once

#include "samtale/meeting/meeting.h"
#include "samtale/session/json.h"

#define LIMIT_BUILD  64 /* bytes of a build's name */
#define LIMIT_MID    16 /* bytes of an m-line's name */
#define LIMIT_MLINES 15 /* highest index of an m-line */
#define SAS_TEXT     43 /* 32 bytes as base64url without padding */

/* -- seats ------------------------------------------------------------------------- */
#define SEAT_TEXT 24 /* "MEETING-ENTRY", NUL included */

/* Reads a seat's text. False: not one. */
must_check bool seat_parse(struct bytes text, int64_t *ret_meeting, unsigned *ret_entry);
void seat_write(int64_t meeting, unsigned entry, char ret[SEAT_TEXT]);

/* -- messages ---------------------------------------------------------------------- */
enum message_type {
#define MESSAGE(id, name, who, event) MESSAGE_##id,
#include "samtale/session/message.def"
#undef MESSAGE
	MESSAGE_COUNT
};
const char *message_name(enum message_type type);

enum peer_role { ROLE_NOBODY = 0, ROLE_CITIZEN = 1, ROLE_STAFF = 2 }; /* bits */

enum message_lang { LANG_DA, LANG_EN, LANG_COUNT };

struct message_hello {
	enum peer_role role;
	int64_t meeting; /* of a citizen, with entry and the rest */
	uint16_t entry;
	uint32_t epoch;
	enum message_lang lang;
	struct bytes build; /* of both */
};

struct message_candidate {
	struct bytes line, mid; /* an empty line is the end of candidates */
	uint8_t mline;
};

struct message_signal { /* kind and epoch stand in the event */
	struct bytes sdp;
	size_t candidates;
	struct message_candidate candidate[LIMIT_CANDIDATES];
};

struct message_sas { /* as it came, checked; step and epoch stand in the event */
	struct bytes commit, fp, nonce;
};

struct message_line { /* the consultant's offer to the gateway, not filtered yet */
	uint32_t line;
	struct bytes sdp;
};

struct message {
	struct jin in; /* owns what the fields below borrow */
	enum message_type type;
	enum peer_role from;
	int64_t meeting;            /* of enter, late */
	struct meeting_event event; /* unless message.def says NONE */
	union {
		struct message_hello hello;
		struct message_signal signal;
		struct message_sas sas;
		struct message_line line;
	};
};

#define MESSAGE_E_BAD      1 /* 4010 */
#define MESSAGE_E_NOT_UTF8 2 /* 1007 */
#define MESSAGE_E_WRONG    3 /* 4012: not a message of this role */

/* from: ROLE_NOBODY before hello, then only hello is good. The SDP is not filtered yet.
 * *ret needs message_done() after 0 alone. Faults: -ENOMEM. */
must_check int message_decode(
	struct bytes text, enum peer_role from, struct message *ret);
void message_done(struct message *m);
