/* SPDX-License-Identifier: MPL-2.0
 *
 * One frame between the serving process and the vault, heard from both sides. A question
 * that was read comes out the same when it is written; every row of an answer can be
 * looked at.
 */
#include "samtale/link/vault.h"

#include "fuzz.h"

static void hear_question(const struct frame *f)
{
	static uint8_t buffer[LIMIT_FRAME];
	static struct vault_question q;
	struct writer w = writer_of(buffer, sizeof(buffer));

	if (vault_question_read(f, &q) != 0)
		return;
	PROMISE(q.n <= VAULT_LINK_MEETINGS && q.text.len <= VAULT_LINK_TEXT);
	vault_question_write(&w, &q);
	PROMISE(writer_ok(&w) && w.len == FRAME_HEAD + f->body.len);
	PROMISE(buffer[4] == f->kind);
	PROMISE(memcmp(buffer + FRAME_HEAD, f->body.at, f->body.len) == 0);
}

static void hear_answer(const struct frame *f, enum vault_frame asked)
{
	uint8_t buffer[VAULT_KEYS_BYTES];
	struct vault_answer a;
	struct vault_keys k;

	if (vault_answer_read(f, asked, &a) != 0)
		return;
	PROMISE(a.result < VAULT_RESULT_COUNT && a.n <= VAULT_LINK_MEETINGS);
	PROMISE(memchr(a.state.checkpoint, 0, sizeof(a.state.checkpoint)));
	for (uint16_t i = 0; a.keys.len && i < a.n; i++) {
		struct writer w = writer_of(buffer, sizeof(buffer));

		vault_answer_keys(&a, i, &k);
		vault_keys_write(&w, &k);
		PROMISE(writer_ok(&w));
		PROMISE(memcmp(buffer, a.keys.at + (size_t)i * w.len, w.len) == 0);
	}
	for (uint16_t i = 0; a.ids.len && i < a.n; i++)
		(void)vault_answer_id(&a, i);
}

/* The first byte is the kind, the second what was asked, the rest the body. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct frame f = { 0, 7, BYTES_NULL };
	struct bytes line;

	if (len < 2)
		return 0;
	f.kind = at[0];
	f.body = bytes_of(at + 2, len - 2);
	hear_question(&f);
	if (vault_anchor_read(&f, &line) == 0)
		PROMISE(line.len > 0 && line.len < VAULT_LINK_LINE);
	f.kind = VAULT_ANSWER;
	hear_answer(&f, (enum vault_frame)(at[1] % VAULT_FRAME_COUNT));
	return 0;
}
