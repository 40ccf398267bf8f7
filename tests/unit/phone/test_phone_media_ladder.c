/* SPDX-License-Identifier: MPL-2.0
 *
 * Out of memory while a leg's keys are set up or the sentences are loaded.
 */
#include "alloc_ladder.h"
#include "prompt_files.h"
#include "srtp_box.h"

static int make_box(void *arg)
{
	static const uint8_t key[30];
	struct srtp_box *b = arg;
	int r = srtp_box_new(
		&b, SRTP_AES128_SHA1_80, bytes_of(key, 30), bytes_of(key, 30));

	if (r == 0)
		srtp_box_free(b);
	else
		assert_ptr_equal(b, arg);
	return r;
}

static void a_box_without_memory_is_a_fault(void **state)
{
	int untouched = 0;

	(void)state;
	srtp_box_start();
	assert_int_equal(ladder_climb(make_box, &untouched, 4), 1);
	srtp_box_stop();
}

static int load(void *arg)
{
	const struct prompt_folder *f = arg;
	struct prompts *p = NULL;
	char file[256] = "";
	int r = prompts_load(&p, "", f->path, file, sizeof(file));

	if (r == 0)
		prompts_free(p);
	else
		assert_null(p);
	return r;
}

static void sentences_without_memory_are_a_fault(void **state)
{
	struct prompt_folder f = prompt_folder_full();

	(void)state;
	/* Of each file its bytes and its sound. */
	assert_int_equal(ladder_climb(load, &f, 1000), 1 + 4 * PROMPT_COUNT);
	prompt_folder_remove(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_box_without_memory_is_a_fault),
		cmocka_unit_test(sentences_without_memory_are_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
