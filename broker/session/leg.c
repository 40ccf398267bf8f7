/* SPDX-License-Identifier: MPL-2.0
 *
 * The table of legs at the gateway. A leg belongs to a meeting until the rules let go of
 * it; after that it stays only until the gateway says that it is no more, so that what it
 * cost is counted. Which legs a meeting has stands in its record, so that a broker that
 * was restarted knows its calls again.
 */
#include "switchboard.h"

static struct ring *bucket_of(struct switchboard *b, uint32_t number)
{
	return &b->legs[number % LEG_BUCKETS];
}

struct leg *leg_find(const struct switchboard *b, uint32_t number)
{
	const struct ring *bucket = &b->legs[number % LEG_BUCKETS];

	if (number == 0)
		return NULL;
	for (struct ring *r = bucket->next; r != bucket; r = r->next) {
		struct leg *leg = container_of(r, struct leg, at_bucket);

		if (leg->number == number)
			return leg;
	}
	return NULL;
}

struct leg *leg_some(const struct switchboard *b,
	bool (*fits)(const struct leg *, const struct live *), const struct live *l)
{
	for (size_t i = 0; i < LEG_BUCKETS; i++)
		for (struct ring *r = b->legs[i].next; r != &b->legs[i]; r = r->next) {
			struct leg *leg = container_of(r, struct leg, at_bucket);

			if (!fits || fits(leg, l))
				return leg;
		}
	return NULL;
}

uint32_t leg_number(struct switchboard *b)
{
	do {
		b->next_leg = b->next_leg % (PHONE_LEG_INCOMING - 1) + 1;
	} while (leg_find(b, b->next_leg));
	return b->next_leg;
}

void leg_give_number(struct switchboard *b, struct leg *leg, uint32_t number)
{
	leg->number = number;
	ring_append(bucket_of(b, number), &leg->at_bucket);
}

struct leg *leg_new(struct switchboard *b, uint32_t number, int64_t meeting)
{
	struct leg *leg = calloc(1, sizeof(*leg));

	if (!leg) {
		log_event(EV_CALL_FAILED, F_ERRNO(ENOMEM));
		return NULL;
	}
	leg->meeting = meeting;
	ring_init(&leg->at_bucket);
	ring_init(&leg->at_live);
	ring_init(&leg->at_due);
	leg_give_number(b, leg, number);
	return leg;
}

void leg_attach(struct leg *leg, struct live *l)
{
	leg->live = l;
	ring_append(&l->legs, &leg->at_live);
	l->save_due = true;
	house_mark(l);
}

struct leg *leg_free(struct leg *leg)
{
	ring_drop(&leg->at_bucket);
	ring_drop(&leg->at_live);
	ring_drop(&leg->at_due);
	free(leg);
	return NULL;
}

struct leg *leg_of(const struct live *l, enum meeting_leg kind, uint16_t entry)
{
	for (struct ring *r = l->legs.next; r != &l->legs; r = r->next) {
		struct leg *leg = container_of(r, struct leg, at_live);

		if (leg->kind == kind &&
			(kind != MEETING_LEG_GUEST || leg->entry == entry))
			return leg;
	}
	return NULL;
}

void leg_let_go(struct switchboard *b, struct leg *leg, enum phone_cause cause)
{
	const struct phone_message m = {
		.kind = PHONE_ORDER_HANG_UP, .leg = leg->number, .word = (uint8_t)cause
	};

	if (leg->live) {
		leg->live->save_due = true;
		house_mark(leg->live);
	}
	ring_drop(&leg->at_live);
	ring_drop(&leg->at_due);
	leg->live = NULL;
	if (!leg->ordered) {
		leg_free(leg); /* a task that looks for it finds nothing */
		return;
	}
	if (!leg->over)
		(void)board_order(b, &m); /* no link: the gateway hangs up by itself */
	leg->over = true;
}

void legs_let_go(struct live *l)
{
	RING_EACH(&l->legs, r)
	leg_let_go(l->house->board, container_of(r, struct leg, at_live),
		PHONE_CAUSE_HUNG_UP);
}

/* -- the record -------------------------------------------------------------------- */

void legs_pack(const struct live *l, struct writer *w)
{
	unsigned n = 0;

	for (struct ring *r = l->legs.next; r != &l->legs; r = r->next)
		if (container_of(r, struct leg, at_live)->number != 0)
			n++;
	if (n > LEGS_PACKED)
		n = LEGS_PACKED;
	write_u8(w, (uint8_t)n);
	for (struct ring *r = l->legs.next; r != &l->legs && n > 0; r = r->next) {
		const struct leg *leg = container_of(r, struct leg, at_live);

		if (leg->number == 0)
			continue;
		write_u32(w, leg->number);
		write_u8(w, (uint8_t)leg->kind);
		write_u16(w, leg->entry);
		write_u32(w, leg->line);
		n--;
	}
}

/* A leg may be in the table already: the gateway was faster than the store. */
static bool unpack_one(struct live *l, struct reader *r)
{
	struct switchboard *b = l->house->board;
	uint32_t number = read_u32(r);
	uint8_t kind = read_u8(r);
	uint16_t entry = read_u16(r);
	uint32_t line = read_u32(r);
	struct leg *leg = leg_find(b, number);

	if (r->bad || number == 0 || kind >= MEETING_LEG_COUNT)
		return false;
	if (leg && (leg->live || leg->meeting != l->id))
		return true; /* a restarted gateway gave the number to another call */
	if (!leg && !(leg = leg_new(b, number, l->id)))
		return false;
	leg->kind = (enum meeting_leg)kind;
	leg->entry = entry;
	leg->line = line;
	leg->ordered = true;
	leg->placed = kind == MEETING_LEG_CITIZEN || kind == MEETING_LEG_OWN;
	leg->live = l;
	ring_append(&l->legs, &leg->at_live);
	return true;
}

bool legs_unpack(struct live *l, struct reader *r)
{
	uint8_t n = read_u8(r);

	if (r->bad || n > LEGS_PACKED)
		return false;
	while (n-- > 0)
		if (!unpack_one(l, r))
			return false;
	return true;
}
