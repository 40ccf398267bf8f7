/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory in this room: a fault, nothing half-made, and never a client's fault.
 */
#include "alloc_ladder.h"
#include "stage.h"

static int read_object(void *arg)
{
	/* more values than fit into the first block */
	static const char text[] =
		"{\"a\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18]}";
	struct jin in;
	int r = jin_open(&in, BYTES_LIT(text), sizeof(text));

	(void)arg;
	assert_int_equal(jin_ok(&in), r == 0);
	jin_close(&in);
	return r;
}

static void json_without_memory_is_no_bad_message(void **state)
{
	(void)state;
	assert_int_equal(ladder_climb(read_object, NULL, 16), 4);
}

static int open_house(void *arg)
{
	static struct settings settings;
	const struct house_parts parts = { .settings = &settings };
	struct house *h = arg;
	int r;

	settings_init(&settings);
	r = house_new(&h, &parts);
	if (r == 0)
		house_free(h);
	else
		assert_ptr_equal(h, arg);
	return r;
}

static void a_house_without_memory_is_not_opened(void **state)
{
	(void)state;
	assert_int_equal(ladder_climb(open_house, NULL, 16), 4);
}

static int open_peer(void *arg)
{
	const struct peer_link link = { .wake = actor_woken, .close = actor_closed };
	const struct peer_credentials who = { .has_device = false };
	struct stage *s = arg;
	struct peer *p = NULL;
	int r = peer_open(&p, s->house, &who, &link);

	if (r == 0)
		peer_closed(p);
	else
		assert_null(p);
	return r;
}

static void a_peer_without_memory_is_not_opened(void **state)
{
	assert_int_equal(ladder_climb(open_peer, *state, 16), 1);
}

static int put_key(void *arg)
{
	const struct meeting_keys keys = { .meeting = 1 };
	struct key_slots *k = NULL;
	int slot = key_slots_new(&k);

	(void)arg;
	if (slot == 0)
		slot = key_slots_put(k, &keys);
	key_slots_free(k);
	return slot > 0 ? -EINVAL : slot;
}

static void keys_without_memory_are_not_kept(void **state)
{
	(void)state;
	assert_true(ladder_climb(put_key, NULL, 16) >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_without_memory_is_no_bad_message),
		cmocka_unit_test(a_house_without_memory_is_not_opened),
		STORY(a_peer_without_memory_is_not_opened),
		cmocka_unit_test(keys_without_memory_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
