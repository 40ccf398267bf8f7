/* SPDX-License-Identifier: MPL-2.0
 *
 * Beginning a segment: a fresh key, sealed to the auditors in the header, and from here
 * on known to nobody else but the ratchet. The file comes into being with its header
 * whole or not at all.
 */
#include "log_inside.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool log_segment_is_over(const struct audit_log *l, int64_t utc_ms)
{
	return l->needs_segment || l->segment_records >= SEGMENT_RECORDS ||
	       utc_ms / MS_DAY != l->segment_day;
}

static int head_make(struct audit_log *l, struct segment_head *h)
{
	h->number = l->span.last + 1;
	h->first = l->size + 1;
	h->utc_ms = clock_utc_ms();
	memcpy(h->log_id, l->log_id, sizeof(h->log_id));
	memcpy(h->chain, l->chain, sizeof(h->chain));
	random_fill(l->keys->fresh.at, KEY_BYTES);
	return shares_make(&l->auditors, &l->keys->fresh, h);
}

static int file_make(struct audit_log *l, struct segment_head *h, bool may_use_reserve,
	struct tail *ret)
{
	uint8_t at[SEGMENT_HEAD_BYTES];
	char name[LOG_NAME_BYTES];
	int r;

	(void)unlinkat(l->folder, LOG_NEW_SEGMENT, 0); /* of an attempt that failed */
	r = tail_open(ret, l->folder, LOG_NEW_SEGMENT);
	if (r < 0)
		return fault_pass(r);
	r = room_make(&l->room, ret, sizeof(at) + LOG_FRAME_BYTES, may_use_reserve);
	segment_head_write(h, at);
	if (r == 0)
		r = tail_append(ret, bytes_of(at, sizeof(at)));
	if (r != 0)
		return r;
	log_segment_name(h->number, name);
	if (renameat(l->folder, LOG_NEW_SEGMENT, l->folder, name) < 0)
		return fault_here(errno);
	/* When this fails the next attempt renames over it. */
	return folder_sync(l->folder);
}

static void take_over(struct audit_log *l, const struct segment_head *h, struct tail *t)
{
	l->span.bytes += l->segment.fd >= 0 ? l->segment.end : 0;
	tail_close(&l->segment);
	l->segment = *t;
	l->segment_day = h->utc_ms / MS_DAY;
	l->segment_records = 0;
	l->needs_segment = false;
	l->span.last = h->number;
	l->span.count++;
	if (l->span.first == 0) {
		l->span.first = h->number;
		l->oldest_ms = h->utc_ms;
	}
	chain_enter(l->chain, h);
	memcpy(l->group_chain, l->chain, sizeof(l->chain));
	l->keys->k = l->keys->fresh;
}

int log_segment_begin(struct audit_log *l, bool may_use_reserve)
{
	struct segment_head h = { 0 };
	struct tail t = TAIL_NULL;
	int r = l->span.last < LOG_NUMBER_MAX ? head_make(l, &h) : fault_here(EOVERFLOW);

	if (r == 0)
		r = file_make(l, &h, may_use_reserve, &t);
	if (r == 0)
		take_over(l, &h, &t);
	else
		tail_close(&t);
	secret_wipe(&l->keys->fresh, sizeof(l->keys->fresh));
	stack_wipe();
	return r;
}
