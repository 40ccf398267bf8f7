/* SPDX-License-Identifier: MPL-2.0
 *
 * Opens and writes cards. A field whose key is gone is simply empty: contact data is
 * destroyed on its date and the card says so by contact_gone.
 */
#include "call.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

#define ACTOR_CITIZEN (-1) /* of vault_use */

const char *const way_names[WAY_COUNT] = { "speech", "writing", "sign" };
const char *const form_names[3] = { NULL, "video", "phone" };
const char *const choice_names[3] = { NULL, "citizen", "authority" };
const char *const language_names[2] = { "da", "en" };
const char *const state_names[6] = { NULL, "booked", "open", "live", "paused", "ended" };
const char *const outcome_names[8] = { "", "held", "no_show", "not_reached", "cancelled",
	"technical", "consultant_absent", "unfinished" };

void cards_free(struct card_list *list)
{
	if (list->at)
		secret_wipe(list->at, list->n * sizeof(*list->at));
	free(list->at);
	*list = (struct card_list){ 0 };
}

/* A field that does not open (key gone, damaged) reads as empty. */
static void open_or_empty(const struct key *key, const char *context, int64_t row,
	const struct sealed *sealed, char ret[OPEN_TEXT_CAP])
{
	if (open_text(key, context, row, sealed, ret) != 0)
		ret[0] = '\0';
}

static void card_open(struct card *card, const struct meeting_keys *keys)
{
	const struct booking *b = &card->row;
	char text[OPEN_TEXT_CAP];
	size_t n;

	if (keys->has_mk)
		open_or_empty(&keys->mk, SEAL_MEETING_CASE, b->id, &b->case_ref,
			card->case_ref);
	if (!keys->has_ck)
		return;
	open_or_empty(&keys->ck, SEAL_MEETING_LABEL, b->id, &b->label, card->label);
	open_or_empty(&keys->ck, SEAL_MEETING_PHONE, b->id, &b->phone, text);
	n = strlen(text);
	if (n >= 2)
		memcpy(card->last2, text + n - 2, 3);
	open_or_empty(&keys->ck, SEAL_MEETING_WAY, b->id, &b->way, text);
	for (unsigned w = 0; w < WAY_COUNT; w++)
		if (strcmp(text, way_names[w]) == 0)
			card->way = (uint8_t)w;
	secret_wipe(text, sizeof(text));
}

/* Owners of one list are few: asked once each. */
static int owner_name(struct store *s, struct card_list *list, size_t i)
{
	struct card *card = &list->at[i];
	struct user u;
	int r;

	for (size_t k = 0; k < i; k++)
		if (list->at[k].row.owner == card->row.owner) {
			memcpy(card->owner, list->at[k].owner, sizeof(card->owner));
			return 0;
		}
	r = s->user->by_id(s, card->row.owner, &u);
	if (r < 0)
		return fault_pass(r);
	if (r == 0)
		memcpy(card->owner, u.given, sizeof(card->owner));
	return 0;
}

static int open_part(struct call *c, enum vault_purpose purpose, size_t from, size_t n)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	int64_t ids[VAULT_MEETINGS_MAX];
	struct vault_use use = { purpose, c->user.id ? c->user.id : ACTOR_CITIZEN, ids,
		n };
	int r;

	for (size_t i = 0; i < n; i++)
		ids[i] = c->cards.at[from + i].row.id;
	r = call_recorded(c, vault_open_here(c->api->parts.vault, &use, &keys));
	if (r != 0)
		return r;
	for (size_t i = 0; i < n; i++)
		card_open(&c->cards.at[from + i], &keys[i]);
	return 0;
}

/* The rows and their owners' names; nothing is open yet. */
static int cards_make(
	struct call *c, struct store *s, const struct booking *rows, size_t n)
{
	int r;

	cards_free(&c->cards);
	if (n == 0)
		return 0;
	c->cards.at = calloc(n, sizeof(*c->cards.at));
	if (!c->cards.at)
		return fault_here(ENOMEM);
	c->cards.n = n;
	for (size_t i = 0; i < n; i++) {
		c->cards.at[i].row = rows[i];
		r = owner_name(s, &c->cards, i);
		if (r < 0)
			return fault_pass(r);
	}
	return 0;
}

