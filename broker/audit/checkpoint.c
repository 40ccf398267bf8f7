/* SPDX-License-Identifier: MPL-2.0
 *
 * A line of `checkpoints`: written, signed and read. A line has one spelling: what would
 * be written differently than it stands is refused.
 */
#include "samtale/audit/record.h"

#include "hex.h"
#include "samtale/base/clock.h"

#include <assert.h>
#include <time.h>

#define HEAD        "samtale-checkpoint"
#define VERSION     "1"
#define LATEST_MS   INT64_C(253402300799999) /* the end of the year 9999 */
#define TIME_LENGTH 24

static const char *const kinds[] = { "start", "unclean", "epoch", "end", "loss" };

bool checkpoint_is_start(enum checkpoint_kind kind)
{
	return kind == CHECKPOINT_START || kind == CHECKPOINT_UNCLEAN ||
	       kind == CHECKPOINT_LOSS;
}

/* -- writing ----------------------------------------------------------------------- */
static void write_time(struct writer *w, int64_t utc_ms)
{
	time_t seconds = (time_t)(utc_ms / MS_SECOND);
	struct tm t = { 0 };

	(void)gmtime_r(&seconds, &t);
	write_fmt(w, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", t.tm_year + 1900,
		t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec,
		(int)(utc_ms % MS_SECOND));
}

/* All but the space and the signature. */
static void write_signed_part(struct writer *w, const struct checkpoint *c)
{
	write_fmt(w, HEAD " " VERSION " %s ", kinds[c->kind]);
	write_hex(w, bytes_of(c->log_id, sizeof(c->log_id)));
	write_fmt(w, " %llu ", (unsigned long long)c->size);
	write_hex(w, bytes_of(c->chain, sizeof(c->chain)));
	write_fmt(w, " %llu ", (unsigned long long)c->epoch);
	write_time(w, c->utc_ms);
	write_u8(w, ' ');
	write_hex(w, bytes_of(c->boot_id, sizeof(c->boot_id)));
	write_fmt(w, " %lld ", (long long)c->boot_ms);
	write_hex(w, bytes_of(c->next, sizeof(c->next)));
	write_fmt(w, " %llu", (unsigned long long)c->dropped);
}

static void write_signature(struct writer *w, const struct checkpoint *c)
{
	write_u8(w, ' ');
	write_hex(w, bytes_of(c->signature, sizeof(c->signature)));
	write_u8(w, 0);
	assert(writer_ok(w));
}

void checkpoint_write(
	struct checkpoint *c, const struct key *seed, char ret[CHECKPOINT_LINE_MAX])
{
	struct writer w = writer_of(ret, CHECKPOINT_LINE_MAX);

	/* A clock outside the years that a line can tell is shown at their end. */
	if (c->utc_ms < 0 || c->utc_ms > LATEST_MS)
		c->utc_ms = c->utc_ms < 0 ? 0 : LATEST_MS;
	write_signed_part(&w, c);
	sign_text(seed, writer_bytes(&w), c->signature);
	write_signature(&w, c);
}

/* -- reading ----------------------------------------------------------------------- */
static bool kind_read(struct bytes field, enum checkpoint_kind *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (bytes_equal_str(field, kinds[i])) {
			*ret = (enum checkpoint_kind)i;
			return true;
		}
	}
	return false;
}

static int digits_at(struct bytes b, size_t at, size_t n)
{
	uint64_t v = 0;

	return bytes_to_u64(bytes_of(b.at + at, n), 9999, &v) ? (int)v : -1;
}

/* What is no time at all, as February 30, is found when the line is written again. */
static bool time_read(struct bytes b, int64_t *ret_ms)
{
	struct tm t = { 0 };
	int ms;

	if (b.len != TIME_LENGTH)
		return false;
	t.tm_year = digits_at(b, 0, 4) - 1900;
	t.tm_mon = digits_at(b, 5, 2) - 1;
	t.tm_mday = digits_at(b, 8, 2);
	t.tm_hour = digits_at(b, 11, 2);
	t.tm_min = digits_at(b, 14, 2);
	t.tm_sec = digits_at(b, 17, 2);
	ms = digits_at(b, 20, 3);
	*ret_ms = (int64_t)timegm(&t) * MS_SECOND + ms;
	return ms >= 0 && *ret_ms >= 0 && *ret_ms <= LATEST_MS;
}

static bool number_read(struct bytes *line, uint64_t *ret)
{
	return bytes_to_u64(field_take(line), INT64_MAX, ret);
}

static bool fields_read(struct bytes line, struct checkpoint *c)
{
	uint64_t boot_ms = 0;

	if (!bytes_equal_str(field_take(&line), HEAD) ||
		!bytes_equal_str(field_take(&line), VERSION) ||
		!kind_read(field_take(&line), &c->kind) ||
		!hex_read(field_take(&line), c->log_id, sizeof(c->log_id)) ||
		!number_read(&line, &c->size) ||
		!hex_read(field_take(&line), c->chain, sizeof(c->chain)) ||
		!number_read(&line, &c->epoch) ||
		!time_read(field_take(&line), &c->utc_ms) ||
		!hex_read(field_take(&line), c->boot_id, sizeof(c->boot_id)) ||
		!number_read(&line, &boot_ms) ||
		!hex_read(field_take(&line), c->next, sizeof(c->next)) ||
		!number_read(&line, &c->dropped) ||
		!hex_read(field_take(&line), c->signature, sizeof(c->signature)))
		return false;
	c->boot_ms = (int64_t)boot_ms;
	return line.len == 0;
}

int checkpoint_read(struct bytes line, struct checkpoint *ret)
{
	char again[CHECKPOINT_LINE_MAX];
	struct writer w = writer_of(again, sizeof(again));
	struct checkpoint c = { 0 };

	if (line.len >= sizeof(again) || !fields_read(line, &c))
		return RECORD_E_BAD;
	write_signed_part(&w, &c);
	write_signature(&w, &c);
	if (!bytes_equal_str(line, again))
		return RECORD_E_BAD;
	*ret = c;
	return 0;
}

bool checkpoint_is_signed_by(struct bytes line, const uint8_t public_key[SIGN_PUBLIC])
{
	const uint8_t *space = line.len > 0 ? memrchr(line.at, ' ', line.len) : NULL;
	uint8_t signature[SIGNATURE_BYTES];
	size_t len;

	if (!space)
		return false;
	len = (size_t)(space - line.at);
	return hex_read(bytes_of(space + 1, line.len - len - 1), signature,
		       sizeof(signature)) &&
	       sign_check(public_key, bytes_of(line.at, len), signature);
}
