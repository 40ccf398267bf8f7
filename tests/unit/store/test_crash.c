/* SPDX-License-Identifier: MPL-2.0
 *
 * kill -9 at any moment loses no acknowledged booking, and a full disk loses none either.
 */
#include "store_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>

#define ROUNDS 50

static int commit_one(struct store *s, struct booking *b)
{
	int r = s->batch->begin(s);

	if (r == 0)
		r = s->meeting->insert(s, b);
	if (r == 0)
		r = s->batch->commit(s);
	else
		s->batch->abandon(s);
	return r;
}

/* The child: books one after another, acknowledges each, until it is killed. */
static void book_for_ever(struct folder *f, int64_t from, int64_t owner, int ack)
{
	struct sqlite_parts parts = { .path = in_folder(f, "samtale.db") };
	struct store *s = NULL;

	if (sqlite_store_open(&s, &parts, NULL) != 0)
		_exit(2);
	for (int64_t id = from;; id++) {
		struct booking b = fixture_booking(id, owner);

		if (commit_one(s, &b) != 0 || write(ack, &id, sizeof(id)) != sizeof(id))
			_exit(3);
	}
}

/* Kills after a moment; the last acknowledged id. */
static int64_t one_round(struct folder *f, int64_t from, int64_t owner)
{
	struct timespec pause = { 0, (long)(1 + random_below(25)) * 1000000 };
	int64_t id, last = from - 1;
	int fd[2], status;
	pid_t child;

	assert_int_equal(pipe(fd), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(fd[0]);
		book_for_ever(f, from, owner, fd[1]);
	}
	close(fd[1]);
	nanosleep(&pause, NULL);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	while (read(fd[0], &id, sizeof(id)) == sizeof(id))
		last = id;
	close(fd[0]);
	return last;
}

static void kill_9_loses_no_acknowledged_booking(void **state)
{
	struct user u = fixture_user("owner");
	struct folder f;
	struct store *s;
	int64_t next = 1, acknowledged = 0;

	(void)state;
	folder_make(&f);
	s = fixture_open(&f);
	assert_int_equal(s->user->add(s, &u), 0);
	s = sqlite_store_close(s);
	for (int round = 0; round < ROUNDS; round++) {
		int64_t last = one_round(&f, next, u.id);
		struct booking got;

		s = fixture_open(&f);
		for (int64_t id = next; id <= last; id++, acknowledged++)
			assert_int_equal(s->meeting->get(s, id, &got), 0);
		/* One more may be there: committed, not yet acknowledged. */
		next = last + 2;
		assert_int_equal(s->meeting->get(s, next, &got), STORE_E_NONE);
		s = sqlite_store_close(s);
	}
	print_message("%ld bookings were acknowledged in %d rounds\n", (long)acknowledged,
		ROUNDS);
	assert_true(acknowledged > ROUNDS / 2);
	folder_remove(&f);
}

/* Books until the disk is full; how many were acknowledged. */
static int64_t fill(struct store *s, int64_t owner, int *ret_fault)
{
	static uint8_t big[LIMIT_RECORD_BLOB];

	for (int64_t id = 1;; id++) {
		struct booking b = fixture_booking(id, owner);
		int r = s->batch->begin(s);

		if (r == 0)
			r = s->meeting->insert(s, &b);
		if (r == 0)
			r = s->record->live_put(s, id, 0, bytes_of(big, sizeof(big)));
		if (r == 0)
			r = s->batch->commit(s);
		if (r != 0) {
			s->batch->abandon(s);
			*ret_fault = r;
			return id - 1;
		}
	}
}

static void a_full_disk_is_told_and_loses_nothing(void **state)
{
	struct user u = fixture_user("owner");
	struct booking got;
	struct folder f;
	struct store *s;
	int64_t stored;
	int fault = 0;

	(void)state;
	folder_make(&f);
	if (mount("tmpfs", f.path, "tmpfs", 0, "size=2m") < 0) {
		folder_remove(&f);
		print_message("needs the right to mount: skipped\n");
		skip();
	}
	s = fixture_open(&f);
	assert_int_equal(s->user->add(s, &u), 0);
	stored = fill(s, u.id, &fault);
	assert_int_equal(fault, -ENOSPC);
	assert_non_null(strstr(store_fault_sentence(fault), "full"));
	assert_true(stored > 3);
	/* What is there can still be read, in this run and the next. */
	assert_int_equal(s->meeting->get(s, stored, &got), 0);
	assert_int_equal(s->batch->begin(s), 0);
	assert_int_equal(s->meeting->get(s, 1, &got), 0);
	s->batch->abandon(s);
	s = sqlite_store_close(s);
	s = fixture_open(&f);
	for (int64_t id = 1; id <= stored; id++)
		assert_int_equal(s->meeting->get(s, id, &got), 0);
	assert_int_equal(s->meeting->get(s, stored + 1, &got), STORE_E_NONE);
	s = sqlite_store_close(s);
	assert_int_equal(umount(f.path), 0);
	folder_remove(&f);
}

static void a_folder_that_cannot_be_written_is_told(void **state)
{
	struct folder f;
	struct store *s;
	struct sqlite_parts parts;
	const char *sentence = "";

	(void)state;
	folder_make(&f);
	parts = (struct sqlite_parts){ .path = in_folder(&f, "samtale.db") };
	if (mount("tmpfs", f.path, "tmpfs", 0, "size=2m") < 0) {
		folder_remove(&f);
		print_message("needs the right to mount: skipped\n");
		skip();
	}
	s = fixture_open(&f);
	s = sqlite_store_close(s);
	assert_int_equal(
		mount("tmpfs", f.path, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_int_equal(sqlite_store_open(&s, &parts, &sentence), -EROFS);
	assert_non_null(strstr(sentence, "cannot be written"));
	assert_int_equal(umount(f.path), 0);
	folder_remove(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kill_9_loses_no_acknowledged_booking),
		cmocka_unit_test(a_full_disk_is_told_and_loses_nothing),
		cmocka_unit_test(a_folder_that_cannot_be_written_is_told),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