int card_open_with(struct call *c, struct store *s, const struct meeting_keys *keys)
{
	int r = cards_make(c, s, &c->row, 1);

	if (r == 0)
		card_open(&c->cards.at[0], keys);
	return r;
}

int cards_open(struct call *c, struct store *s, enum vault_purpose purpose,
	const struct booking *rows, size_t n)
{
	int r = cards_make(c, s, rows, n);

	if (r < 0)
		return fault_pass(r);
	for (size_t from = 0; from < n; from += VAULT_MEETINGS_MAX) {
		size_t part =
			n - from < VAULT_MEETINGS_MAX ? n - from : VAULT_MEETINGS_MAX;

		r = open_part(c, purpose, from, part);
		if (r != 0)
			return r;
	}
	return 0;
}

static const char *card_state(const struct booking *b)
{
	return b->outcome == BOOKING_CANCELLED ? "cancelled" : state_names[b->state];
}

void card_write(struct call *c, const struct card *card, const char *key, struct jout *o)
{
	const struct booking *b = &card->row;
	char number[16];
	struct writer w = writer_of(number, sizeof(number) - 1);

	write_fmt(&w, "%08u", b->number);
	jout_object(o, key);
	jout_id(o, "id", b->id);
	jout_int(o, "version", b->changed_ms);
	jout_text(o, "number", writer_bytes(&w));
	jout_int(o, "starts", b->starts_ms);
	jout_int(o, "minutes", b->minutes);
	jout_word(o, "form", form_names[b->form]);
	jout_word(o, "chosen_by", choice_names[b->chosen_by]);
	jout_word(o, "way", way_names[card->way]);
	jout_str(o, "language", b->language);
	jout_str(o, "label", card->label);
	jout_str(o, "case_ref", card->case_ref);
	jout_str(o, "phone_last2", card->last2);
	jout_str(o, "contact_phone", b->contact_phone);
	jout_bool(o, "pin", b->pin_required);
	jout_bool(o, "contact_gone", b->contact_gone);
	jout_word(o, "state", card_state(b));
	jout_word(o, "outcome", outcome_names[b->outcome]);
	jout_object(o, "owner");
	jout_id(o, "id", b->owner);
	jout_str(o, "name", card->owner);
	jout_end_object(o);
	jout_bool(o, "mine", b->owner == c->user.id);
	house_live_write(c->api->parts.house, b, o);
	jout_end_object(o);
}

/* Somebody tries what is not hers. */
static int note_out_of_reach(struct call *c)
{
	const struct audit_event e = { .what = AUDIT_MEETING_READ,
		.purpose = AUDIT_FOR_COLLEAGUE,
		.outcome = AUDIT_REFUSED,
		.role = AUDIT_CONSULTANT,
		.actor = (uint32_t)c->user.id,
		.meeting = (uint64_t)c->id };

	return call_recorded(c, audit_note(c->api->parts.audit, &e));
}

int card_reach(struct call *c, struct store *s, enum card_reach reach)
{
	int r = s->meeting->get(s, c->id, &c->row);
	bool own, team;

	if (r < 0)
		return fault_pass(r);
	own = r == 0 && c->row.owner == c->user.id;
	team = r == 0 && c->user.team[0] && strcmp(c->row.team, c->user.team) == 0;
	if (own || (team && reach == REACH_TEAM))
		return 0;
	if (r == 0 && note_out_of_reach(c) != 0)
		return CALL_E_REFUSED;
	call_refuse(c, 404, "not_found");
	return CALL_E_REFUSED;
}

void card_call_number(struct api *a, const struct booking *row, const struct user *owner,
	char ret[OPEN_TEXT_CAP])
{
	ret[0] = '\0';
	if (row->contact_phone[0])
		memcpy(ret, row->contact_phone, sizeof(row->contact_phone));
	else if (owner)
		open_or_empty(node_key_get(a->parts.node, NODE_STAFF_SEAL),
			SEAL_USER_PHONE, owner->id, &owner->phone, ret);
	if (!ret[0])
		memcpy(ret, a->parts.settings->org_phone,
			strlen(a->parts.settings->org_phone) + 1);
}
