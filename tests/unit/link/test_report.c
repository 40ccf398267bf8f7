/* SPDX-License-Identifier: MPL-2.0
 *
 * Both ends of the socket between parent and child, in one process.
 */
#include "samtale/link/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static enum report_kind kind; /* of the link taken last */

struct both {
	int parent, child; /* ends */
};

static int make_both(void **state)
{
	static struct both b;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	b = (struct both){ pair[0], pair[1] };
	*state = &b;
	return 0;
}

static int drop_both(void **state)
{
	struct both *b = *state;

	if (b->parent >= 0)
		(void)close(b->parent);
	(void)close(b->child);
	return 0;
}

static int a_link(int *ret_other)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	*ret_other = pair[1];
	return pair[0];
}

static void a_report_arrives_as_one_frame(void **state)
{
	struct both *b = *state;
	struct frame_stream *s = NULL;
	struct frame f;
	uint8_t *at;
	size_t room;
	ssize_t n;

	report_send(b->child, REPORT_READY, "https://localhost:8443");
	report_send(b->child, REPORT_BEAT, "");
	assert_int_equal(frame_stream_new(&s), 0);
	assert_int_equal(frame_stream_room(s, &at, &room), 0);
	n = read(b->parent, at, room);
	assert_true(n > 0);
	frame_stream_added(s, (size_t)n);
	assert_int_equal(frame_stream_next(s, &f), 0);
	assert_int_equal(f.kind, REPORT_READY);
	assert_true(bytes_equal_str(f.body, "https://localhost:8443"));
	assert_int_equal(frame_stream_next(s, &f), 0);
	assert_int_equal(f.kind, REPORT_BEAT);
	(void)frame_stream_free(s);
}

static void a_parent_that_does_not_read_costs_no_time(void **state)
{
	struct both *b = *state;

	for (int i = 0; i < 100000; i++) /* far more than the socket takes */
		report_send(b->child, REPORT_BEAT, "");
}

