/* SPDX-License-Identifier: MPL-2.0
 *
 * The log through a pipe in the place of stderr: form, levels, pace, and that a reader
 * who does not read never holds the writer.
 */
#include "samtale/base/clock.h"
#include "samtale/base/ops_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int pipe_ends[2], real_stderr;

static int with_pipe(void **state)
{
	(void)state;
	real_stderr = dup(STDERR_FILENO);
	if (pipe2(pipe_ends, O_CLOEXEC) < 0 ||
		fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK) < 0)
		return -1;
	log_set_level(LOG_E_DEBUG);
	clock_shift(MS_MINUTE); /* a fresh second for the pace */
	return dup2(pipe_ends[1], STDERR_FILENO) < 0 ? -1 : 0;
}

static int without_pipe(void **state)
{
	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	return 0;
}

static const char *written(void)
{
	static char text[32768];
	ssize_t n = read(pipe_ends[0], text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static unsigned lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void an_event_is_one_line_of_time_level_name_and_fields(void **state)
{
	const char *line;

	(void)state;
	log_event(EV_FAULT, F_COUNT("port", -3), F_MS("took", 12), F_ERRNO(-ENOENT),
		F_WORD("state", "live"), F_TAG("peer", 0xbeef));
	line = written();
	assert_int_equal(lines_of(line), 1);
	assert_int_equal(line[10], 'T');
	assert_int_equal(line[23], 'Z');
	assert_string_equal(line + 25,
		"debug FAULT port=-3 took=12ms error=ENOENT state=live peer=0000beef\n");
}

static void an_event_without_fields_is_a_line_too(void **state)
{
	(void)state;
	log_event(EV_FAULT);
	assert_string_equal(written() + 25, "debug FAULT\n");
}

static void a_less_severe_event_is_counted_and_not_written(void **state)
{
	uint64_t before = log_event_count(EV_FAULT);

	(void)state;
	log_set_level(LOG_E_INFO);
	log_event(EV_FAULT);
	assert_string_equal(written(), "");
	assert_int_equal(log_event_count(EV_FAULT), before + 1);
}

static void a_flood_is_cut_to_twenty_lines_a_second_and_says_so(void **state)
{
	uint64_t before = log_dropped();

	(void)state;
	for (int i = 0; i < 50; i++)
		log_event(EV_FAULT);
	/* a tick of the clock in between lets another twenty pass */
	assert_true(lines_of(written()) + log_dropped() - before == 50);
	assert_true(log_dropped() - before >= 10);
	clock_shift(2 * MS_SECOND);
	log_event(EV_FAULT);
	assert_non_null(strstr(written(), "debug FAULT swallowed="));
}

static void a_reader_who_does_not_read_never_holds_the_writer(void **state)
{
	uint64_t before = log_dropped();
	char filler[4096] = { 0 };

	(void)state;
	assert_int_equal(fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(pipe_ends[1], filler, sizeof(filler)) > 0)
		;
	assert_int_equal(fcntl(pipe_ends[1], F_SETFL, 0), 0); /* blocking, as stderr is */
	log_event(EV_FAULT);
	assert_int_equal(log_dropped(), before + 1);
}

static void a_line_over_its_room_is_cut_and_still_ends(void **state)
{
	static char word[1024];
	const char *text;

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	log_event(EV_FAULT, F_WORD("a", "b"), F_WORD("long", word));
	text = written();
	assert_int_equal(lines_of(text), 1);
	assert_true(strlen(text) <= 512);
	assert_non_null(strstr(text, "debug FAULT a=b"));
}

static void errno_survives_a_line(void **state)
{
	(void)state;
	errno = ECHILD;
	log_event(EV_FAULT);
	assert_int_equal(errno, ECHILD);
}

static const char checkpoint[] = "samtale-checkpoint 1 epoch 0f1e 7 c0ffee 2 "
				 "2026-11-22T13:00:00.000Z ab 99 cd 0 ef";

static void a_checkpoint_is_written_at_every_level_and_whole(void **state)
{
	const char *line;

	(void)state;
	log_set_level(LOG_E_ERROR);
	log_event(EV_AUDIT_CHECKPOINT, F_CHECKPOINT(checkpoint));
	line = written();
	assert_int_equal(strncmp(line + 25, "proof AUDIT_CHECKPOINT line=", 28), 0);
	assert_int_equal(strncmp(line + 53, checkpoint, sizeof(checkpoint) - 1), 0);
	assert_string_equal(line + 53 + sizeof(checkpoint) - 1, "\n");
}

static void what_is_no_checkpoint_does_not_get_through_its_field(void **state)
{
	(void)state;
	log_event(EV_AUDIT_CHECKPOINT, F_CHECKPOINT("Anna Borger"));
	assert_string_equal(written() + 25, "proof AUDIT_CHECKPOINT line=-\n");
	log_event(EV_AUDIT_CHECKPOINT,
		F_CHECKPOINT("samtale-checkpoint 1 ab\nAnna \033[2J"));
	assert_string_equal(
		written() + 25, "proof AUDIT_CHECKPOINT line=samtale-checkpoint 1 ab\n");
}

/* The journal is looked for once in a process, so each case is a child of its own. */
static void write_as_child(const char *suffix)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct stat st;
		char stream[64];

		(void)fstat(STDERR_FILENO, &st);
		(void)snprintf(stream, sizeof(stream), "%ju:%ju%s", (uintmax_t)st.st_dev,
			(uintmax_t)st.st_ino, suffix);
		(void)setenv("JOURNAL_STREAM", stream, 1);
		log_event(EV_FAULT);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void the_journal_gets_a_priority_in_place_of_the_time(void **state)
{
	(void)state;
	write_as_child("");
	assert_string_equal(written(), "<7>debug FAULT\n");
	write_as_child("1"); /* the journal is somebody else's stderr */
	assert_string_equal(written() + 25, "debug FAULT\n");
}

static void names_come_from_the_table(void **state)
{
	(void)state;
	assert_string_equal(log_event_name(EV_FAULT), "FAULT");
	assert_string_equal(log_event_name(EV_COUNT), "unknown");
}

int main(void)
{
#define WITH_PIPE(f) cmocka_unit_test_setup_teardown(f, with_pipe, without_pipe)
	const struct CMUnitTest tests[] = {
		WITH_PIPE(the_journal_gets_a_priority_in_place_of_the_time), /* first */
		WITH_PIPE(an_event_is_one_line_of_time_level_name_and_fields),
		WITH_PIPE(an_event_without_fields_is_a_line_too),
		WITH_PIPE(a_less_severe_event_is_counted_and_not_written),
		WITH_PIPE(a_flood_is_cut_to_twenty_lines_a_second_and_says_so),
		WITH_PIPE(a_reader_who_does_not_read_never_holds_the_writer),
		WITH_PIPE(a_line_over_its_room_is_cut_and_still_ends),
		WITH_PIPE(errno_survives_a_line),
		WITH_PIPE(a_checkpoint_is_written_at_every_level_and_whole),
		WITH_PIPE(what_is_no_checkpoint_does_not_get_through_its_field),
		cmocka_unit_test(names_come_from_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
