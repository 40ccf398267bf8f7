/* SPDX-License-Identifier: MPL-2.0
 *
 * From a record to the disk. A record is sealed as it is taken and its key forgotten at
 * once; a group counts as a whole or not at all. After a write that failed the segment is
 * given up: what was written may still lie there, and its keys must not be used twice.
 */
#include "log_inside.h"

#include "samtale/audit/audit.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <assert.h>
#include <errno.h>

/* -- taking ------------------------------------------------------------------------ */
static void fill(const struct audit_log *l, struct record *r)
{
	r->utc_ms = clock_utc_ms();
	r->boot_ms = clock_boot_ms();
	r->node = l->node;
	memcpy(r->boot_id, l->boot_id, sizeof(r->boot_id));
}

static void seal(struct audit_log *l, const struct record *r)
{
	uint8_t *frame = l->group + l->group_n * LOG_FRAME_BYTES;
	struct log_place at = { .segment = l->span.last, .sequence = audit_log_next(l) };
	wiped_buf(plain, RECORD_BYTES);

	memcpy(at.log_id, l->log_id, sizeof(at.log_id));
	memcpy(at.chain, l->group_chain, sizeof(at.chain));
	record_write(r, plain);
	ratchet_step(&l->keys->k, &l->keys->rk);
	log_frame_write(&l->keys->rk, &at, plain, frame);
	secret_wipe(&l->keys->rk, sizeof(l->keys->rk));
	chain_next(l->group_chain, frame);
	l->group_n++;
	l->segment_records++;
}

/* Into the group, up to `most` records in it. */
static int take(struct audit_log *l, struct record *r, bool may_use_reserve, size_t most)
{
	int done;

	if (l->group_n >= most)
		return -EAGAIN;
	fill(l, r);
	if (log_segment_is_over(l, r->utc_ms)) {
		if (l->group_n > 0)
			return -EAGAIN; /* it belongs to the segment before */
		done = tail_settle(&l->segment);
		if (done == 0)
			done = log_segment_begin(l, may_use_reserve);
		if (done != 0)
			return done < 0 ? fault_pass(done) : AUDIT_LOG_E_FULL;
	}
	done = room_make(&l->room, &l->segment, (l->group_n + 1) * LOG_FRAME_BYTES,
		may_use_reserve);
	if (done != 0)
		return done < 0 ? fault_pass(done) : AUDIT_LOG_E_FULL;
	seal(l, r);
	stack_wipe();
	return 0;
}

int audit_log_put(struct audit_log *l, struct record *r, bool may_use_reserve)
{
	return take(l, r, may_use_reserve, LOG_GROUP_MAX);
}

int log_note(struct audit_log *l, unsigned what, uint32_t value, uint32_t subject)
{
	struct record r = { .event = (uint16_t)what,
		.outcome = AUDIT_DONE,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.role = AUDIT_SYSTEM,
		.source = RECORD_VAULT,
		.value = value,
		.subject = subject };

	return take(l, &r, true, LOG_GROUP_ROOM);
}

/* -- writing ----------------------------------------------------------------------- */
static void group_drop(struct audit_log *l)
{
	l->segment_records -= (uint32_t)l->group_n;
	l->group_n = 0;
	l->needs_segment = true;
	secret_wipe(&l->keys->k, sizeof(l->keys->k));
}

int log_group_write(struct audit_log *l)
{
	size_t len = l->group_n * LOG_FRAME_BYTES;
	int r;

	if (l->group_n == 0)
		return 0;
	r = tail_append(&l->segment, bytes_of(l->group, len));
	if (r != 0) {
		group_drop(l);
		return r < 0 ? fault_pass(r) : AUDIT_LOG_E_FULL;
	}
	l->size += l->group_n;
	l->group_n = 0;
	memcpy(l->chain, l->group_chain, sizeof(l->chain));
	memcpy(l->mark_chain, l->chain, sizeof(l->chain));
	return 0;
}

/* -- the clock --------------------------------------------------------------------- */
static uint32_t seconds_of(int64_t ms)
{
	int64_t s = ms / MS_SECOND;

	return s < (int64_t)AUDIT_COUNT ? (uint32_t)s : AUDIT_COUNT;
}

void log_clock_look(struct audit_log *l)
{
	int64_t offset = clock_utc_ms() - clock_boot_ms();
	int64_t step = offset - l->clock_offset_ms;
	bool is_back = step < 0;

	assert(l->group_n == 0);
	if (is_back)
		step = -step;
	if (step > LOG_STEP_MS) {
		if (log_note(l, AUDIT_LOG_CLOCK, seconds_of(step), is_back) != 0 ||
			log_group_write(l) != 0)
			return; /* seen again at the next look */
		l->is_urgent = true;
	}
	l->clock_offset_ms = offset;
}

int audit_log_commit(struct audit_log *l, bool is_urgent)
{
	int r = log_group_write(l);

	if (r != 0)
		return r;
	l->is_urgent |= is_urgent;
	/* The records are durable: what fails from here on is tried again by tick(). */
	log_clock_look(l);
	log_mark_when_due(l);
	return 0;
}
