/* SPDX-License-Identifier: MPL-2.0
 *
 * One HTTP question on its way: decoded by read() on the loop, asked by ask() on the
 * store's worker, answered by answer() on the loop. Whatever refuses it first wins.
 */
#pragma once

#include "samtale/api/api.h"
#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/base/limits.h"
#include "samtale/base/settings.h"
#include "samtale/session/house.h"
#include "samtale/session/json.h"
#include "samtale/session/throttle.h"
#include "samtale/store/call.h"
#include "samtale/store/desk.h"
#include "samtale/store/meeting.h"
#include "samtale/store/user.h"
#include "samtale/vault/vault.h"

#include "cards.h"

#define VIEW_MS (15 * MS_MINUTE)

struct view { /* what was looked at, and until when that is on record */
	int64_t user, meeting, day_ms, until_ms; /* clock_boot_ms() */
	enum audit_what what;
	enum audit_purpose purpose;
};

struct api {
	struct api_parts parts;
	struct throttle *throttle; /* the house's */
	unsigned open_calls;
	struct view views[LIMIT_VIEWS]; /* the store's worker's alone */
};

struct call;

enum route_needs {
	ROUTE_PUBLIC = 0,
	ROUTE_STAFF = 1,       /* a valid sign-in */
	ROUTE_EVEN_LOCKED = 2, /* also while idle for too long */
};

/* What the use of a route leaves in the sealed log. A test asks every route and looks. */
struct route_record {
	enum audit_what what;
	const char *none; /* why nothing; NULL: `what` */
};
#define RECORD(id)                                                                       \
	{                                                                                \
		AUDIT_##id, NULL                                                         \
	}
#define NO_RECORD(why)                                                                   \
	{                                                                                \
		AUDIT_WHAT_COUNT, why                                                    \
	}

struct route {
	enum api_method method;
	const char *path; /* below /api/v1/; {id} and {date} match one part */
	unsigned needs;
	struct route_record record;
	/* Loop: decode. NULL: nothing to decode. Refuses through call_refuse(). */
	void (*read)(struct call *c);
	/* Worker: ask the store. NULL: straight to answer(). A fault (< 0) becomes 500 or
	 * 507; after call_refuse() return CALL_E_REFUSED, and nothing that was written
	 * stays. */
	int (*ask)(struct call *c, struct store *s);
	/* Loop: write the body and call call_send(), now or later. */
	void (*answer)(struct call *c);
	/* Loop, may be NULL: the call was refused; for counters of failures. */
	void (*refused)(struct call *c);
};

#define CALL_E_REFUSED 1
/* The sign-in is locked or over, unless it is in a talk: only the loop knows. */
#define CALL_E_IDLE 16

/* What the body of a request may say, decoded by the routes' read(). */
struct link_ask {
	struct token_hash token;
	bool has_token, has_pin, cancel;
	char pin[PIN_TEXT];
	uint32_t number;
	char seat[SEAT_TEXT];
	char phone[LIMIT_PHONE + 1];
};

struct account_ask {
	char name[LIMIT_USERNAME + 1];
	char code[16];
	struct bytes password; /* in the body's tree: until the call ends */
	char password_hash[PASSWORD_HASH_TEXT];
	struct token_hash setup;
	bool has_setup, password_right, is_known, unlocks;
};

struct booking_ask {
	int64_t version, starts_ms;
	uint32_t minutes;
	bool now, pin;
	uint8_t form, chosen_by, way, language;
	char label[LIMIT_LABEL + 1], case_ref[LIMIT_CASE_REF + 1];
	bool has_phone;
	char phone[LIMIT_PHONE + 1], contact_phone[LIMIT_PHONE + 1];
};

struct day_ask {
	char date[11], text[81];
	bool team;
	int64_t from_ms, to_ms;
};

#define CALL_TRIES 3

