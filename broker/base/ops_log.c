/* SPDX-License-Identifier: MPL-2.0
 *
 * One event, one line, one write(2). A line that stderr has no room for is dropped and
 * counted, so a stuck reader never holds the loop. An event writes at most
 * LINES_PER_SECOND lines a second; the next line tells how many it swallowed.
 */
#include "samtale/base/ops_log.h"

#include "samtale/base/bytes.h"
#include "samtale/base/clock.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES   1024
#define LINES_PER_SECOND 20

static const struct {
	const char *name;
	enum log_level level;
} events[] = {
#define EVENT(id, level, sentence) { #id, level },
#include "samtale/base/events.def"
#undef EVENT
};
_Static_assert(ARRAY_LEN(events) == EV_COUNT, "one row per event");

static struct {
	int64_t second;
	unsigned lines, swallowed;
} pace[EV_COUNT]; /* under pace_lock */
static pthread_mutex_t pace_lock = PTHREAD_MUTEX_INITIALIZER;

static _Atomic uint64_t counts[EV_COUNT];
static _Atomic uint64_t dropped;
static _Atomic int least_level = LOG_E_INFO;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool to_journal;

/* systemd sets JOURNAL_STREAM to device:inode of the journal's socket; a child whose
 * stderr went elsewhere inherits the variable, hence the comparison. */
static void find_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat st;
	char mine[64];

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return;
	(void)snprintf(mine, sizeof(mine), "%ju:%ju", (uintmax_t)st.st_dev,
		(uintmax_t)st.st_ino);
	to_journal = strcmp(mine, stream) == 0;
}

/* Takes one of this second's lines. False: none left. */
static bool pace_take(enum log_event_id id, unsigned *ret_swallowed)
{
	int64_t second = clock_boot_ms() / MS_SECOND;
	bool taken = true;

	pthread_mutex_lock(&pace_lock);
	if (pace[id].second != second) {
		pace[id].second = second;
		pace[id].lines = 0;
	}
	if (pace[id].lines >= LINES_PER_SECOND) {
		pace[id].swallowed++;
		taken = false;
	} else {
		pace[id].lines++;
		*ret_swallowed = pace[id].swallowed;
		pace[id].swallowed = 0;
	}
	pthread_mutex_unlock(&pace_lock);
	return taken;
}

static const char *level_word(enum log_level level)
{
	switch (level) {
	case LOG_E_ERROR:
		return "error";
	case LOG_E_WARNING:
		return "warning";
	case LOG_E_PROOF:
		return "proof";
	case LOG_E_INFO:
		return "info";
	case LOG_E_DEBUG:
		return "debug";
	}
	return "unknown";
}

static void write_head(struct writer *w, enum log_event_id id)
{
	int64_t now = clock_utc_ms();
	time_t seconds = (time_t)(now / MS_SECOND);
	struct tm tm;
	char stamp[32];

	if (to_journal) {
		write_fmt(w, "<%d>", (int)events[id].level);
	} else if (gmtime_r(&seconds, &tm) &&
		   strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm) > 0) {
		write_fmt(w, "%s.%03dZ ", stamp, (int)(now % MS_SECOND));
	}
	write_fmt(w, "%s %s", level_word(events[id].level), events[id].name);
}

/* What could be neither a name nor a digit of anybody: it begins as a checkpoint does. */
static void write_checkpoint(struct writer *w, const char *line)
{
	static const char begin[] = "samtale-checkpoint 1 ";
	static const char of_it[] = "abcdefghijklmnopqrstuvwxyz0123456789TZ:.- ";

	if (strncmp(line, begin, sizeof(begin) - 1) == 0)
		write_bytes(w, bytes_of(line, strspn(line, of_it)));
	else
		write_str(w, "-");
}

static void write_field(struct writer *w, const struct log_field *f)
{
	int err = (int)(f->number < 0 ? -f->number : f->number);
	const char *name;

	write_fmt(w, " %s=", f->key);
	switch (f->kind) {
	case LOG_COUNT:
		write_fmt(w, "%" PRId64, f->number);
		return;
	case LOG_MS:
		write_fmt(w, "%" PRId64 "ms", f->number);
		return;
	case LOG_ERRNO:
		name = strerrorname_np(err);
		if (name)
			write_str(w, name);
		else
			write_fmt(w, "%d", err);
		return;
	case LOG_WORD:
		write_str(w, f->word ? f->word : "-");
		return;
	case LOG_TAG:
		write_fmt(w, "%08" PRIx64, (uint64_t)f->number);
		return;
	case LOG_CHECKPOINT:
		write_checkpoint(w, f->word);
		return;
	case LOG_END:
		return;
	}
}

/* A pipe or socket that polls writable takes a line of this size at once; O_NONBLOCK is
 * not for us to set, because stderr is shared with whoever started us. */
static bool put_line(struct bytes line)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	ssize_t n;

	if (poll(&out, 1, 0) != 1 || !(out.revents & POLLOUT))
		return false;
	do
		n = write(STDERR_FILENO, line.at, line.len);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)line.len;
}

void log_write(enum log_event_id id, const struct log_field *fields)
{
	char line[LINE_MAX_BYTES];
	struct writer w = writer_of(line, sizeof(line) - 1); /* the newline always fits */
	unsigned swallowed = 0;
	int saved = errno;

	atomic_fetch_add_explicit(&counts[id], 1, memory_order_relaxed);
	if (events[id].level != LOG_E_PROOF &&
		(int)events[id].level >
			atomic_load_explicit(&least_level, memory_order_relaxed))
		return;
	pthread_once(&once, find_journal);
	if (!pace_take(id, &swallowed)) {
		atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
		return;
	}
	write_head(&w, id);
	for (const struct log_field *f = fields; f->kind != LOG_END; f++)
		write_field(&w, f);
	if (swallowed > 0)
		write_fmt(&w, " swallowed=%u", swallowed);
	line[w.len] = '\n';
	if (!put_line(bytes_of(line, w.len + 1)))
		atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
	errno = saved;
}

void log_set_level(enum log_level least)
{
	atomic_store_explicit(&least_level, (int)least, memory_order_relaxed);
}

const char *log_event_name(enum log_event_id id)
{
	return id < EV_COUNT ? events[id].name : "unknown";
}

uint64_t log_event_count(enum log_event_id id)
{
	return atomic_load_explicit(&counts[id], memory_order_relaxed);
}

uint64_t log_dropped(void)
{
	return atomic_load_explicit(&dropped, memory_order_relaxed);
}
