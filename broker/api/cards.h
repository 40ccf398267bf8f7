/* SPDX-License-Identifier: MPL-2.0
 *
 * Cards: bookings opened for the member of staff who may see them. Opening happens on the
 * store's worker and is on record before a key is released; writing happens on the loop,
 * where the live part is known.
 */
#pragma once

#include "samtale/base/limits.h"
#include "samtale/session/house.h"
#include "samtale/store/meeting.h"
#include "samtale/vault/vault.h"

struct api;
struct call;
struct user;

enum way_of_talking { WAY_SPEECH, WAY_WRITING, WAY_SIGN, WAY_COUNT };
extern const char *const way_names[WAY_COUNT];
extern const char *const form_names[3];   /* by enum booking_form */
extern const char *const choice_names[3]; /* by enum booking_choice */
extern const char *const language_names[2];
extern const char *const state_names[6];   /* by enum booking_state */
extern const char *const outcome_names[8]; /* by enum booking_outcome */

struct card {
	struct booking row;
	char owner[LIMIT_NAME + 1];
	char label[OPEN_TEXT_CAP], case_ref[OPEN_TEXT_CAP];
	char last2[3];
	uint8_t way;
};

struct card_list {
	struct card *at; /* owned: free(); labels are wiped by cards_free() */
	size_t n;
	bool more;
};

#define CARD_JSON_MAX 3072

void cards_free(struct card_list *list);
/* Worker. Opens rows[n] for the call's user. Cards come in the order of rows. Outcome:
 * CALL_E_REFUSED, the use could not be put on record. */
must_check int cards_open(struct call *c, struct store *s, enum vault_purpose purpose,
	const struct booking *rows, size_t n);
/* Worker. The same for c->row alone, with keys that were opened for this call. */
must_check int card_open_with(
	struct call *c, struct store *s, const struct meeting_keys *keys);
/* Loop. `version` on the wire is the time of the last change by a person: the row's own
 * version also rises when a meeting opens or ends, which must not refuse an edit.
 * One card as an object under key (NULL in an array). */
void card_write(struct call *c, const struct card *card, const char *key, struct jout *o);

/* Worker. May the call's user touch that meeting: own, or of the same team and that may
 * be enough. Fills c->row. Refuses with 404 otherwise: what one may not see does not
 * exist. */
enum card_reach { REACH_OWN, REACH_TEAM };
must_check int card_reach(struct call *c, struct store *s, enum card_reach reach);

/* The number that the citizen is told to call: booking's, else consultant's, else the
 * organisation's. owner may be NULL. */
void card_call_number(struct api *a, const struct booking *row, const struct user *owner,
	char ret[OPEN_TEXT_CAP]);
