/* SPDX-License-Identifier: MPL-2.0
 *
 * The vault's ends of its links, with a custody that answers everything with the
 * question's id and finds kind 200 to be none of its language.
 */
#include "../../../broker/daemon/vault_links.h"

#include "samtale/link/vault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define NONSENSE  200
#define GROUP_MAX 3

/* -- the custody --------------------------------------------------------------------- */
static struct {
	unsigned link;
	uint32_t id;
} group[GROUP_MAX];
static size_t in_group, commits, answer_bytes;

int custody_ask(struct custody *c, unsigned link, const struct frame *question)
{
	(void)c;
	if (question->kind == NONSENSE)
		return CUSTODY_E_BAD;
	if (in_group == GROUP_MAX)
		return CUSTODY_E_LATER;
	group[in_group].link = link;
	group[in_group++].id = question->id;
	return 0;
}

int custody_settle(struct custody *c,
	void (*answer)(void *arg, unsigned link, struct bytes frames), void *arg)
{
	static uint8_t buf[200 * 1024], body[200 * 1024 - 16];

	(void)c;
	commits += in_group > 0;
	for (size_t i = 0; i < in_group; i++) {
		struct writer w = writer_of(buf, sizeof(buf));

		frame_write(&w, &(struct frame){ .kind = VAULT_ANSWER,
					.id = group[i].id,
					.body = bytes_of(body, answer_bytes) });
		assert_true(writer_ok(&w));
		answer(arg, group[i].link, writer_bytes(&w));
	}
	in_group = 0;
	return 0;
}

/* -- around -------------------------------------------------------------------------- */
static struct vault_links *links;
static int theirs[VAULT_LINKS_MAX + 1];

static int make(void **state)
{
	(void)state;
	in_group = commits = answer_bytes = 0;
	return vault_links_new(&links, NULL);
}

static int drop(void **state)
{
	(void)state;
	links = vault_links_free(links);
	for (size_t i = 0; i < ARRAY_LEN(theirs); i++)
		if (theirs[i] > 0)
			(void)close(theirs[i]);
	memset(theirs, 0, sizeof(theirs));
	return 0;
}

static void open_link(size_t i, const char *newest)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	theirs[i] = pair[1];
	vault_links_take(links, pair[0], newest);
}

static void ask(size_t i, uint8_t kind, uint32_t id)
{
	uint8_t buf[64];
	struct writer w = writer_of(buf, sizeof(buf));

	frame_write(&w, &(struct frame){ .kind = kind, .id = id });
	assert_int_equal(send(theirs[i], w.at, w.len, MSG_NOSIGNAL), w.len);
}

/* Returns how many links were dropped. */
static unsigned serve(void)
{
	struct pollfd fds[VAULT_LINKS_MAX];
	unsigned dropped = 0;

	vault_links_watch(links, fds);
	(void)poll(fds, VAULT_LINKS_MAX, 0);
	assert_int_equal(vault_links_serve(links, fds, &dropped), 0);
	return dropped;
}

/* The id of the next answer; 0: none is there; -1: the link is closed. */
static int64_t answered(size_t i)
{
	uint8_t head[FRAME_HEAD];
	ssize_t n = recv(theirs[i], head, sizeof(head), 0);

	if (n <= 0)
		return n == 0 ? -1 : 0;
	assert_int_equal(n, FRAME_HEAD);
	return head[8];
}

/* -- stories ------------------------------------------------------------------------- */
static void who_asked_is_answered_and_all_share_one_commit(void **state)
{
	(void)state;
	open_link(0, "");
	open_link(1, "");
	ask(0, VAULT_ASK_STATE, 1);
	ask(0, VAULT_ASK_STATE, 2);
	ask(1, VAULT_ASK_STATE, 3);
	assert_int_equal(serve(), 0);
	assert_int_equal(commits, 1);
	assert_int_equal(answered(0), 1);
	assert_int_equal(answered(0), 2);
	assert_int_equal(answered(0), 0);
	assert_int_equal(answered(1), 3);
}

static void a_full_group_is_settled_and_the_rest_asked_again(void **state)
{
	(void)state;
	open_link(0, "");
	for (uint32_t id = 1; id <= 2 * GROUP_MAX + 1; id++)
		ask(0, VAULT_ASK_STATE, id);
	assert_int_equal(serve(), 0);
	assert_int_equal(commits, 3);
	for (uint32_t id = 1; id <= 2 * GROUP_MAX + 1; id++)
		assert_int_equal(answered(0), id);
}

static void another_language_costs_that_link_alone(void **state)
{
	(void)state;
	open_link(0, "");
	open_link(1, "");
	ask(0, NONSENSE, 1);
	ask(1, VAULT_ASK_STATE, 2);
	assert_int_equal(serve(), 1);
	assert_int_equal(answered(0), -1);
	assert_int_equal(answered(1), 2);
	assert_int_equal(send(theirs[1], "\xff\xff\xff\xff", 4, 0), 4); /* no frame */
	assert_int_equal(serve(), 1);
	assert_int_equal(vault_links_count(links), 0);
}

static void who_takes_no_answers_is_closed_and_holds_nobody_up(void **state)
{
	unsigned dropped = 0;

	(void)state;
	open_link(0, "");
	open_link(1, "");
	answer_bytes = 150 * 1024;
	for (uint32_t id = 1; id <= 20 && dropped == 0; id++) {
		ask(0, VAULT_ASK_STATE, id);
		dropped = serve();
	}
	assert_int_equal(dropped, 1);
	answer_bytes = 0;
	ask(1, VAULT_ASK_STATE, 9);
	assert_int_equal(serve(), 0);
	assert_int_equal(answered(1), 9);
}

static void a_link_that_ends_is_no_complaint(void **state)
{
	(void)state;
	open_link(0, "");
	(void)shutdown(theirs[0], SHUT_RDWR);
	assert_int_equal(serve(), 0);
	assert_int_equal(vault_links_count(links), 0);
}

static void every_link_hears_of_checkpoints_and_a_fresh_one_of_the_newest(void **state)
{
	uint8_t buf[64];

	(void)state;
	open_link(0, "");
	open_link(1, "newest");
	assert_int_equal(recv(theirs[1], buf, sizeof(buf), 0), FRAME_HEAD + 6);
	assert_int_equal(buf[4], VAULT_TELL_ANCHOR);
	vault_links_tell(links, "next");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(recv(theirs[i], buf, sizeof(buf), 0), FRAME_HEAD + 4);
		assert_memory_equal(buf + FRAME_HEAD, "next", 4);
	}
}

static void one_link_too_many_takes_the_place_of_the_oldest(void **state)
{
	(void)state;
	for (size_t i = 0; i <= VAULT_LINKS_MAX; i++)
		open_link(i, "");
	assert_int_equal(vault_links_count(links), VAULT_LINKS_MAX);
	assert_int_equal(answered(0), -1);
	ask(VAULT_LINKS_MAX, VAULT_ASK_STATE, 7);
	assert_int_equal(serve(), 0);
	assert_int_equal(answered(VAULT_LINKS_MAX), 7);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, make, drop)
	const struct CMUnitTest tests[] = {
		CASE(who_asked_is_answered_and_all_share_one_commit),
		CASE(a_full_group_is_settled_and_the_rest_asked_again),
		CASE(another_language_costs_that_link_alone),
		CASE(who_takes_no_answers_is_closed_and_holds_nobody_up),
		CASE(a_link_that_ends_is_no_complaint),
		CASE(every_link_hears_of_checkpoints_and_a_fresh_one_of_the_newest),
		CASE(one_link_too_many_takes_the_place_of_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
