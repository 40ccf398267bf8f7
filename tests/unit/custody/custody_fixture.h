/* SPDX-License-Identifier: MPL-2.0
 *
 * A vault's folder for each test, with one auditor, and questions as the serving process
 * asks them.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inside.h"
#include "samtale/base/clock.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct scene {
	char folder[64], vault[96], node[128];
	struct custody_parts parts;
	struct custody *custody;
	struct custody_error error;
	/* the last answer */
	struct vault_answer answer;
	uint32_t answered; /* its id */
	unsigned answers, link;
	uint8_t frame[LIMIT_FRAME];
	enum vault_frame asked[256]; /* kind by id */
	uint32_t next_id;
};

static inline int scene_unlink(
	const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static inline const char *in_vault(const struct scene *s, const char *name)
{
	static char path[4][160];
	static unsigned next;
	char *at = path[next++ % 4];

	(void)snprintf(at, sizeof(path[0]), "%s/%s", s->vault, name);
	return at;
}

static inline void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

static inline void auditor_line(char ret[160], const char *name, uint8_t fill)
{
	wiped(struct key, secret);
	uint8_t public_key[BOX_PUBLIC];
	int at = snprintf(ret, 160, "samtale-auditor-1 %s ", name);

	memset(secret.at, fill, sizeof(secret.at));
	public_of(&secret, public_key);
	for (size_t i = 0; i < BOX_PUBLIC; i++)
		at += snprintf(ret + at, (size_t)(160 - at), "%02x", public_key[i]);
	(void)snprintf(ret + at, (size_t)(160 - at), "\n");
}

static inline void scene_make(struct scene *s)
{
	char line[160];

	memset(s, 0, sizeof(*s));
	(void)snprintf(s->folder, sizeof(s->folder), "/tmp/samtale-custody-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	(void)snprintf(s->vault, sizeof(s->vault), "%s/vault", s->folder);
	(void)snprintf(s->node, sizeof(s->node), "%s/node.key", s->vault);
	s->parts = (struct custody_parts){ .folder = s->vault,
		.node_key = s->node,
		.epoch_ms = 5 * MS_MINUTE,
		.keep_days = 183,
		.source = RECORD_VAULT };
	if (custody_make(&s->parts, NULL, &s->error) != 0)
		fail_msg("%s", s->error.sentence);
	auditor_line(line, "DEVELOPMENT", 1);
	write_file(in_vault(s, "auditors"), line);
}

static inline void scene_open(struct scene *s)
{
	int r = custody_open(&s->custody, &s->parts, &s->error);

	if (r != 0)
		fail_msg("%d %s", r, s->error.sentence);
}

static inline void scene_remove(struct scene *s)
{
	s->custody = custody_close(s->custody);
	assert_int_equal(nftw(s->folder, scene_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* -- asking ------------------------------------------------------------------------ */
static inline struct frame frame_at(const uint8_t *at, size_t len)
{
	return (struct frame){ at[4],
		(uint32_t)at[5] << 24 | (uint32_t)at[6] << 16 | (uint32_t)at[7] << 8 |
			at[8],
		bytes_of(at + FRAME_HEAD, len - FRAME_HEAD) };
}

static inline int scene_ask(struct scene *s, struct vault_question *q)
{
	uint8_t buf[16384];
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f;

	q->id = s->next_id++;
	s->asked[q->id % 256] = q->kind;
	vault_question_write(&w, q);
	assert_true(writer_ok(&w));
	f = frame_at(buf, w.len);
	return custody_ask(s->custody, 7, &f);
}

static inline void scene_answered(void *arg, unsigned link, struct bytes frames)
{
	struct scene *s = arg;
	struct frame f;

	assert_true(frames.len <= sizeof(s->frame));
	memcpy(s->frame, frames.at, frames.len);
	f = frame_at(s->frame, frames.len);
	assert_int_equal(vault_answer_read(&f, s->asked[f.id % 256], &s->answer), 0);
	s->answered = f.id;
	s->link = link;
	s->answers++;
}

static inline int scene_settle(struct scene *s)
{
	s->answers = 0;
	return custody_settle(s->custody, scene_answered, s);
}

/* One question, one commit; the result. */
static inline enum vault_result scene_say(struct scene *s, struct vault_question *q)
{
	assert_int_equal(scene_ask(s, q), 0);
	(void)scene_settle(s);
	assert_int_equal(s->answers, 1);
	assert_int_equal(s->answered, q->id);
	return s->answer.result;
}

static inline struct vault_question use_of(
	enum vault_frame kind, enum vault_purpose purpose, int64_t actor, int64_t meeting)
{
	struct vault_question q = { .kind = kind,
		.purpose = (uint8_t)purpose,
		.actor = actor,
		.n = 1,
		.which = VAULT_BOTH };

	q.meetings[0] = meeting;
	return q;
}

static inline enum vault_result scene_create(
	struct scene *s, int64_t meeting, const char *case_ref)
{
	struct vault_question q = use_of(VAULT_ASK_CREATE, VAULT_BOOK, 7, meeting);

	q.text = bytes_str(case_ref);
	return scene_say(s, &q);
}

static inline enum vault_result scene_open_keys(
	struct scene *s, enum vault_purpose purpose, int64_t actor, int64_t meeting)
{
	struct vault_question q = use_of(VAULT_ASK_OPEN, purpose, actor, meeting);

	return scene_say(s, &q);
}

static inline struct vault_keys scene_keys(const struct scene *s, uint16_t i)
{
	struct vault_keys k;

	assert_true(i < s->answer.n);
	vault_answer_keys(&s->answer, i, &k);
	return k;
}

static inline void same_keys(const struct vault_keys *a, const struct vault_keys *b)
{
	assert_true(a->meeting == b->meeting && a->has == b->has);
	assert_memory_equal(a->ck, b->ck, sizeof(a->ck));
	assert_memory_equal(a->mk, b->mk, sizeof(a->mk));
}