struct call {
	struct api *api;
	const struct route *route;
	api_answer_fn answer;
	void *exchange;
	struct jin in;
	/* -- who asks -- */
	uint64_t prefix;
	bool own_network;
	bool has_device, has_session;
	struct {
		enum throttle_kind kind;
		uint64_t key;
	} tries[CALL_TRIES]; /* counted, and given back unless the call fails */
	unsigned tries_n;
	bool in_talk; /* of staff: neither locked nor ended while it lasts */
	struct token_hash device, session_hash;
	struct user user; /* staff routes: who is signed in */
	struct staff_session session;
	/* -- what is asked -- */
	int64_t id;     /* {id} of the path */
	int64_t choice; /* a word of the body as number, or another id */
	struct link_ask link;
	struct account_ask account;
	struct booking_ask booking;
	struct day_ask day;
	/* -- what was found -- */
	struct booking row;
	int64_t former_owner;
	struct card_list cards;
	struct call_back call_back;
	struct call_back_list call_backs;
	struct user other;
	char texts[RECOVERY_CODES][48]; /* secrets to show once; wiped with the call */
	char uri[400];                  /* otpauth:// of the same */
	struct user_list users;
	/* -- the answer -- */
	int status;
	const char *error; /* NULL: none */
	const char *field;
	unsigned retry_after_s;
	int64_t error_ms; /* "starts" of too_early */
	char set_cookie[160];
	struct jout out;
	char *buf;
	size_t buf_cap;
};

/* Remembers the first refusal; code and field are literals. */
void call_refuse(struct call *c, int status, const char *code);
void call_refuse_field(struct call *c, int status, const char *code, const char *field);
void call_throttled(struct call *c, unsigned retry_after_s);
/* For faults: 507 disk_full, 503 busy, 500 fault. */
void call_fault(struct call *c, int fault);

/* The writer of the answer, sized for at least size bytes; NULL when out of memory, then
 * the call is refused. Opens the root object. */
struct jout *call_body(struct call *c, size_t size);
/* Closes the root object, answers, frees the call. With a refusal: sends that. */
void call_send(struct call *c);
/* Puts the call to the store's worker once more, with other functions. */
void call_again(struct call *c, int (*ask)(struct call *, struct store *),
	void (*answer)(struct call *));

/* True when that counter has room; else the call is refused with the time to wait. */
bool call_may_try(struct call *c, enum throttle_kind kind, uint64_t key);
void call_charge(struct call *c, enum throttle_kind kind, uint64_t key);
/* The same as both for a secret that can be guessed: it counts from now on, so that many
 * tries at once are no more than one after the other, and is given back at the end of the
 * call unless call_failed() says that it was wrong. At most CALL_TRIES. */
bool call_try(struct call *c, enum throttle_kind kind, uint64_t key);
void call_failed(struct call *c);

/* Worker. What the log or the vault answered. A fault of it means that the use is not on
 * record: refuses with 503 and returns CALL_E_REFUSED, and nothing is shown. */
must_check int call_recorded(struct call *c, int r);
/* Worker. Notes what the staff of this call does; outcomes of call_recorded(). */
must_check int call_note(struct call *c, enum audit_what what, enum audit_purpose purpose,
	int64_t meeting, uint32_t value);
/* The same for what is looked at again and again: once in VIEW_MS for the same person,
 * purpose, meeting and day. */
must_check int call_note_view(struct call *c, enum audit_what what,
	enum audit_purpose purpose, int64_t meeting, uint32_t value);
/* Her own meeting, c->row, or a colleague's. */
enum audit_purpose call_purpose(const struct call *c);

/* Keeps a text to show once, in c->texts[place]. Fault: -EMSGSIZE. */
must_check int call_keep_text(struct call *c, unsigned place, const char *text);

/* Builds Set-Cookie of a __Host- cookie; max_age_s 0 ends it. */
void call_cookie(struct call *c, const char *name, const char *value, int64_t max_age_s);

/* Answers {"card": …} of the first card. */
void call_answer_card(struct call *c);
/* Decodes the optional field `code`. */
void account_read_code(struct call *c);

/* Every route, one after the other; NULL: there are no more. */
const struct route *api_route(size_t at);
extern const struct route link_routes[], seat_routes[], account_routes[], setup_routes[],
	day_routes[], booking_routes[], change_routes[], call_back_routes[],
	minutes_routes[];
