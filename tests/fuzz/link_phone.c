/* SPDX-License-Identifier: MPL-2.0
 *
 * One message of the telephone gateway. What was read comes out the same when it is
 * written, and the names of its words can be asked for.
 */
#include "samtale/link/phone.h"

#include "fuzz.h"

static void check(const struct frame *f, bool orders)
{
	static uint8_t buffer[LIMIT_FRAME];
	struct writer w = writer_of(buffer, sizeof(buffer));
	struct phone_message m;

	if (phone_message_read(f, orders, &m) != 0)
		return;
	PROMISE(m.text.len <= PHONE_TEXT_MAX && m.more.len <= PHONE_TEXT_MAX);
	phone_message_write(&w, &m);
	PROMISE(writer_ok(&w) && w.len == FRAME_HEAD + f->body.len);
	PROMISE(buffer[4] == f->kind);
	PROMISE(memcmp(buffer + FRAME_HEAD, f->body.at, f->body.len) == 0);
	if (m.kind == PHONE_REPORT_PROGRESS || m.kind == PHONE_REPORT_STANDING)
		PROMISE(phone_progress_name((enum phone_progress)m.word) != NULL);
	if (m.kind == PHONE_REPORT_ENDED)
		PROMISE(phone_cause_name((enum phone_cause)m.word) != NULL);
	if (m.kind == PHONE_REPORT_TRUNK)
		PROMISE(phone_trunk_name((enum phone_trunk)m.word) != NULL &&
			phone_cause_name((enum phone_cause)m.value) != NULL);
}

/* The first byte is the kind, the rest the body. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct frame f = { 0, 7, BYTES_NULL };

	if (len == 0)
		return 0;
	f.kind = at[0];
	f.body = bytes_of(at + 1, len - 1);
	check(&f, true);
	check(&f, false);
	return 0;
}
