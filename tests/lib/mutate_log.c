/* SPDX-License-Identifier: MPL-2.0
 *
 * Random damage to a sealed log; see mutate_log.h.
 */
#include "mutate_log.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#define MUST(holds)                                                                      \
	do {                                                                             \
		if (!(holds))                                                            \
			abort();                                                         \
	} while (0)
#define SLACK    4096
#define EPOCH_MS 300000
#define LINES    "checkpoints"

/* -- folders in memory ------------------------------------------------------------- */
static struct snap_file *snap_find(const struct snap *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->file[i].name, name) == 0)
			return (struct snap_file *)&s->file[i];
	return NULL;
}

static struct snap_file *snap_add(struct snap *s, const char *name, size_t len)
{
	struct snap_file *f = &s->file[s->n++];

	MUST(s->n <= SNAP_FILES);
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	f->at = malloc(len + SLACK);
	f->len = len;
	MUST(f->at);
	return f;
}

static bool is_ours(const char *name)
{
	size_t len = strlen(name);

	return strcmp(name, LINES) == 0 || strcmp(name, "chain") == 0 ||
	       (len == 12 && strcmp(name + 8, ".seg") == 0);
}

static void path_of(const char *folder, const char *name, char ret[512])
{
	MUST(snprintf(ret, 512, "%s/%s", folder, name) < 512);
}

void snap_take(struct snap *s, const char *folder)
{
	DIR *d = opendir(folder);
	char path[512];

	*s = (struct snap){ 0 };
	MUST(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct snap_file *f;
		FILE *in;

		if (!is_ours(e->d_name))
			continue;
		path_of(folder, e->d_name, path);
		in = fopen(path, "rb");
		MUST(in && fseek(in, 0, SEEK_END) == 0);
		f = snap_add(s, e->d_name, (size_t)ftell(in));
		rewind(in);
		MUST(fread(f->at, 1, f->len, in) == f->len && fclose(in) == 0);
	}
	(void)closedir(d);
}

void snap_copy(const struct snap *from, struct snap *ret)
{
	*ret = (struct snap){ 0 };
	for (size_t i = 0; i < from->n; i++) {
		const struct snap_file *f = &from->file[i];

		memcpy(snap_add(ret, f->name, f->len)->at, f->at, f->len);
	}
}

void snap_drop(struct snap *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->file[i].at);
	*s = (struct snap){ 0 };
}

static bool same_file(const struct snap_file *a, const struct snap_file *b)
{
	return a && b && a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

static bool same_snap(const struct snap *a, const struct snap *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!same_file(&a->file[i], snap_find(b, a->file[i].name)))
			return false;
	return a->n == b->n;
}

static void write_file(const struct snap_file *f, const char *path)
{
	FILE *out = fopen(path, "wb");

	MUST(out && fwrite(f->at, 1, f->len, out) == f->len && fclose(out) == 0);
}

void snap_save(const struct snap *s, const char *name, const char *path)
{
	write_file(snap_find(s, name), path);
}

void snap_write(const struct snap *s, const struct snap *there, const char *folder)
{
	char path[512];

	for (size_t i = 0; i < s->n; i++) {
		const struct snap_file *f = &s->file[i];

		if (same_file(f, snap_find(there, f->name)))
			continue;
		path_of(folder, f->name, path);
		write_file(f, path);
	}
	for (size_t i = 0; i < there->n; i++) {
		if (snap_find(s, there->file[i].name))
			continue;
		path_of(folder, there->file[i].name, path);
		MUST(unlink(path) == 0);
	}
}

/* -- the log ----------------------------------------------------------------------- */
static void records(struct mutable_log *m, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		made_record(&m->made, (uint16_t)i, NULL);
}

static void keep_older(struct mutable_log *m)
{
	MUST(m->older_n < SNAP_OLDER);
	snap_take(&m->older[m->older_n], m->made.folder);
	m->older_made[m->older_n] = m->made;
	m->older_made[m->older_n++].segment = NULL;
}

static void epochs(struct mutable_log *m, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		made_wait(&m->made, EPOCH_MS);
		made_checkpoint(&m->made, CHECKPOINT_EPOCH);
		keep_older(m);
	}
}

void mutable_new(struct mutable_log *m, const char *folder)
{
	*m = (struct mutable_log){ 0 };
	made_new(&m->made, folder, 1);
	made_start(&m->made, CHECKPOINT_START);
	keep_older(m);
	records(m, 4);
	epochs(m, 2); /* the second one idle */
	made_segment(&m->made);
	records(m, 5);
	epochs(m, 1);
	records(m, 2); /* then the power failed */
	made_reboot(&m->made);
	made_start(&m->made, CHECKPOINT_UNCLEAN);
	keep_older(m);
	records(m, 3);
	epochs(m, 2);
	made_segment(&m->made);
	records(m, 3);
	epochs(m, 2);
	records(m, 2);
	MUST(fflush(m->made.segment) == 0);
	snap_take(&m->whole, folder);
	made_prune(&m->made, 1);
	snap_take(&m->now, folder);
}

