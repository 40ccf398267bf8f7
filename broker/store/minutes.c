/* SPDX-License-Identifier: MPL-2.0
 *
 * Every line stands in every text, in the same order, so that nothing can be left out
 * unnoticed; what is not known is a dash. No value can hold a line feed.
 */
#include "samtale/store/minutes.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/store/meeting.h"
#include "samtale/store/record.h"
#include "samtale/vault/vault.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SIGNED "signature: "

static const char *const forms[ATTENDANCE_FORMS] = { NULL, "video", "audio", "phone" };
static const char *const choices[] = { "-", "citizen", "authority" };
static const char *const levels[] = { "link", "link-and-pin", "confirmed",
	"electronic-id" };
static const char *const outcomes[] = { "-", "held", "no_show", "not_reached",
	"cancelled", "technical", "consultant_absent", "unfinished" };

#define WORD_OF(words, i) ((i) < ARRAY_LEN(words) ? (words)[i] : "-")

/* -- finding ----------------------------------------------------------------------- */

/* The booking may be gone before the record is. */
static int find_row(const struct minutes_ask *ask, struct booking *ret, bool *ret_has)
{
	int r = ask->store->meeting->get(ask->store, ask->meeting, ret);

	*ret_has = r == 0;
	return r < 0 ? fault_pass(r) : 0;
}

static int open_record(const struct minutes_ask *ask, const struct meeting_keys *keys,
	struct attendance *ret)
{
	struct record *record = NULL;
	wiped_buf(plain, ATTENDANCE_BYTES_MAX);
	struct writer w = writer_of(plain, sizeof(plain));
	int r = ask->store->record->attendance_get(ask->store, ask->meeting, &record);

	if (r < 0)
		return fault_pass(r);
	if (r != 0)
		return MINUTES_E_GONE;
	r = open_field(&keys->mk, SEAL_ATTENDANCE, ask->meeting,
		bytes_of(record->blob, record->len), &w);
	free(record);
	if (r < 0)
		return fault_pass(r);
	return r == 0 && attendance_read(writer_bytes(&w), ret) ? 0 : MINUTES_E_GONE;
}

static int find_kept(
	const struct minutes_ask *ask, const struct booking *row, struct minutes *ret)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	struct vault_use use = { VAULT_MINUTES, ask->actor, &ask->meeting, 1 };
	int r = vault_open_here(ask->vault, &use, &keys);

	if (r != 0)
		return fault_fold(r);
	if (!keys->has_mk)
		return MINUTES_E_GONE;
	r = open_record(ask, keys, &ret->attendance);
	if (r != 0 || !row)
		return r;
	ret->number = row->number;
	r = open_text(
		&keys->mk, SEAL_MEETING_CASE, row->id, &row->case_ref, ret->case_ref);
	return r < 0 ? fault_pass(r) : 0;
}

int minutes_find(const struct minutes_ask *ask, struct minutes *ret)
{
	struct minutes m = { .meeting = ask->meeting };
	struct booking row;
	bool has_row;
	int r = find_row(ask, &row, &has_row);

	if (r < 0)
		return fault_pass(r);
	if (has_row && row.state != BOOKING_ENDED)
		return MINUTES_E_NOT_ENDED;
	r = find_kept(ask, has_row ? &row : NULL, &m);
	if (r == MINUTES_E_GONE && !has_row)
		return MINUTES_E_NONE;
	if (r != 0)
		return r;
	receipt_make(ask->node, m.meeting, m.attendance.started_ms, m.attendance.ended_ms,
		m.receipt);
	*ret = m;
	return 0;
}

const char *minutes_sentence(int outcome)
{
	switch (outcome) {
	case MINUTES_E_NONE:
		return "There is no such meeting, or nothing of it is left.";
	case MINUTES_E_NOT_ENDED:
		return "The meeting is not over; minutes are made when it is.";
	case MINUTES_E_GONE:
		return "The record of that meeting is gone: it was deleted on its date "
		       "or erased.";
	case MINUTES_E_OTHER:
		return "These are no minutes of Samtale, or a part of them is missing.";
	case MINUTES_E_FORGED:
		return "The signature does not fit: the text was changed after it was "
		       "signed, or another installation's key signed it.";
	default:
		return "";
	}
}

/* -- the receipt ------------------------------------------------------------------- */
static uint8_t plain_letter(uint8_t c)
{
	if (c >= 'a' && c <= 'z')
		c = (uint8_t)(c - 'a' + 'A');
	return c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
}

bool receipt_fits(const char *receipt, struct bytes typed)
{
	for (size_t i = 0; i < typed.len; i++) {
		uint8_t c = plain_letter(typed.at[i]);

		if (c == ' ' || c == '-')
			continue;
		receipt += *receipt == '-';
		if (!c || c != (uint8_t)*receipt++)
			return false;
	}
	return *receipt == '\0';
}

/* -- writing ----------------------------------------------------------------------- */
static void write_line(struct writer *w, const char *key, const char *value)
{
	write_fmt(w, "%s: ", key);
	if (!*value)
		write_str(w, "-");
	for (; *value; value++) /* a byte below the blank ends no line of ours */
		write_u8(w,
			(uint8_t)*value < 0x20 || *value == 0x7f ? ' ' : (uint8_t)*value);
	write_u8(w, '\n');
}

