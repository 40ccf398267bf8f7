/* SPDX-License-Identifier: MPL-2.0
 *
 * A gateway for stories: it keeps the orders that it gets and reports what the story
 * wants.
 */
#pragma once

#include "stage.h"

#include "switchboard.h"

#define ORDERS_MAX 64

struct order { /* one, with its texts */
	struct phone_message m;
	char text[PHONE_TEXT_MAX + 1], more[16];
};

struct gateway {
	struct stage *stage;
	struct order orders[ORDERS_MAX];
	unsigned count;
	bool is_full; /* takes nothing any more */
};

static inline bool gateway_takes(void *arg, struct bytes frames)
{
	struct gateway *g = arg;

	while (frames.len > 0 && !g->is_full) {
		struct reader r = reader_of(frames);
		size_t len = read_u32(&r);
		struct frame f = { .kind = read_u8(&r), .id = read_u32(&r) };
		struct order *o = &g->orders[g->count++];

		assert_true(g->count <= ORDERS_MAX && len + 4 <= frames.len);
		f.body = read_bytes(&r, len + 4 - FRAME_HEAD);
		assert_int_equal(phone_message_read(&f, true, &o->m), 0);
		assert_true(bytes_to_str(o->m.text, o->text, sizeof(o->text)));
		assert_true(bytes_to_str(o->m.more, o->more, sizeof(o->more)));
		frames = r.left;
	}
	return !g->is_full;
}

/* No turn of the loop comes in between. */
static inline bool gateway_says_at_once(struct gateway *g, const struct phone_message *m)
{
	static uint8_t buf[ORDER_MAX];
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f;

	phone_message_write(&w, m);
	assert_true(writer_ok(&w));
	f = (struct frame){ (uint8_t)m->kind, m->leg,
		bytes_of(buf + FRAME_HEAD, w.len - FRAME_HEAD) };
	return house_gateway_frame(g->stage->house, &f);
}

static inline bool gateway_says(struct gateway *g, const struct phone_message *m)
{
	bool fine = gateway_says_at_once(g, m);

	stage_settle(g->stage);
	return fine;
}

#define REPORT_OF(g, kind_, ...)                                                         \
	assert_true(gateway_says((g),                                                    \
		&(struct phone_message){ .kind = PHONE_REPORT_##kind_, __VA_ARGS__ }))

/* A link without a word yet. */
static inline void gateway_link(struct stage *s, struct gateway *g)
{
	const struct gateway_link link = { .arg = g, .send = gateway_takes };

	g->stage = s;
	house_gateway_up(s->house, &link);
}

/* Nothing stands, the trunk is up. */
static inline void gateway_up(struct stage *s, struct gateway *g)
{
	gateway_link(s, g);
	REPORT_OF(g, HELLO, .value = PHONE_VERSION);
	REPORT_OF(g, SYNCED, .leg = 0);
	REPORT_OF(g, TRUNK, .word = PHONE_TRUNK_UP);
}

/* The newest order of that kind since the last gateway_forget(); NULL: none. */
static inline const struct order *gateway_hears(
	const struct gateway *g, enum phone_kind kind)
{
	for (unsigned i = g->count; i > 0; i--)
		if (g->orders[i - 1].m.kind == kind)
			return &g->orders[i - 1];
	return NULL;
}

static inline void gateway_forget(struct gateway *g)
{
	g->count = 0;
}

#define HEARS(g, kind) gateway_hears((g), PHONE_ORDER_##kind)

#define DIAL "{\"type\":\"phone\",\"event\":\"dial\",\"to\":\"browser\"}"

/* Mette is in her meeting and has clicked *Ring op*: the leg that rings. */
static inline uint32_t stage_dial(struct stage *s, struct gateway *g, struct actor *mette)
{
	const struct order *o;

	staff_hello(s, mette, METTE);
	staff_enter(mette, 0);
	actor_say(mette, DIAL);
	o = HEARS(g, DIAL);
	assert_non_null(o);
	return o->m.leg;
}

/* The same, up to the talk. */
static inline uint32_t stage_call(struct stage *s, struct gateway *g, struct actor *mette)
{
	uint32_t leg = stage_dial(s, g, mette);

	REPORT_OF(g, PROGRESS, .leg = leg, .word = PHONE_PROGRESS_ANSWERED);
	actor_say(mette, "{\"type\":\"phone\",\"event\":\"is_citizen\"}");
	REPORT_OF(g, PROGRESS, .leg = leg, .word = PHONE_PROGRESS_TALKING);
	return leg;
}

/* A field of the consultant's state.call. */
static inline const json_t *call_of(struct actor *mette)
{
	return part(actor_hears(mette, "state"), "call");
}

/* -- telephones that call in -------------------------------------------------------- */

#define CALLER UINT32_C(0x80000001)

static inline void rings(struct gateway *g, uint32_t leg, const char *from)
{
	gateway_forget(g);
	REPORT_OF(g, INCOMING, .leg = leg, .text = bytes_str(from),
		.flags = from[0] ? 0 : PHONE_HIDDEN);
}

static inline void types(struct gateway *g, uint32_t leg, unsigned try,
	const char *number_text, const char *pin)
{
	gateway_forget(g);
	REPORT_OF(g, DIGITS, .leg = leg, .value = try, .text = bytes_str(number_text),
		.more = bytes_str(pin));
}

static inline int answered(const struct gateway *g)
{
	const struct order *o = HEARS(g, ANSWER);

	return o ? o->m.word : -1;
}

static inline int judged(const struct gateway *g)
{
	const struct order *o = HEARS(g, VERDICT);

	return o ? o->m.word : -1;
}

static inline const json_t *guest(struct actor *mette, size_t i)
{
	return json_array_get(part(actor_hears(mette, "state"), "guests"), i);
}

/* A story's gateway is gone with its frame: nothing more goes to it. */
static inline int gateway_stage_down(void **state)
{
	house_gateway_down(((struct stage *)*state)->house);
	return stage_down(state);
}

#define CALL_STORY(name)                                                                 \
	cmocka_unit_test_setup_teardown(name, stage_up, gateway_stage_down)