void mutable_drop(struct mutable_log *m)
{
	made_close(&m->made);
	snap_drop(&m->now);
	snap_drop(&m->whole);
	for (size_t i = 0; i < m->older_n; i++)
		snap_drop(&m->older[i]);
}

/* -- dice -------------------------------------------------------------------------- */
uint64_t dice_roll(struct dice *d, uint64_t below)
{
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % below;
}

static struct snap_file *any_file(struct snap *s, struct dice *d)
{
	return &s->file[dice_roll(d, s->n)];
}

static bool is_segment(const struct snap_file *f)
{
	return f->name[0] == '0';
}

static struct snap_file *any_segment(struct snap *s, struct dice *d)
{
	struct snap_file *f;

	do
		f = any_file(s, d);
	while (!is_segment(f));
	return f;
}

static size_t frames_of(const struct snap_file *f)
{
	return (f->len - SEGMENT_HEAD_BYTES) / LOG_FRAME_BYTES;
}

static uint8_t *frame_at(const struct snap_file *f, size_t i)
{
	return f->at + SEGMENT_HEAD_BYTES + i * LOG_FRAME_BYTES;
}

static uint8_t *any_frame(struct snap *s, struct dice *d, struct snap_file **ret)
{
	struct snap_file *f = any_segment(s, d);

	if (ret)
		*ret = f;
	return frame_at(f, dice_roll(d, frames_of(f)));
}

/* -- frames ------------------------------------------------------------------------ */
static void write_be(uint8_t *at, size_t len, uint64_t v)
{
	while (len-- > 0) {
		at[len] = (uint8_t)v;
		v >>= 8;
	}
}

