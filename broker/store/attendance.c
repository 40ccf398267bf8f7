/* SPDX-License-Identifier: MPL-2.0
 *
 * Version 2, big-endian. Version 1 did not say whether telephone minutes were measured:
 * they read as stated, which promises less.
 */
#include "samtale/store/attendance.h"

#include "samtale/base/clock.h"

#define VERSION 2

void attendance_write(struct writer *w, const struct attendance *a)
{
	write_u8(w, VERSION);
	write_u8(w, a->outcome);
	write_u8(w, a->level);
	write_u8(w, a->chosen_by);
	write_u8(w, a->cause);
	write_u8(w, a->came);
	write_u8(w, a->entered);
	write_u8(w, a->call_asked);
	write_u8(w, a->calls);
	write_u8(w, a->stated);
	write_u64(w, (uint64_t)a->starts_ms);
	write_u64(w, (uint64_t)a->started_ms);
	write_u64(w, (uint64_t)a->ended_ms);
	for (int form = 0; form < ATTENDANCE_FORMS; form++)
		write_u64(w, (uint64_t)a->total_ms[form]);
	write_u8(w, a->intervals);
	for (int i = 0; i < a->intervals; i++) {
		write_u8(w, a->interval[i].form);
		write_u64(w, (uint64_t)a->interval[i].from_ms);
		write_u64(w, (uint64_t)a->interval[i].to_ms);
	}
}

static int64_t read_time(struct reader *r)
{
	uint64_t t = read_u64(r);

	r->bad |= t > INT64_MAX;
	return r->bad ? 0 : (int64_t)t;
}

static bool read_flag(struct reader *r)
{
	uint8_t flag = read_u8(r);

	r->bad |= flag > 1;
	return flag != 0;
}

static void read_intervals(struct reader *r, struct attendance *a)
{
	a->intervals = read_u8(r);
	r->bad |= a->intervals > LIMIT_INTERVALS;
	for (int i = 0; !r->bad && i < a->intervals; i++) {
		a->interval[i].form = read_u8(r);
		a->interval[i].from_ms = read_time(r);
		a->interval[i].to_ms = read_time(r);
		r->bad |= a->interval[i].form >= ATTENDANCE_FORMS;
	}
}

bool attendance_read(struct bytes plain, struct attendance *ret)
{
	struct reader r = reader_of(plain);
	struct attendance a = { 0 };
	uint8_t version = read_u8(&r);

	a.outcome = read_u8(&r);
	a.level = read_u8(&r);
	a.chosen_by = read_u8(&r);
	a.cause = read_u8(&r);
	a.came = read_flag(&r);
	a.entered = read_flag(&r);
	a.call_asked = read_flag(&r);
	a.calls = read_u8(&r);
	a.stated = version == 1 || read_flag(&r);
	a.starts_ms = read_time(&r);
	a.started_ms = read_time(&r);
	a.ended_ms = read_time(&r);
	for (int form = 0; form < ATTENDANCE_FORMS; form++)
		a.total_ms[form] = read_time(&r);
	read_intervals(&r, &a);
	if (version < 1 || version > VERSION || !reader_done(&r))
		return false;
	*ret = a;
	return true;
}

uint32_t attendance_minutes(const struct attendance *a, enum attendance_form form)
{
	return (uint32_t)((a->total_ms[form] + MS_MINUTE / 2) / MS_MINUTE);
}
