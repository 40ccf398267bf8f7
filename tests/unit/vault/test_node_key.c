/* SPDX-License-Identifier: MPL-2.0
 *
 * The node key and what is derived from it; the signing key.
 */
#include "vault_fixture.h"

#include <errno.h>

static struct vault_place place;

static int start(void **state)
{
	place_make(&place);
	*state = &place;
	return 0;
}

static int stop(void **state)
{
	place_remove(*state);
	return 0;
}

static void subkeys_differ_and_come_again(void **state)
{
	struct vault_place *p = *state;
	struct node_key *again = NULL;

	assert_int_equal(node_key_create(p->file), 0);
	assert_int_equal(node_key_create(p->file), -EEXIST);
	assert_int_equal(node_key_load(&p->node, p->file), 0);
	assert_int_equal(node_key_load(&again, p->file), 0);
	for (int i = 0; i < NODE_SUBKEY_COUNT; i++) {
		const struct key *k = node_key_get(p->node, (enum node_subkey)i);

		assert_memory_equal(
			k->at, node_key_get(again, (enum node_subkey)i)->at, KEY_BYTES);
		for (int j = 0; j < i; j++)
			assert_memory_not_equal(k->at,
				node_key_get(p->node, (enum node_subkey)j)->at,
				KEY_BYTES);
	}
	again = node_key_free(again);
}

/* BLAKE2b-256, key 00 01 .. 1f, of "samtale node key 1: link-hash": computed with
 * Python's hashlib. Another value means that every stored hash is lost. */
static void the_derivation_never_changes(void **state)
{
	static const uint8_t expected[] = { 0xf8, 0xb3, 0x8d, 0xd8, 0x49, 0xc3, 0x27,
		0xc2, 0x1f, 0xda, 0x53, 0xf9, 0xaa, 0x12, 0x24, 0x75, 0x63, 0xc9, 0x5b,
		0xe0, 0x3c, 0x08, 0x23, 0xe4, 0x3c, 0xca, 0xbb, 0x06, 0x44, 0x38, 0x8a,
		0x9c };
	struct vault_place *p = *state;
	uint8_t root[KEY_BYTES];

	for (size_t i = 0; i < sizeof(root); i++)
		root[i] = (uint8_t)i;
	file_write(p->file, root, sizeof(root), 0600);
	assert_int_equal(node_key_load(&p->node, p->file), 0);
	assert_memory_equal(
		node_key_get(p->node, NODE_LINK_HASH)->at, expected, KEY_BYTES);
}

static void a_key_of_another_length_is_refused(void **state)
{
	struct vault_place *p = *state;
	uint8_t root[KEY_BYTES + 1] = { 0 };

	file_write(p->file, root, KEY_BYTES - 1, 0600);
	assert_int_equal(node_key_load(&p->node, p->file), SECRET_E_LENGTH);
	file_write(p->file, root, KEY_BYTES + 1, 0600);
	assert_int_equal(node_key_load(&p->node, p->file), SECRET_E_LENGTH);
	file_write(p->file, root, KEY_BYTES, 0644);
	assert_int_equal(node_key_load(&p->node, p->file), SECRET_E_READABLE);
	assert_int_equal(node_key_load(&p->node, p->other), SECRET_E_MISSING);
	assert_null(p->node);
}

static void the_root_decides_all_but_the_key_that_wraps(void **state)
{
	struct vault_place *p = *state;
	owned(node_key_freep) struct node_key *moved = NULL;
	const struct key file = key_filled(1), next = key_filled(2);
	const struct key root = key_filled(3);

	assert_int_equal(node_key_derive(&p->node, &file, &root), 0);
	assert_int_equal(node_key_derive(&moved, &next, &root), 0);
	for (int i = 0; i < NODE_SUBKEY_COUNT; i++) {
		bool is_same = memcmp(node_key_get(p->node, (enum node_subkey)i)->at,
				       node_key_get(moved, (enum node_subkey)i)->at,
				       KEY_BYTES) == 0;

		assert_int_equal(is_same, i != NODE_WRAP);
	}
}

static void node_keys_are_told_apart_by_what_says_nothing_of_them(void **state)
{
	const struct key file = key_filled(1), other = key_filled(2);
	uint8_t id[NODE_KEY_ID_BYTES], again[NODE_KEY_ID_BYTES];
	struct vault_place *p = *state;

	node_key_id(&file, id);
	node_key_id(&file, again);
	assert_memory_equal(id, again, sizeof(id));
	node_key_id(&other, again);
	assert_memory_not_equal(id, again, sizeof(id));
	assert_memory_not_equal(id, file.at, sizeof(id));
	assert_int_equal(node_key_derive(&p->node, &file, &file), 0);
	for (int i = 0; i < NODE_SUBKEY_COUNT; i++)
		assert_memory_not_equal(
			id, node_key_get(p->node, (enum node_subkey)i)->at, sizeof(id));
}

static void what_is_made_of_subkeys_has_all_but_the_one_that_wraps(void **state)
{
	struct vault_place *p = *state;
	struct key subkeys[NODE_SUBKEY_COUNT];

	for (int i = 0; i < NODE_SUBKEY_COUNT; i++)
		subkeys[i] = key_filled((uint8_t)(i + 1));
	assert_int_equal(node_key_from_subkeys(&p->node, subkeys), 0);
	for (int i = 0; i < NODE_SUBKEY_COUNT; i++)
		if (i != NODE_WRAP)
			assert_memory_equal(
				node_key_get(p->node, (enum node_subkey)i)->at,
				subkeys[i].at, KEY_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(subkeys_differ_and_come_again),
		AT(the_derivation_never_changes),
		AT(a_key_of_another_length_is_refused),
		AT(the_root_decides_all_but_the_key_that_wraps),
		AT(node_keys_are_told_apart_by_what_says_nothing_of_them),
		AT(what_is_made_of_subkeys_has_all_but_the_one_that_wraps),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