static void a_link_can_be_used_by_the_child(void **state)
{
	struct both *b = *state;
	int other, mine = a_link(&other), taken = -1;
	char c = 0;

	assert_int_equal(report_give_link(b->parent, REPORT_PHONE_LINK, mine), 0);
	(void)close(mine); /* the child's copy lives on */
	assert_int_equal(report_take_link(b->child, &kind, &taken), 0);
	assert_int_not_equal(fcntl(taken, F_GETFD) & FD_CLOEXEC, 0);
	assert_int_not_equal(fcntl(taken, F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(write(other, "x", 1), 1);
	assert_int_equal(read(taken, &c, 1), 1);
	assert_int_equal(c, 'x');
	(void)close(taken);
	assert_int_equal(read(other, &c, 1), 0); /* no copy was left open anywhere */
	(void)close(other);
}

static void two_links_are_taken_one_after_the_other(void **state)
{
	struct both *b = *state;
	int other[2], first = -1, second = -1;

	for (int i = 0; i < 2; i++) {
		int mine = a_link(&other[i]);

		assert_int_equal(report_give_link(b->parent, REPORT_PHONE_LINK, mine), 0);
		(void)close(mine);
	}
	assert_int_equal(report_take_link(b->child, &kind, &first), 0);
	assert_int_equal(report_take_link(b->child, &kind, &second), 0);
	assert_int_equal(report_take_link(b->child, &kind, &second), REPORT_E_AGAIN);
	assert_int_equal(write(other[0], "1", 1), 1);
	assert_int_equal(read(second, &(char){ 0 }, 1), -1);
	assert_int_equal(read(first, &(char){ 0 }, 1), 1);
	for (int i = 0; i < 2; i++)
		(void)close(other[i]);
	(void)close(first);
	(void)close(second);
}

static void the_two_kinds_of_links_are_told_apart(void **state)
{
	static const enum report_kind kinds[] = { REPORT_VAULT_LINK, REPORT_PHONE_LINK };
	struct both *b = *state;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int other, mine = a_link(&other), taken = -1;

		assert_int_equal(report_give_link(b->parent, kinds[i], mine), 0);
		assert_int_equal(report_take_link(b->child, &kind, &taken), 0);
		assert_int_equal(kind, kinds[i]);
		(void)close(mine);
		(void)close(taken);
		(void)close(other);
	}
}

static void give_two_at_once(int fd, const int fds[2])
{
	uint8_t buf[FRAME_HEAD];
	struct writer w = writer_of(buf, sizeof(buf));
	struct iovec body = { buf, sizeof(buf) };
	union {
		struct cmsghdr head;
		uint8_t at[CMSG_SPACE(2 * sizeof(int))];
	} room = { 0 };
	struct msghdr m = { .msg_iov = &body,
		.msg_iovlen = 1,
		.msg_control = room.at,
		.msg_controllen = sizeof(room.at) };

	frame_write(&w, &(struct frame){ .kind = REPORT_PHONE_LINK });
	room.head.cmsg_level = SOL_SOCKET;
	room.head.cmsg_type = SCM_RIGHTS;
	room.head.cmsg_len = CMSG_LEN(2 * sizeof(int));
	memcpy(CMSG_DATA(&room.head), fds, 2 * sizeof(int));
	assert_int_equal(sendmsg(fd, &m, 0), FRAME_HEAD);
}

static void of_two_that_come_together_one_is_kept_and_none_left_open(void **state)
{
	struct both *b = *state;
	int other[2], mine[2], taken = -1;
	char c;

	for (int i = 0; i < 2; i++)
		mine[i] = a_link(&other[i]);
	give_two_at_once(b->parent, mine);
	for (int i = 0; i < 2; i++)
		(void)close(mine[i]);
	assert_int_equal(report_take_link(b->child, &kind, &taken), 0);
	assert_int_equal(write(other[0], "x", 1), 1);
	assert_int_equal(read(taken, &c, 1), 1);
	assert_int_equal(recv(other[1], &c, 1, MSG_DONTWAIT), 0);
	(void)close(taken);
	for (int i = 0; i < 2; i++)
		(void)close(other[i]);
}

static void nothing_there_and_nobody_there_are_told_apart(void **state)
{
	struct both *b = *state;
	int fd = -7;

	assert_int_equal(report_take_link(b->child, &kind, &fd), REPORT_E_AGAIN);
	(void)close(b->parent);
	b->parent = -1;
	assert_int_equal(report_take_link(b->child, &kind, &fd), REPORT_E_GONE);
	assert_int_equal(fd, -7);
}

static void what_is_no_link_is_a_fault_and_leaves_nothing_open(void **state)
{
	struct both *b = *state;
	int other, mine = a_link(&other), fd = -7;

	report_send(b->parent, REPORT_BEAT, ""); /* no descriptor */
	assert_true(report_take_link(b->child, &kind, &fd) < 0);
	assert_int_equal(report_give_link(b->parent, REPORT_BEAT, mine), 0);
	assert_true(report_take_link(b->child, &kind, &fd) < 0); /* of no kind */
	assert_int_equal(report_give_link(b->parent, REPORT_PHONE_LINK, mine), 0);
	assert_int_equal(report_take_link(b->child, &kind, &fd), 0);
	(void)close(fd);
	(void)close(mine);
	(void)close(other);
}

static void a_child_that_is_gone_is_a_fault(void **state)
{
	struct both *b = *state;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	(void)close(pair[1]);
	assert_true(report_give_link(pair[0], REPORT_PHONE_LINK, b->child) < 0);
	(void)close(pair[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, make_both, drop_both)
		CASE(a_report_arrives_as_one_frame),
		CASE(a_parent_that_does_not_read_costs_no_time),
		CASE(a_link_can_be_used_by_the_child),
		CASE(two_links_are_taken_one_after_the_other),
		CASE(the_two_kinds_of_links_are_told_apart),
		CASE(of_two_that_come_together_one_is_kept_and_none_left_open),
		CASE(nothing_there_and_nobody_there_are_told_apart),
		CASE(what_is_no_link_is_a_fault_and_leaves_nothing_open),
		CASE(a_child_that_is_gone_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
