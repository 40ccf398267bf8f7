/* SPDX-License-Identifier: MPL-2.0
 *
 * How the log stands, from what anybody may read of it: headers, sizes, the last
 * checkpoint. The broker need not run, and no key is touched.
 */
#include "audit_inner.h"
#include "json_text.h"
#include "rows.h"

#include "samtale/audit/log.h"
#include "samtale/base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define TAIL_BYTES 4096 /* of `checkpoints`: the last line is whole in it */

struct state {
	struct auditor_set auditors;
	bool has_auditors, has_checkpoint;
	struct checkpoint last;
	uint64_t segments, bytes, after; /* after: records since the checkpoint */
	int64_t oldest_ms;
	uint32_t newest;
	uint64_t reserve, room;
};

/* -- looking --------------------------------------------------------------------- */
static bool path_in(const struct place *p, const char *name, char ret[PLACE_PATH_MAX])
{
	return snprintf(ret, PLACE_PATH_MAX, "%s/%s", p->audit, name) < PLACE_PATH_MAX;
}

static ssize_t read_at(const char *path, off_t from_end, void *ret, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	off_t at = from_end && size > from_end ? size - from_end : 0;
	ssize_t n = size < 0 ? -1 : pread(fd, ret, cap, at);

	if (fd >= 0)
		(void)close(fd);
	return n;
}

static void look_at_checkpoint(const struct place *p, struct state *s)
{
	uint8_t tail[TAIL_BYTES];
	char path[PLACE_PATH_MAX];
	ssize_t n = path_in(p, "checkpoints", path)
			    ? read_at(path, TAIL_BYTES, tail, sizeof(tail))
			    : -1;
	const uint8_t *end, *begin;

	end = n > 0 ? memrchr(tail, '\n', (size_t)n) : NULL;
	if (!end)
		return;
	begin = memrchr(tail, '\n', (size_t)(end - tail));
	begin = begin ? begin + 1 : tail;
	s->has_checkpoint =
		checkpoint_read(bytes_of(begin, (size_t)(end - begin)), &s->last) == 0;
}

static void look_at_segment(const struct place *p, const char *name, struct state *s)
{
	uint8_t head[SEGMENT_HEAD_BYTES];
	struct segment_head h;
	char path[PLACE_PATH_MAX];
	struct stat st;
	uint64_t records;

	if (!path_in(p, name, path) || stat(path, &st) != 0)
		return;
	s->segments++;
	s->bytes += (uint64_t)st.st_size;
	if (read_at(path, 0, head, sizeof(head)) != (ssize_t)sizeof(head) ||
		segment_head_read(head, &h) != 0)
		return;
	if (s->oldest_ms == 0 || h.utc_ms < s->oldest_ms)
		s->oldest_ms = h.utc_ms;
	if (h.number < s->newest)
		return;
	s->newest = h.number;
	records = ((uint64_t)st.st_size - sizeof(head)) / LOG_FRAME_BYTES;
	s->after = h.first + records - 1;
}

static bool is_segment(const char *name)
{
	return strlen(name) == 12 && strspn(name, "0123456789") == 8 &&
	       strcmp(name + 8, ".seg") == 0;
}

static int look(struct phrase_call *c, struct state *s)
{
	const struct place *p = c->place;
	DIR *d = opendir(p->audit);
	char path[PLACE_PATH_MAX];
	const struct dirent *e;
	struct statvfs room;
	struct stat st;

	if (!d)
		return phrase_fail(c, "There is no log at %s: %s.%s", p->audit,
			strerror(errno),
			errno == ENOENT ? " `samtale init` makes it." : "");
	while ((e = readdir(d)))
		if (is_segment(e->d_name))
			look_at_segment(p, e->d_name, s);
	(void)closedir(d);
	look_at_checkpoint(p, s);
	s->has_auditors = auditor_set_load(p->auditors, &s->auditors) == 0;
	if (path_in(p, "reserve", path) && stat(path, &st) == 0)
		s->reserve = (uint64_t)st.st_size;
	if (statvfs(p->audit, &room) == 0)
		s->room = (uint64_t)room.f_bavail * room.f_frsize;
	if (s->has_checkpoint)
		s->after = s->after > s->last.size ? s->after - s->last.size : 0;
	return 0;
}

/* -- saying ---------------------------------------------------------------------- */
static void print_auditors(FILE *out, const struct state *s, bool json)
{
	if (json)
		(void)fputs("\"auditors\":[", out);
	for (size_t i = 0; i < s->auditors.n; i++) {
		if (json) {
			(void)fputs(i ? "," : "", out);
			json_text_put(out, s->auditors.of[i].name);
		} else {
			(void)fprintf(out, "%s%s", i ? ", " : "", s->auditors.of[i].name);
		}
	}
	(void)fputs(json ? "]" : "\n", out);
}

static void print_json(struct phrase_call *c, const struct state *s)
{
	char when[WHEN_TEXT] = "", oldest[WHEN_TEXT] = "";

	if (s->has_checkpoint)
		when_utc(s->last.utc_ms, when);
	if (s->oldest_ms)
		when_utc(s->oldest_ms, oldest);
	(void)fprintf(c->out,
		"{\"records\":%" PRIu64 ",\"since_checkpoint\":%" PRIu64
		",\"checkpoint\":\"%s\",\"epoch\":%" PRIu64 ",\"dropped\":%" PRIu64
		",\"segments\":%" PRIu64 ",\"oldest\":\"%s\",\"bytes\":%" PRIu64
		",\"reserve\":%" PRIu64 ",\"free\":%" PRIu64 ",\"anchored_off_host\":%s,"
		"\"development\":%s,",
		s->last.size + s->after, s->after, when, s->last.epoch, s->last.dropped,
		s->segments, oldest, s->bytes, s->reserve, s->room,
		c->place->settings.audit_syslog[0] ? "true" : "false",
		auditor_set_is_development(&s->auditors) ? "true" : "false");
	print_auditors(c->out, s, true);
	(void)fputs("}\n", c->out);
}

static void print_lines(struct phrase_call *c, const struct state *s)
{
	char when[WHEN_TEXT] = "never", oldest[WHEN_TEXT] = "-";
	const char *syslog = c->place->settings.audit_syslog;

	if (s->has_checkpoint)
		when_second(s->last.utc_ms, when);
	if (s->oldest_ms)
		when_second(s->oldest_ms, oldest);
	(void)fprintf(c->out,
		"records          %" PRIu64 ", %" PRIu64 " since the last checkpoint\n"
		"checkpoint       %s, epoch %" PRIu64 "\n"
		"dropped events   %" PRIu64 "\n"
		"segments         %" PRIu64 " since %s, %" PRIu64 " KiB\n"
		"reserve          %" PRIu64 " MiB of %d\n"
		"free             %" PRIu64 " MiB\n"
		"anchors          journal%s%s\n"
		"auditors         ",
		s->last.size + s->after, s->after, when, s->last.epoch, s->last.dropped,
		s->segments, oldest, s->bytes >> 10, s->reserve >> 20,
		LOG_RESERVE_BYTES >> 20, s->room >> 20, *syslog ? ", " : "",
		*syslog ? syslog : ", nothing off this host: set audit.syslog");
	print_auditors(c->out, s, false);
	if (s->has_auditors)
		(void)fprintf(c->out, "%s\n", audit_scheme_sentence(&s->auditors));
}

int run_audit_status(struct phrase_call *c)
{
	struct state s = { 0 };
	int r = look(c, &s);

	if (r == 0)
		(phrase_value(&c->words, "json") ? print_json : print_lines)(c, &s);
	return r;
}
