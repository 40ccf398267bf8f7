/* SPDX-License-Identifier: MPL-2.0
 *
 * The log on a disk of 24 MiB that others fill: staff reading is turned away, meetings
 * go on from the reserve, and when there is room again so is everything. On a file system
 * of its own, which needs a mount namespace.
 */
#include "log_read.h"

#include <sched.h>
#include <sys/mount.h>

#define DISK    "size=24m,mode=700"
#define BALLAST "ballast"

static struct bench bench;
static bool has_disk;

static bool namespace_make(void)
{
	int flags = geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS;

	return unshare(flags) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static int begin(void **state)
{
	(void)state;
	bench_make(&bench, 1);
	if (!has_disk)
		return 0;
	return mount("samtale-test", bench.disk.path, "tmpfs", 0, DISK);
}

static int end(void **state)
{
	(void)state;
	bench_close(&bench);
	if (has_disk && umount(bench.disk.path) != 0)
		return -1;
	folder_remove(bench.disk.path);
	return 0;
}

static int needs_disk(void)
{
	if (!has_disk)
		print_message("skipped: no mount namespace here\n");
	return has_disk;
}

/* Until not a block is left. */
static void fill_disk(void)
{
	static const uint8_t block[64 * 1024];
	char path[128];
	int fd;

	disk_path(&bench.disk, BALLAST, path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(fd >= 0);
	for (size_t len = sizeof(block); len >= 4096; len /= 2)
		while (write(fd, block, len) == (ssize_t)len)
			;
	assert_int_equal(close(fd), 0);
}

static void free_disk(void)
{
	char path[128];

	disk_path(&bench.disk, BALLAST, path);
	assert_int_equal(unlink(path), 0);
}

static int write_groups(bool may_use_reserve, unsigned groups)
{
	struct record r = { .event = AUDIT_MEETING_CREATED };

	for (unsigned i = 0; i < groups; i++) {
		for (unsigned j = 0; j < LOG_GROUP_MAX; j++) {
			int done = audit_log_put(bench.log, &r, may_use_reserve);

			if (done != 0) /* those before it count */
				return audit_log_commit(bench.log, false) == 0 ? done
									       : -EIO;
		}
		if (audit_log_commit(bench.log, false) != 0)
			return -EIO;
	}
	return 0;
}

static bool is_refusing(void)
{
	struct audit_log_state s;

	audit_log_state(bench.log, &s);
	return s.is_refusing;
}

static void staff_is_turned_away_and_meetings_go_on(void **state)
{
	struct audit_log_state s;

	(void)state;
	if (!needs_disk())
		skip();
	assert_int_equal(bench_open(&bench), 0);
	assert_int_equal(write_groups(false, 1), 0);
	assert_false(is_refusing());
	fill_disk();
	/* what was set aside before is there for both */
	assert_int_equal(write_groups(false, 40), AUDIT_LOG_E_FULL);
	assert_true(is_refusing());
	audit_log_state(bench.log, &s);
	assert_int_equal(s.reserve_bytes, LOG_RESERVE_BYTES);
	assert_int_equal(write_groups(true, 40), 0);
	audit_log_state(bench.log, &s);
	assert_true(s.reserve_bytes < LOG_RESERVE_BYTES);
	assert_int_equal(bench_write(&bench, 1), AUDIT_LOG_E_FULL); /* staff */
	free_disk();
	clock_shift(10 * MS_SECOND);
	(void)audit_log_tick(bench.log);
	audit_log_state(bench.log, &s);
	assert_int_equal(s.reserve_bytes, LOG_RESERVE_BYTES);
	assert_false(s.is_refusing);
	assert_int_equal(bench_write(&bench, 1), 0);
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, false).verdict, VERIFY_UNANCHORED);
}

static void the_whole_reserve_is_used_before_a_meeting_is_turned_away(void **state)
{
	struct audit_log_state before, after;

	(void)state;
	if (!needs_disk())
		skip();
	bench.parts.anchor = NULL; /* it would want room too */
	assert_int_equal(bench_open(&bench), 0);
	fill_disk();
	audit_log_state(bench.log, &before);
	assert_int_equal(write_groups(true, 2000), AUDIT_LOG_E_FULL);
	audit_log_state(bench.log, &after);
	assert_true(after.size - before.size >
		    (LOG_RESERVE_BYTES - 1024 * 1024) / LOG_FRAME_BYTES);
	assert_int_equal(after.reserve_bytes, 0);
	/* it lives, and comes back by itself */
	free_disk();
	assert_int_equal(write_groups(true, 1), 0);
	clock_shift(10 * MS_SECOND);
	(void)audit_log_tick(bench.log);
	bench_close(&bench);
	assert_int_equal(bench_verify(&bench, false).verdict, VERIFY_UNANCHORED);
}

static void a_log_without_room_to_start_says_so(void **state)
{
	(void)state;
	if (!needs_disk())
		skip();
	bench.parts.anchor = NULL;
	fill_disk();
	assert_int_equal(bench_open(&bench), -ENOSPC);
	assert_non_null(strstr(bench.sentence, "no room"));
	free_disk();
	assert_int_equal(bench_open(&bench), 0);
}

static void a_folder_that_cannot_be_written_says_so(void **state)
{
	(void)state;
	if (!needs_disk())
		skip();
	assert_int_equal(bench_open(&bench), 0);
	bench_close(&bench);
	assert_int_equal(
		mount(NULL, bench.disk.path, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_int_equal(bench_open(&bench), -EROFS);
	assert_non_null(strstr(bench.sentence, "cannot be written"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
	const struct CMUnitTest tests[] = {
		T(staff_is_turned_away_and_meetings_go_on),
		T(the_whole_reserve_is_used_before_a_meeting_is_turned_away),
		T(a_log_without_room_to_start_says_so),
		T(a_folder_that_cannot_be_written_says_so),
	};

	has_disk = namespace_make();
	return secret_start() == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
