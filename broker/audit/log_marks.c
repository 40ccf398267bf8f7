/* SPDX-License-Identifier: MPL-2.0
 *
 * Checkpoints: each signed by a key that the one before announced and that is wiped as
 * soon as the line is durable, so whoever takes the host later cannot sign the past anew.
 */
#include "log_inside.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <assert.h>

#define URGENT_EVERY_MS MS_SECOND
#define RETRY_MS        MS_SECOND

static void mark_fill(
	struct audit_log *l, enum checkpoint_kind kind, struct checkpoint *ret)
{
	*ret = (struct checkpoint){ .kind = kind,
		.size = l->size,
		.epoch = l->epoch,
		.utc_ms = clock_utc_ms(),
		.boot_ms = clock_boot_ms(),
		.dropped = l->dropped };
	memcpy(ret->log_id, l->log_id, sizeof(ret->log_id));
	memcpy(ret->chain, l->mark_chain, sizeof(ret->chain));
	memcpy(ret->boot_id, l->boot_id, sizeof(ret->boot_id));
	if (kind != CHECKPOINT_END) {
		random_fill(l->keys->next_seal.at, KEY_BYTES);
		sign_public(&l->keys->next_seal, ret->next);
	}
}

static int mark_write(struct audit_log *l, const char *line)
{
	char text[CHECKPOINT_LINE_MAX + 1];
	struct writer w = writer_of(text, sizeof(text));
	int r;

	write_str(&w, line);
	write_u8(&w, '\n');
	assert(writer_ok(&w));
	r = room_make(&l->room, &l->marks, w.len, true);
	return r == 0 ? tail_append(&l->marks, writer_bytes(&w)) : r;
}

int log_mark(struct audit_log *l, enum checkpoint_kind kind)
{
	struct checkpoint c;
	char line[CHECKPOINT_LINE_MAX];
	int r;

	mark_fill(l, kind, &c);
	checkpoint_write(
		&c, checkpoint_is_start(kind) ? l->signing : &l->keys->seal, line);
	r = mark_write(l, line);
	if (r == 0) {
		l->keys->seal = l->keys->next_seal;
		l->epoch++;
		l->mark = c;
		l->is_urgent = false;
		l->mark_boot_ms = c.boot_ms;
		memcpy(l->mark_line, line, sizeof(line));
	}
	secret_wipe(&l->keys->next_seal, sizeof(l->keys->next_seal));
	stack_wipe();
	if (r == 0 && l->anchor)
		l->anchor(l->arg, line);
	return r;
}

int64_t log_mark_due_ms(const struct audit_log *l)
{
	int64_t due = l->mark_boot_ms + l->epoch_ms;

	if (l->is_urgent && due > l->mark_boot_ms + URGENT_EVERY_MS)
		due = l->mark_boot_ms + URGENT_EVERY_MS;
	return due > l->retry_boot_ms ? due : l->retry_boot_ms;
}

void log_mark_when_due(struct audit_log *l)
{
	int64_t now = clock_boot_ms();

	if (now >= log_mark_due_ms(l) && log_mark(l, CHECKPOINT_EPOCH) != 0)
		l->retry_boot_ms = now + RETRY_MS;
}
