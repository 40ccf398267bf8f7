/* SPDX-License-Identifier: MPL-2.0
 *
 * The verdict over a sealed log: what was found, told one by one, and whether it holds.
 * Needs no secret, changes nothing, and copes with any bytes.
 */
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "verify_inside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRESS_EVERY_MS 100

static const struct {
	bool is_broken;
	const char *sentence;
} findings[FOUND_COUNT] = {
#define FINDING(id, is_broken, sentence) [FOUND_##id] = { is_broken, sentence },
#include "samtale/audit/findings.def"
#undef FINDING
};

const char *verify_sentence(enum verify_kind kind)
{
	return (unsigned)kind < FOUND_COUNT ? findings[kind].sentence : "";
}

/* -- what the parts share ---------------------------------------------------------- */
void verify_found(struct verifying *v, enum verify_kind kind, uint32_t segment,
	uint64_t sequence, int64_t utc_ms)
{
	const struct verify_finding f = { kind, segment, sequence, utc_ms };

	if (findings[kind].is_broken)
		v->is_broken = true;
	else
		v->is_notable = true;
	if (v->parts->found)
		v->parts->found(v->parts->arg, &f);
}

void verify_progress(struct verifying *v, uint64_t more)
{
	int64_t now = clock_boot_ms();

	v->done += more;
	if (!v->parts->progress || now - v->told_ms < PROGRESS_EVERY_MS)
		return;
	v->told_ms = now;
	v->parts->progress(v->parts->arg, v->done, v->done > v->all ? v->done : v->all);
}

int verify_room(void **at, size_t *cap, size_t n, size_t each)
{
	size_t more = *cap > 0 ? *cap * 2 : 64;
	void *grown;

	if (n < *cap)
		return 0;
	grown = reallocarray(*at, more, each);
	if (!grown)
		return fault_here(ENOMEM);
	*at = grown;
	*cap = more;
	return 0;
}

int verify_read(struct verifying *v, int fd, uint64_t from, void *ret, size_t len,
	size_t *ret_len)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n =
			pread(fd, (uint8_t *)ret + got, len - got, (off_t)(from + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			v->sentence = "A file cannot be read to its end: the disk has a "
				      "fault, or the file is none.";
			return VERIFY_E_UNREADABLE;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*ret_len = got;
	return 0;
}

void verify_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = NO_FILE;
}

/* -- the verdict ------------------------------------------------------------------- */
static int open_folder(struct verifying *v)
{
	v->folder = open(v->parts->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (v->folder >= 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		v->sentence = "There is no such folder. Name the folder `audit` in the "
			      "vault's folder, or a copy of it.";
	else
		v->sentence = "The folder cannot be opened. Run it as the user of the "
			      "service, or as root.";
	return VERIFY_E_UNREADABLE;
}

static int look(struct verifying *v)
{
	int r = open_folder(v);

	if (r == 0)
		r = verify_anchors_load(v);
	if (r == 0)
		r = verify_checkpoints(v);
	if (r == 0)
		r = verify_segments_list(v);
	if (r == 0 && v->segment_n == 0 && v->mark_n == 0) {
		v->sentence = "There is no log in this folder.";
		r = VERIFY_E_UNREADABLE;
	}
	if (r == 0)
		r = verify_walk(v);
	if (r == 0)
		verify_anchors_judge(v);
	return r;
}

/* Anchors say nothing about what came after them; what one or two epochs hold is the
 * residue that the design allows. */
static bool is_anchored(const struct verifying *v)
{
	return v->result.anchored_ms > 0 &&
	       v->result.last_ms - v->result.anchored_ms <= 2 * v->epoch_ms;
}

static enum verify_verdict verdict_of(const struct verifying *v)
{
	if (v->is_broken)
		return VERIFY_BROKEN;
	if (v->is_notable)
		return VERIFY_NOTABLE;
	return is_anchored(v) ? VERIFY_OK : VERIFY_UNANCHORED;
}

static void drop(struct verifying *v)
{
	verify_close(&v->folder);
	verify_close(&v->links);
	free(v->marks);
	free(v->anchors);
	free(v->segments);
	free(v->buffer);
}

int verify_log(const struct verify_parts *parts, struct verify_result *ret)
{
	struct verifying v = { .parts = parts, .folder = NO_FILE, .links = NO_FILE };
	int r;

	v.epoch_ms = parts->epoch_ms > 0 ? parts->epoch_ms : LONGEST_EPOCH_MS;
	r = look(&v);
	drop(&v);
	if (r < 0)
		return fault_pass(r);
	v.result.verdict = r == 0 ? verdict_of(&v) : VERIFY_CANNOT;
	v.result.sentence = r == 0 ? NULL : v.sentence;
	*ret = v.result;
	return 0;
}
