/* SPDX-License-Identifier: MPL-2.0
 *
 * SRV records in the order in which they are to be tried, and answers that are none.
 */
#include "../../../broker/cli/srv_lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct row {
	uint16_t priority, weight, port;
	const char *target; /* labels, each with its length before it */
};

/* A DNS answer of one question and these records. */
static size_t write_answer(uint8_t *buf, size_t cap, const struct row *rows, uint16_t n)
{
	static const char question[] = "\4_sip\4_udp\1a\2dk";
	struct writer w = writer_of(buf, cap);

	write_u16(&w, 7);
	write_u16(&w, 0x8180);
	write_u16(&w, 1);
	write_u16(&w, n);
	write_u32(&w, 0);
	write_bytes(&w, bytes_of(question, sizeof(question)));
	write_u16(&w, 33);
	write_u16(&w, 1);
	for (uint16_t i = 0; i < n; i++) {
		size_t len = strlen(rows[i].target) + 1;

		write_u16(&w, 0xc00c); /* the question's name */
		write_u16(&w, 33);
		write_u16(&w, 1);
		write_u32(&w, 60);
		write_u16(&w, (uint16_t)(6 + len));
		write_u16(&w, rows[i].priority);
		write_u16(&w, rows[i].weight);
		write_u16(&w, rows[i].port);
		write_bytes(&w, bytes_of(rows[i].target, len));
	}
	assert_true(writer_ok(&w));
	return w.len;
}

static void records_come_by_priority_then_weight(void **state)
{
	static const struct row rows[] = {
		{ 20, 100, 5070, "\4last\2dk" },
		{ 10, 5, 5062, "\6second\2dk" },
		{ 10, 60, 5060, "\5first\2dk" },
	};
	struct srv_target found[SRV_TARGETS];
	uint8_t buf[512];
	size_t len = write_answer(buf, sizeof(buf), rows, ARRAY_LEN(rows));

	(void)state;
	assert_int_equal(srv_read(bytes_of(buf, len), found), 3);
	assert_string_equal(found[0].host, "first.dk");
	assert_string_equal(found[0].port, "5060");
	assert_string_equal(found[1].host, "second.dk");
	assert_string_equal(found[2].host, "last.dk");
}

static void a_service_that_is_said_not_to_exist_has_no_target(void **state)
{
	static const struct row rows[] = { { 0, 0, 5060, "" }, { 0, 0, 0, "\1a\2dk" } };
	struct srv_target found[SRV_TARGETS];
	uint8_t buf[512];
	size_t len = write_answer(buf, sizeof(buf), rows, ARRAY_LEN(rows));

	(void)state;
	assert_int_equal(srv_read(bytes_of(buf, len), found), 0);
}

static void more_records_than_there_is_room_for_are_left_out(void **state)
{
	struct row rows[SRV_TARGETS + 3];
	struct srv_target found[SRV_TARGETS];
	uint8_t buf[1024];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows[i] = (struct row){ 1, 1, 5060, "\1a\2dk" };
	len = write_answer(buf, sizeof(buf), rows, ARRAY_LEN(rows));
	assert_int_equal(srv_read(bytes_of(buf, len), found), SRV_TARGETS);
}

static void an_answer_that_is_cut_off_anywhere_is_harmless(void **state)
{
	static const struct row rows[] = { { 1, 1, 5060, "\1a\2dk" },
		{ 2, 1, 5060, "\1b\2dk" } };
	struct srv_target found[SRV_TARGETS];
	uint8_t buf[512];
	size_t len = write_answer(buf, sizeof(buf), rows, ARRAY_LEN(rows));

	(void)state;
	for (size_t n = 0; n < len; n++)
		assert_true(srv_read(bytes_of(buf, n), found) < 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_by_priority_then_weight),
		cmocka_unit_test(a_service_that_is_said_not_to_exist_has_no_target),
		cmocka_unit_test(more_records_than_there_is_room_for_are_left_out),
		cmocka_unit_test(an_answer_that_is_cut_off_anywhere_is_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
