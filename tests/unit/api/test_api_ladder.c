/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory in the api: it is not made, or a question is answered that it cannot be
 * served. No question stays without its one answer.
 */
#include "alloc_ladder.h"
#include "kit.h"

static int make_api(void *arg)
{
	static struct settings settings;
	const struct kit *k = arg;
	const struct api_parts parts = { .settings = &settings, .house = k->house };
	struct api *untouched = k->api, *a = untouched;
	int r;

	settings_init(&settings);
	r = api_new(&a, &parts);
	if (r == 0)
		api_free(a);
	else
		assert_ptr_equal(a, untouched);
	return r;
}

static void an_api_without_memory_is_not_made(void **state)
{
	assert_int_equal(ladder_climb(make_api, *state, 8), 1);
}

struct asked {
	struct kit *kit;
	unsigned answers;
	int status;
	bool is_whole; /* the answer that it gets when there is memory */
};

static void note_answer(void *exchange, const struct api_reply *reply)
{
	struct asked *a = exchange;

	a->answers++;
	a->status = reply->status;
	a->is_whole = bytes_equal_str(reply->body, "{\"error\":\"not_found\"}");
	assert_true(reply->body.len > 0);
}

/* A path that is not there: decoded and answered without leaving the thread. */
static int ask(void *arg)
{
	const struct api_request r = { .method = API_GET,
		.path = BYTES_LIT("/api/v1/nothing"),
		.is_same_origin = true };
	struct asked *a = arg;

	a->answers = 0;
	api_handle(a->kit->api, &r, note_answer, a);
	assert_int_equal(a->answers, 1);
	assert_int_equal(api_open_calls(a->kit->api), 0);
	assert_true(a->status == 404 || a->status == 503);
	return a->is_whole ? 0 : -ENOMEM;
}

static void every_question_is_answered_once_even_without_memory(void **state)
{
	struct asked a = { .kit = *state };

	assert_int_equal(ladder_climb(ask, &a, 16), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_api_without_memory_is_not_made, kit_up, kit_down),
		cmocka_unit_test_setup_teardown(
			every_question_is_answered_once_even_without_memory, kit_up,
			kit_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