static void make_crc_right(uint8_t *frame)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < LOG_FRAME_BYTES - 4; i++) {
		crc ^= frame[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	write_be(frame + LOG_FRAME_BYTES - 4, 4, ~crc);
}

/* Another frame's sealed part under the number that belongs there, or its number too. */
static void splice(struct snap *s, struct dice *d)
{
	uint8_t *from = any_frame(s, d, NULL), *to = any_frame(s, d, NULL);
	size_t head = dice_roll(d, 2) ? 16 : 0;

	memcpy(to + head, from + head, LOG_FRAME_BYTES - head);
	make_crc_right(to);
}

static void drop_frame(struct snap *s, struct dice *d)
{
	struct snap_file *f;
	uint8_t *at = any_frame(s, d, &f);

	f->len -= LOG_FRAME_BYTES;
	memmove(at, at + LOG_FRAME_BYTES, (size_t)(f->at + f->len - at));
}

static void swap_segments(struct snap *s, struct dice *d)
{
	struct snap_file *a = any_segment(s, d), *b = any_segment(s, d), c = *a;

	a->at = b->at;
	a->len = b->len;
	b->at = c.at;
	b->len = c.len;
}

/* -- lines ------------------------------------------------------------------------- */
/* The line that any byte of the file is in. */
static struct bytes any_line(const struct snap_file *f, struct dice *d)
{
	size_t from = dice_roll(d, f->len), to = from;

	while (from > 0 && f->at[from - 1] != '\n')
		from--;
	while (f->at[to++] != '\n')
		;
	return bytes_of(f->at + from, to - from);
}

static void double_line(struct snap_file *f, struct dice *d)
{
	struct bytes line = any_line(f, d);
	size_t at = (size_t)(line.at - f->at);

	if (dice_roll(d, 2)) { /* right behind itself, or at the end */
		memmove(f->at + at + line.len, f->at + at, f->len - at);
		f->len += line.len;
		return;
	}
	memcpy(f->at + f->len, line.at, line.len);
	f->len += line.len;
}

static void drop_line(struct snap_file *f, struct dice *d)
{
	struct bytes line = any_line(f, d);
	size_t at = (size_t)(line.at - f->at);

	f->len -= line.len;
	memmove(f->at + at, f->at + at + line.len, f->len - at);
}

static bool line_read(struct bytes line, struct checkpoint *ret)
{
	return checkpoint_read(bytes_of(line.at, line.len - 1), ret) == 0;
}

/* Signed by the node's key, which is on the disk, or by the newest epoch's. */
static void turn_back_clock(
	const struct mutable_log *m, struct snap_file *f, struct dice *d)
{
	struct bytes line = any_line(f, d);
	size_t at = (size_t)(line.at - f->at);
	char again[CHECKPOINT_LINE_MAX];
	struct checkpoint c;

	MUST(line_read(line, &c));
	c.utc_ms -= 1 + (int64_t)dice_roll(d, 100000000);
	checkpoint_write(&c, &m->made.epoch_key, again);
	MUST(strlen(again) + 1 == line.len);
	memcpy(f->at + at, again, line.len - 1);
}

static void cut_idle(struct snap_file *f, struct dice *d)
{
	for (uint64_t n = 1 + dice_roll(d, 3); n > 0 && f->len > 1; n--)
		do
			f->len--;
		while (f->len > 0 && f->at[f->len - 1] != '\n');
}

static void add_line(struct snap *s, const char *line)
{
	struct snap_file *f = snap_find(s, LINES);
	size_t len = strlen(line);

	memcpy(f->at + f->len, line, len);
	f->at[f->len + len] = '\n';
	f->len += len + 1;
}

/* -- who holds the host ------------------------------------------------------------ */
/* Headers and chain made right from a segment on. Returns the last record's number. */
static uint64_t make_right(struct snap *s, uint8_t chain[HASH_BYTES])
{
	bool is_first = true;
	uint64_t last = 0;

	for (unsigned number = 1; number < 100; number++) {
		struct snap_file *f;
		struct segment_head h;
		char name[16];

		(void)snprintf(name, sizeof(name), "%08u.seg", number);
		f = snap_find(s, name);
		if (!f)
			continue;
		MUST(segment_head_read(f->at, &h) == 0);
		if (!is_first)
			memcpy(h.chain, chain, HASH_BYTES);
		is_first = false;
		segment_head_write(&h, f->at);
		memcpy(chain, h.chain, HASH_BYTES);
		chain_enter(chain, &h);
		for (size_t i = 0; i < frames_of(f); i++)
			chain_next(chain, frame_at(f, i));
		last = h.first + frames_of(f) - 1;
	}
	return last;
}

/* Changes an old record, makes everything after it right, and signs: a line of its own
 * behind the last one, or the last one again. */
static void reseal(const struct mutable_log *m, struct snap *s, struct dice *d)
{
	uint8_t *frame = any_frame(s, d, NULL);
	struct snap_file *lines = snap_find(s, LINES);
	struct checkpoint c;
	char line[CHECKPOINT_LINE_MAX];
	size_t from;

	frame[16 + dice_roll(d, 272)] ^= (uint8_t)(1 + dice_roll(d, 255));
	make_crc_right(frame);
	for (from = lines->len - 1; from > 0 && lines->at[from - 1] != '\n';)
		from--;
	MUST(line_read(bytes_of(lines->at + from, lines->len - from), &c));
	if (dice_roll(d, 2)) {
		lines->len = from;
	} else {
		c.epoch++;
		c.utc_ms += EPOCH_MS;
		c.boot_ms += EPOCH_MS;
	}
	c.size = make_right(s, c.chain);
	checkpoint_write(&c, &m->made.epoch_key, line);
	add_line(s, line);
}

/* An older copy, brought to life again by the node's own key. */
static void go_on(const struct mutable_log *m, struct snap *s, size_t older)
{
	const struct made_log *made = &m->older_made[older];
	struct segment_head h = { .scheme = SHARE_ONE,
		.number = made->at.segment + 1,
		.first = made->at.sequence,
		.utc_ms = made->utc_ms + EPOCH_MS };
	struct checkpoint c = { .kind = CHECKPOINT_UNCLEAN,
		.size = made->at.sequence,
		.epoch = made->epoch,
		.utc_ms = h.utc_ms,
		.boot_ms = 7000 };
	uint8_t plain[RECORD_BYTES] = { 0 };
	struct log_place at = made->at;
	char name[16], line[CHECKPOINT_LINE_MAX];
	struct snap_file *f;

	(void)snprintf(name, sizeof(name), "%08u.seg", h.number);
	f = snap_add(s, name, SEGMENT_HEAD_BYTES + LOG_FRAME_BYTES);
	memcpy(h.log_id, at.log_id, LOG_ID_BYTES);
	memcpy(h.chain, at.chain, HASH_BYTES);
	segment_head_write(&h, f->at);
	chain_enter(at.chain, &h);
	log_frame_write(&made->k, &at, plain, frame_at(f, 0));
	chain_next(at.chain, frame_at(f, 0));
	memcpy(c.log_id, at.log_id, LOG_ID_BYTES);
	memcpy(c.chain, at.chain, HASH_BYTES);
	checkpoint_write(&c, &made->signing, line);
	add_line(s, line);
}

/* -- one of them ------------------------------------------------------------------- */
static void change(
	const struct mutable_log *m, enum mutation how, struct dice *d, struct snap *s)
{
	struct snap_file *f = any_file(s, d), *lines = snap_find(s, LINES);

	switch (how) {
	case MUTATE_BIT:
		f->at[dice_roll(d, f->len)] ^= (uint8_t)(1 << dice_roll(d, 8));
		break;
	case MUTATE_TRUNCATE:
		f->len = dice_roll(d, f->len);
		break;
	case MUTATE_SWAP:
		swap_segments(s, d);
		break;
	case MUTATE_SPLICE:
		splice(s, d);
		break;
	case MUTATE_DROP_FRAME:
		drop_frame(s, d);
		break;
	case MUTATE_DOUBLE_LINE:
		double_line(lines, d);
		break;
	case MUTATE_DROP_LINE:
		drop_line(lines, d);
		break;
	case MUTATE_CLOCK:
		turn_back_clock(m, lines, d);
		break;
	case MUTATE_CUT_IDLE:
		cut_idle(lines, d);
		break;
	case MUTATE_RESEAL:
		reseal(m, s, d);
		break;
	case MUTATE_DELETE:
		free(f->at);
		*f = s->file[--s->n];
		break;
	case MUTATE_OLDER:
	case MUTATE_GO_ON:
	case MUTATION_COUNT:
		break;
	}
}

bool mutate(
	const struct mutable_log *m, enum mutation how, struct dice *d, struct snap *ret)
{
	size_t older = dice_roll(d, m->older_n);

	if (how == MUTATE_OLDER || how == MUTATE_GO_ON)
		snap_copy(&m->older[older], ret);
	else
		snap_copy(&m->now, ret);
	if (how == MUTATE_GO_ON)
		go_on(m, ret, older);
	change(m, how, d, ret);
	if (!same_snap(&m->now, ret))
		return true;
	snap_drop(ret);
	return false;
}

/* -- what nobody can tell ---------------------------------------------------------- */
/* How many whole lines are the same, and the size that the last of them signs. */
static size_t same_lines(
	const struct snap_file *a, const struct snap_file *b, uint64_t *ret)
{
	size_t lines = 0, from = 0;

	for (size_t i = 0; a && b && i < a->len && i < b->len && a->at[i] == b->at[i];
		i++) {
		struct checkpoint c;

		if (a->at[i] != '\n')
			continue;
		MUST(line_read(bytes_of(a->at + from, i + 1 - from), &c));
		*ret = c.size;
		from = i + 1;
		lines++;
	}
	return lines;
}

/* All of a segment that a checkpoint of that size seals. */
static bool is_same_up_to(
	const struct snap_file *f, const struct snap_file *was, uint64_t size)
{
	struct segment_head h;
	size_t sealed;

	MUST(segment_head_read(was->at, &h) == 0);
	if (h.first > size)
		return true;
	sealed =
		size - h.first + 1 < frames_of(was) ? size - h.first + 1 : frames_of(was);
	sealed = SEGMENT_HEAD_BYTES + sealed * LOG_FRAME_BYTES;
	return f && f->len >= sealed && memcmp(f->at, was->at, sealed) == 0;
}

/* Of a deleted segment only what something stands on: its place, the links at its
 * checkpoints and at its end. The rest proves nothing any more, and nobody looks at it.
 */
static bool is_same_chain(const struct snap_file *f, const struct snap_file *was)
{
	static const size_t used[][2] = { { 0, 24 + 16 }, { 24 + 48, 32 },
		{ 24 + 80, 32 }, { 24 + 80 + 4 * 32, 32 } };

	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		if (!f || f->len < was->len ||
			memcmp(f->at + used[i][0], was->at + used[i][0], used[i][1]) != 0)
			return false;
	return true;
}

bool is_clean_prefix(const struct mutable_log *m, const struct snap *s, bool *ret_is_cut)
{
	const struct snap_file *lines = snap_find(&m->whole, LINES);
	const struct snap_file *chain = snap_find(&m->now, "chain");
	uint64_t size = 0, all = 0;
	size_t kept = same_lines(lines, snap_find(s, LINES), &size);

	*ret_is_cut = kept < same_lines(lines, lines, &all);
	if (kept == 0)
		return false;
	for (size_t i = 0; i < m->whole.n; i++) {
		const struct snap_file *was = &m->whole.file[i];
		const struct snap_file *f = snap_find(s, was->name);

		if (!is_segment(was))
			continue;
		if (!f && strcmp(was->name, "00000001.seg") == 0) {
			if (!is_same_chain(snap_find(s, "chain"), chain))
				return false;
			continue;
		}
		if (!is_same_up_to(f, was, size))
			return false;
	}
	return true;
}
