/* SPDX-License-Identifier: MPL-2.0
 *
 * The table of legs, and what of it a meeting's record holds.
 */
#include "gateway_stage.h"

struct bench {
	struct stage *stage;
	struct live *live;
};

static struct bench bench;

static int start(void **state)
{
	(void)stage_up(state);
	bench.stage = *state;
	bench.live = live_new(bench.stage->house, 42);
	assert_non_null(bench.live);
	*state = &bench;
	return 0;
}

static int stop(void **state)
{
	void *stage = ((struct bench *)*state)->stage;

	return stage_down(&stage);
}

static struct leg *add(struct live *l, uint32_t number, enum meeting_leg kind)
{
	struct leg *leg = leg_new(l->house->board, number, l->id);

	assert_non_null(leg);
	leg->kind = kind;
	leg->entry = kind == MEETING_LEG_GUEST ? (uint16_t)number : 0;
	leg->line = kind == MEETING_LEG_LINE ? 9 : 0;
	leg_attach(leg, l);
	return leg;
}

static void a_leg_is_found_by_its_number_and_by_its_kind(void **state)
{
	struct bench *x = *state;
	struct switchboard *b = x->stage->house->board;
	struct leg *call = add(x->live, 5, MEETING_LEG_CITIZEN);
	struct leg *guest = add(x->live, 5 + LEG_BUCKETS, MEETING_LEG_GUEST);

	assert_ptr_equal(leg_find(b, 5), call);
	assert_ptr_equal(leg_find(b, 5 + LEG_BUCKETS), guest);
	assert_null(leg_find(b, 6));
	assert_null(leg_find(b, 0));
	assert_ptr_equal(leg_of(x->live, MEETING_LEG_CITIZEN, 0), call);
	assert_ptr_equal(leg_of(x->live, MEETING_LEG_GUEST, 5 + LEG_BUCKETS), guest);
	assert_null(leg_of(x->live, MEETING_LEG_GUEST, 1));
	assert_null(leg_of(x->live, MEETING_LEG_OWN, 0));
	leg_let_go(b, call, PHONE_CAUSE_CANCELLED); /* never ordered: nothing is left */
	assert_null(leg_find(b, 5));
}

static void numbers_are_the_brokers_own_and_free(void **state)
{
	struct bench *x = *state;
	struct switchboard *b = x->stage->house->board;

	b->next_leg = PHONE_LEG_INCOMING - 2;
	assert_int_equal(leg_number(b), PHONE_LEG_INCOMING - 1);
	(void)add(x->live, 1, MEETING_LEG_CITIZEN);
	assert_int_equal(leg_number(b), 2); /* around, and past the one that is taken */
}

static void a_record_holds_the_legs_that_have_a_number(void **state)
{
	struct bench *x = *state;
	struct switchboard *b = x->stage->house->board;
	struct live *other = live_new(x->stage->house, 43);
	uint8_t buf[128];
	struct writer w = writer_of(buf, sizeof(buf));
	struct reader r;
	struct leg *leg;

	(void)add(x->live, 5, MEETING_LEG_CITIZEN);
	(void)add(x->live, 6, MEETING_LEG_GUEST);
	(void)add(x->live, 0, MEETING_LEG_LINE); /* started, not offered */
	legs_pack(x->live, &w);
	assert_true(writer_ok(&w));
	assert_int_equal(w.len, 1 + 2 * 11);
	legs_let_go(x->live);
	r = reader_of(writer_bytes(&w));
	assert_true(legs_unpack(other, &r));
	assert_true(reader_done(&r));
	leg = leg_of(other, MEETING_LEG_GUEST, 6);
	assert_int_equal(leg->number, 6);
	assert_true(leg->ordered && !leg->placed && !leg->stands);
	assert_true(leg_of(other, MEETING_LEG_CITIZEN, 0)->placed);
	assert_ptr_equal(leg_find(b, 6), leg);
	assert_int_equal(leg->meeting, 43);
}

static void a_number_that_another_call_has_by_now_is_left_to_it(void **state)
{
	struct bench *x = *state;
	struct live *other = live_new(x->stage->house, 43);
	uint8_t buf[128];
	struct writer w = writer_of(buf, sizeof(buf));
	struct reader r;
	struct leg *leg = add(x->live, 5, MEETING_LEG_GUEST);

	legs_pack(x->live, &w);
	r = reader_of(writer_bytes(&w));
	assert_true(legs_unpack(other, &r));
	assert_ptr_equal(leg->live, x->live);
	assert_true(ring_is_empty(&other->legs));
	/* nor one that stands for a meeting which is not loaded yet */
	ring_drop(&leg->at_live);
	leg->live = NULL;
	r = reader_of(writer_bytes(&w));
	assert_true(legs_unpack(other, &r));
	assert_null(leg->live);
	assert_true(ring_is_empty(&other->legs));
}

static void a_record_that_is_no_record_is_refused(void **state)
{
	struct bench *x = *state;
	static const uint8_t rows[][12] = {
		{ LEGS_PACKED + 1 },                    /* too many */
		{ 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, /* no number */
		{ 1, 0, 0, 0, 5, MEETING_LEG_COUNT },   /* no such kind */
	};
	struct reader r = reader_of(BYTES_NULL);

	assert_false(legs_unpack(x->live, &r));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		r = reader_of(bytes_of(rows[i], sizeof(rows[i])));
		assert_false(legs_unpack(x->live, &r));
	}
	r = reader_of(bytes_of(rows[1], 11)); /* cut */
	assert_false(legs_unpack(x->live, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(a_leg_is_found_by_its_number_and_by_its_kind),
		AT(numbers_are_the_brokers_own_and_free),
		AT(a_record_holds_the_legs_that_have_a_number),
		AT(a_number_that_another_call_has_by_now_is_left_to_it),
		AT(a_record_that_is_no_record_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