/* RFC 3339, for example 2026-11-22T10:02:11+01:00. */
static void write_time(struct writer *w, const char *key, int64_t utc_ms)
{
	time_t t = (time_t)(utc_ms / 1000);
	char text[40] = "";
	struct tm tm;

	if (utc_ms > 0 && localtime_r(&t, &tm)) {
		size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
		long minutes = tm.tm_gmtoff / 60;

		(void)snprintf(text + n, sizeof(text) - n, "%c%02ld:%02ld",
			minutes < 0 ? '-' : '+', labs(minutes) / 60, labs(minutes) % 60);
	}
	write_line(w, key, text);
}

static void write_forms(struct writer *w, const struct attendance *a)
{
	for (int form = ATTENDANCE_VIDEO; form < ATTENDANCE_FORMS; form++) {
		bool stated = form == ATTENDANCE_PHONE && a->stated;

		write_fmt(w, "%s-minutes: %" PRIu32 "%s\n", forms[form],
			attendance_minutes(a, (enum attendance_form)form),
			a->total_ms[form] == 0 ? ""
			: stated               ? " stated"
					       : " measured");
	}
}

static void write_minutes(
	struct writer *w, const struct minutes *m, const char *organisation)
{
	const struct attendance *a = &m->attendance;
	char number[16] = "";

	if (m->number)
		(void)snprintf(number, sizeof(number), "%08" PRIu32, m->number);
	write_str(w, MINUTES_FIRST_LINE);
	write_line(w, "organisation", organisation);
	write_time(w, "issued", clock_utc_ms());
	write_fmt(w, "meeting: %" PRId64 "\n", m->meeting);
	write_line(w, "number", number);
	write_line(w, "case", m->case_ref);
	write_time(w, "planned", a->starts_ms);
	write_time(w, "started", a->started_ms);
	write_time(w, "ended", a->ended_ms);
	write_line(w, "outcome", WORD_OF(outcomes, a->outcome));
	write_forms(w, a);
	write_line(w, "form-chosen-by", WORD_OF(choices, a->chosen_by));
	write_line(w, "identity", WORD_OF(levels, a->level));
	write_line(w, "receipt", m->receipt);
}

int minutes_issue(struct vault *v, const struct minutes *m, const char *organisation,
	struct writer *to)
{
	uint8_t room[MINUTES_TEXT_MAX];
	struct writer w = writer_of(room, sizeof(room));
	struct vault_signature signature;
	char text[SIGNATURE_TEXT];
	int r;

	write_minutes(&w, m, organisation);
	if (!writer_ok(&w))
		return fault_here(EMSGSIZE);
	r = vault_sign_here(v, writer_bytes(&w), &signature);
	if (r < 0)
		return fault_pass(r);
	signature_text(signature.at, text);
	minutes_write_log(&w, signature.checkpoint);
	write_fmt(&w, SIGNED "%s\n", text);
	write_bytes(to, writer_bytes(&w));
	return writer_ok(&w) && writer_ok(to) ? 0 : fault_here(EMSGSIZE);
}

/* -- checking ---------------------------------------------------------------------- */
static bool begins(struct bytes text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && memcmp(text.at, with, len) == 0;
}

static struct bytes rest_of(struct bytes text, size_t from)
{
	return bytes_of(text.at + from, text.len - from);
}

/* Takes one line with its line feed; the last may have lost it. */
static struct bytes take_line(struct bytes *text)
{
	const uint8_t *feed = memchr(text->at, '\n', text->len);
	size_t len = feed ? (size_t)(feed - text->at) + 1 : text->len;
	struct bytes line = bytes_of(text->at, len);

	*text = rest_of(*text, len);
	return line;
}

/* Takes one text of minutes from the front. */
static int check_next(struct bytes *text, const uint8_t public_key[SIGN_PUBLIC])
{
	struct bytes whole = *text, line;
	uint8_t signature[SIGNATURE_BYTES];
	size_t len;

	if (!begins(*text, MINUTES_FIRST_LINE))
		return MINUTES_E_OTHER;
	do {
		if (text->len == 0)
			return MINUTES_E_OTHER;
		len = whole.len - text->len;
		line = take_line(text);
	} while (!begins(line, SIGNED));
	line = rest_of(line, strlen(SIGNED));
	line.len -= line.len && line.at[line.len - 1] == '\n';
	if (!signature_of_text(line, signature))
		return MINUTES_E_OTHER;
	return sign_check(public_key, bytes_of(whole.at, len), signature)
		       ? 0
		       : MINUTES_E_FORGED;
}

/* Blank lines between and after them are nobody's. */
static void skip_blank(struct bytes *text)
{
	while (text->len && (text->at[0] == '\n' || text->at[0] == ' '))
		*text = rest_of(*text, 1);
}

int minutes_check(
	struct bytes file, const uint8_t public_key[SIGN_PUBLIC], unsigned *ret_n)
{
	owned(heap_freep) uint8_t *text = malloc(file.len + 1);
	struct bytes left = { text, 0 };
	int r = 0;

	*ret_n = 0;
	if (!text)
		return fault_here(ENOMEM);
	for (size_t i = 0; i < file.len; i++)
		if (file.at[i] != '\r')
			text[left.len++] = file.at[i];
	skip_blank(&left);
	if (left.len == 0)
		return MINUTES_E_OTHER;
	while (r == 0 && left.len) {
		r = check_next(&left, public_key);
		*ret_n += r == 0;
		skip_blank(&left);
	}
	return r;
}
