/* SPDX-License-Identifier: MPL-2.0
 *
 * Staff accounts and their sign-ins.
 */
#pragma once

#include "samtale/base/limits.h"
#include "samtale/store/store.h"
#include "samtale/vault/password.h"
#include "samtale/vault/seal.h"
#include "samtale/vault/totp.h"

enum user_role { USER_CONSULTANT = 1, USER_LEADER = 2, USER_ADMIN = 4 }; /* bits */

struct user {
	int64_t id;      /* set by add when 0 */
	int64_t version; /* as read; update checks and raises it */
	char name[LIMIT_USERNAME +
		  1];               /* sign-in, unique, ASCII case folded by the caller */
	char given[LIMIT_NAME + 1]; /* what citizens read */
	char team[LIMIT_TEAM + 1];
	struct sealed phone; /* SEAL_USER_PHONE under NODE_STAFF_SEAL */
	unsigned roles;
	char password[PASSWORD_HASH_TEXT]; /* "": not set yet */
	struct sealed totp;                /* SEAL_USER_TOTP; len 0: not set yet */
	int64_t totp_last_step;
	struct token_hash recovery[RECOVERY_CODES];
	uint8_t recovery_n;
	bool has_setup;
	struct token_hash setup; /* TOKEN_SETUP */
	int64_t setup_expires_ms;
	uint32_t failures;
	int64_t locked_until_ms;
	bool disabled;
	int64_t created_ms;
	int64_t last_sign_in_ms;
};
STORE_LIST(user);

struct user_questions {
	/* Outcome: STORE_E_TAKEN (name). Sets id and version. */
	int (*add)(struct store *s, struct user *u);
	int (*by_id)(struct store *s, int64_t id, struct user *ret);
	int (*by_name)(struct store *s, const char *name, struct user *ret);
	int (*by_setup)(struct store *s, const struct token_hash *h, struct user *ret);
	/* Whole row. Outcomes: STORE_E_NONE, STORE_E_CONFLICT, STORE_E_TAKEN. */
	int (*update)(struct store *s, struct user *u);
	/* By name. team NULL: all. */
	int (*list)(struct store *s, const char *team, struct user_list *ret);
};

struct staff_session {
	struct token_hash hash; /* TOKEN_SESSION */
	int64_t user;
	int64_t created_ms, used_ms, expires_ms;
};

struct staff_session_questions {
	int (*put)(struct store *s, const struct staff_session *row);
	/* Expired ones are returned too: the caller compares. */
	int (*get)(
		struct store *s, const struct token_hash *h, struct staff_session *ret);
	int (*touch)(struct store *s, const struct token_hash *h, int64_t used_ms);
	int (*drop)(struct store *s, const struct token_hash *h);
	/* All of a user but `except` (may be NULL). */
	int (*drop_of_user)(
		struct store *s, int64_t user, const struct token_hash *except);
	int (*drop_expired)(struct store *s, int64_t now_ms);
};
