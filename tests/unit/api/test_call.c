/* SPDX-License-Identifier: MPL-2.0
 *
 * The life of one call.
 */
#include "kit.h"

#include "../../../broker/api/call.h"

static void a_fault_is_told_without_a_word_of_its_cause(void **state)
{
	static const struct {
		int fault, status;
		const char *error;
	} rows[] = { { -ENOSPC, 507, "disk_full" }, { -EROFS, 507, "disk_full" },
		{ -EIO, 500, "fault" }, { -ENOMEM, 500, "fault" } };
	struct kit *k = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct call *c = calloc(1, sizeof(*c));

		assert_non_null(c);
		c->api = k->api;
		c->api->open_calls++;
		c->answer = kit_answered;
		c->exchange = k;
		k->answered = false;
		call_fault(c, rows[i].fault);
		call_refuse(c, 404, "later"); /* the first refusal wins */
		call_send(c);
		assert_int_equal(k->status, rows[i].status);
		assert_string_equal(error_of(k), rows[i].error);
		assert_int_equal(json_object_size(k->json), 1);
	}
}

static void a_refusal_sets_no_cookie(void **state)
{
	struct kit *k = *state;
	struct call *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	c->api = k->api;
	c->api->open_calls++;
	c->answer = kit_answered;
	c->exchange = k;
	call_cookie(c, "__Host-staff", "secret", 60);
	assert_string_equal(c->set_cookie, "__Host-staff=secret; Path=/; Secure; "
					   "HttpOnly; SameSite=Strict; Max-Age=60");
	call_throttled(c, 7);
	call_send(c);
	assert_int_equal(k->status, 429);
	assert_int_equal(k->retry_after_s, 7);
	assert_string_equal(k->set_cookie, "");
}

static void a_text_that_does_not_fit_is_a_fault_not_a_cut(void **state)
{
	struct kit *k = *state;
	struct call c = { .api = k->api };
	char longest[64];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(call_keep_text(&c, 0, longest), -EMSGSIZE);
	longest[47] = '\0';
	assert_int_equal(call_keep_text(&c, 0, longest), 0);
	assert_string_equal(c.texts[0], longest);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, kit_up, kit_down)
	const struct CMUnitTest tests[] = {
		T(a_fault_is_told_without_a_word_of_its_cause),
		T(a_refusal_sets_no_cookie),
		T(a_text_that_does_not_fit_is_a_fault_not_a_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
