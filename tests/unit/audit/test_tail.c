/* SPDX-License-Identifier: MPL-2.0
 *
 * A file that grows at its end alone: what was appended is there, what failed is gone,
 * and nothing is written before that is certain.
 */
#include "disk_faults.h"
#include "log_fixture.h"
#include "tail.h"

#include <errno.h>

struct place {
	struct log_place_on_disk disk;
	int folder;
	struct tail tail;
};

static void place_make(struct place *p)
{
	disk_make(&p->disk);
	disk_fail((struct disk_fault){ 0 });
	p->folder = open(p->disk.path, O_RDONLY | O_DIRECTORY);
	assert_true(p->folder >= 0);
	assert_int_equal(tail_open(&p->tail, p->folder, "file"), 0);
}

static void place_remove(struct place *p)
{
	disk_fail((struct disk_fault){ 0 });
	tail_close(&p->tail);
	assert_int_equal(close(p->folder), 0);
	folder_remove(p->disk.path);
}

static void holds(const struct place *p, const char *text)
{
	char at[64];
	size_t len = 0;

	assert_int_equal(file_read_at(p->tail.fd, at, sizeof(at), 0, &len), 0);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(at, text, len);
}

static void what_is_appended_is_there_when_it_is_opened_again(void **state)
{
	struct place p;

	(void)state;
	place_make(&p);
	assert_int_equal(tail_append(&p.tail, BYTES_LIT("one ")), 0);
	assert_int_equal(tail_append(&p.tail, BYTES_LIT("two")), 0);
	tail_close(&p.tail);
	assert_int_equal(tail_open(&p.tail, p.folder, "file"), 0);
	assert_int_equal(p.tail.end, 7);
	holds(&p, "one two");
	place_remove(&p);
}

static void a_write_that_fails_leaves_what_was_before(void **state)
{
	static const struct {
		int error, outcome;
	} rows[] = { { EIO, -EIO }, { ENOSPC, TAIL_E_FULL }, { EDQUOT, TAIL_E_FULL } };
	struct place p;

	(void)state;
	place_make(&p);
	assert_int_equal(tail_append(&p.tail, BYTES_LIT("one")), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (unsigned at = 1; at <= 2; at++) { /* the write, the sync */
			disk_fail((struct disk_fault){ at, 1, rows[i].error });
			assert_int_equal(
				tail_append(&p.tail, BYTES_LIT("two")), rows[i].outcome);
			holds(&p, "one");
		}
	}
	place_remove(&p);
}

static void nothing_is_taken_before_the_rest_of_a_failure_is_cut(void **state)
{
	struct place p;

	(void)state;
	place_make(&p);
	assert_int_equal(tail_append(&p.tail, BYTES_LIT("one")), 0);
	disk_fail((struct disk_fault){ 1, 3, EIO }); /* the write and two cuts */
	assert_int_equal(tail_append(&p.tail, BYTES_LIT("long two")), -EIO);
	assert_true(p.tail.needs_cut);
	assert_int_equal(tail_append(&p.tail, BYTES_LIT("x")), -EIO);
	assert_int_equal(tail_append(&p.tail, BYTES_LIT("x")), 0);
	holds(&p, "onex");
	place_remove(&p);
}

static void half_a_write_is_finished(void **state)
{
	struct place p;

	(void)state;
	place_make(&p);
	disk_fail((struct disk_fault){ 1, 2, 0 });
	assert_int_equal(tail_append(&p.tail, BYTES_LIT("one two three")), 0);
	holds(&p, "one two three");
	place_remove(&p);
}

static void what_is_no_file_is_refused(void **state)
{
	struct place p;
	struct tail t;

	(void)state;
	place_make(&p);
	assert_int_equal(mkdirat(p.folder, "folder", 0700), 0);
	assert_true(tail_open(&t, p.folder, "folder") < 0);
	assert_int_equal(symlinkat("file", p.folder, "link"), 0);
	assert_true(tail_open(&t, p.folder, "link") < 0);
	place_remove(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_appended_is_there_when_it_is_opened_again),
		cmocka_unit_test(a_write_that_fails_leaves_what_was_before),
		cmocka_unit_test(nothing_is_taken_before_the_rest_of_a_failure_is_cut),
		cmocka_unit_test(half_a_write_is_finished),
		cmocka_unit_test(what_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
