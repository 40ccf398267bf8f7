/* SPDX-License-Identifier: MPL-2.0
 *
 * Meetings come into memory when they are first touched: row and live record from the
 * store, then the keys from the vault, which puts that on record. A meeting is loaded
 * once, however many wait for it; what time and the row did meanwhile follows at once.
 */
#include "switchboard.h"

#include "samtale/store/record.h"

struct load {
	struct desk_task task; /* first */
	struct live *live;
	int64_t id, actor;
	struct booking row;
	char name[LIMIT_NAME + 1];
	bool has_own_phone;
	struct record *record; /* owned; NULL: none yet */
};

static void load_free(struct load *load)
{
	free(load->record);
	free(load);
}

static void load_failed(struct load *load, int result)
{
	struct live *l = load->live;

	if (result < 0)
		log_event(EV_MEETING_LOAD_FAILED, F_ERRNO(-result));
	load_free(load);
	live_let_go(l);
	live_answer_waits(l, result);
}

static int load_ask(struct desk_task *task, struct store *s)
{
	struct load *load = container_of(task, struct load, task);
	struct user owner;
	int r = s->meeting->get(s, load->id, &load->row);

	if (r != 0)
		return r;
	r = s->user->by_id(s, load->row.owner, &owner);
	if (r == 0) {
		memcpy(load->name, owner.given, sizeof(load->name));
		load->has_own_phone = owner.phone.len > 0;
	}
	secret_wipe(&owner, sizeof(owner));
	if (r < 0)
		return fault_pass(r);
	r = s->record->live_get(s, load->id, &load->record);
	return r == STORE_E_NONE ? 0 : r;
}

static void unseal(struct live *l, const struct record *record,
	const struct meeting_booking *booking)
{
	const struct meeting_keys *keys = live_keys(l);
	wiped_buf(plain, MEETING_PACK_MAX + 512);
	struct writer w = writer_of(plain, sizeof(plain));

	if (record &&
		open_field(&keys->mk, SEAL_LIVE, l->id,
			bytes_of(record->blob, record->len), &w) == 0 &&
		live_unpack(l, writer_bytes(&w), booking))
		return;
	if (record)
		log_event(EV_MEETING_RECORD_BAD);
	meeting_init(&l->meeting, &l->house->rules, booking, house_now(l->house));
}

static void loaded(struct load *load, const struct meeting_keys *keys)
{
	const struct meeting_event tick = { .kind = MEETING_EV_TICK };
	struct live *l = load->live;
	struct bringer by = { 0 };
	struct meeting_booking booking;

	l->keys = key_slots_put(l->house->keys, keys);
	if (l->keys < 0) {
		load_failed(load, -ENOMEM);
		return;
	}
	memcpy(l->name, load->name, sizeof(l->name));
	l->has_own_phone = load->has_own_phone;
	booking = live_take_row(l, &load->row);
	unseal(l, load->record, &booking);
	l->state = LIVE_READY;
	if ((load->row.state == BOOKING_ENDED) !=
		(l->meeting.phase == MEETING_PHASE_ENDED))
		live_follow_row(l, &load->row, &booking);
	else
		(void)live_step(l, &tick, &by); /* what was missed meanwhile */
	load_free(load);
	house_mark(l);
	if (!l->gone)
		standing_loaded(l);
	live_answer_waits(l, 0);
}

static void load_keys(void *arg, int result, struct meeting_keys *keys, size_t n)
{
	struct load *load = arg;

	if (result != 0)
		log_event(EV_MEETING_LOAD_FAILED, F_ERRNO(result < 0 ? -result : EIO));
	if (result == 0 && n == 1 && keys[0].has_mk)
		loaded(load, &keys[0]);
	else
		load_failed(load, result == 0 ? HOUSE_E_NONE : HOUSE_E_NOT_RECORDED);
	meeting_keys_free(keys);
}

static void load_answer(struct desk_task *task, int result)
{
	struct load *load = container_of(task, struct load, task);
	struct vault_use use = { .purpose = load->actor == 0 ? VAULT_RECOVER : VAULT_TALK,
		.actor = load->actor,
		.meetings = &load->id,
		.n = 1 };
	int r;

	if (result != 0) {
		load_failed(load, result > 0 ? HOUSE_E_NONE : result);
		return;
	}
	r = vault_open(load->live->house->parts.vault, &use, load_keys, load);
	if (r != 0)
		load_failed(load, r == VAULT_E_FULL ? HOUSE_E_BUSY : r);
}

static int load_start(struct live *l, int64_t actor)
{
	struct load *load = calloc(1, sizeof(*load));

	if (!load)
		return fault_here(ENOMEM);
	load->task.ask = load_ask;
	load->task.answer = load_answer;
	load->live = l;
	load->id = l->id;
	load->actor = actor;
	if (desk_put(l->house->parts.desk, &load->task) == 0)
		return 0;
	free(load);
	return HOUSE_E_BUSY;
}

void live_touch(struct house *h, int64_t meeting, int64_t actor, struct wait *w)
{
	struct live *l = live_find(h, meeting);
	bool is_new = !l;
	int r;

	ring_init(&w->at);
	if (h->stopping || (is_new && !(l = live_new(h, meeting)))) {
		w->done(w, HOUSE_E_BUSY, NULL);
		return;
	}
	if (l->state == LIVE_READY) {
		w->done(w, 0, l);
		return;
	}
	ring_append(&l->waits, &w->at);
	r = is_new ? load_start(l, actor) : 0;
	if (r != 0) {
		live_let_go(l);
		live_answer_waits(l, r);
	}
}
