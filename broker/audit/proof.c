/* SPDX-License-Identifier: MPL-2.0
 *
 * An export's proof, written, read and compared with the log. One proof has one spelling;
 * nothing but a folder and the proof is needed to check it.
 */
#include "samtale/audit/proof.h"

#include "hex.h"
#include "samtale/base/fault.h"
#include "verify_inside.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MEMBER "\"log\""

/* -- text -------------------------------------------------------------------------- */
static void write_member(struct writer *w, const char *name, struct bytes value)
{
	write_fmt(w, "\"%s\":\"", name);
	write_hex(w, value);
	write_u8(w, '"');
}

void proof_write(const struct record_proof *p, char ret[PROOF_TEXT_MAX])
{
	struct writer w = writer_of(ret, PROOF_TEXT_MAX);

	write_u8(&w, '{');
	write_member(&w, "log", bytes_of(p->log_id, sizeof(p->log_id)));
	write_fmt(&w, ",\"segment\":%u,\"sequence\":%llu,", p->segment,
		(unsigned long long)p->sequence);
	write_member(&w, "chain", bytes_of(p->chain, sizeof(p->chain)));
	write_u8(&w, ',');
	write_member(&w, "key", bytes_of(p->rk.at, sizeof(p->rk.at)));
	write_u8(&w, ',');
	write_member(&w, "frame", bytes_of(p->frame, sizeof(p->frame)));
	write_str(&w, "}");
	write_u8(&w, 0);
	assert(writer_ok(&w));
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What the proof reader looks at: sticky, blanks between the tokens pass. */
static bool take_token(struct bytes *b, const char *token)
{
	size_t len = strlen(token);

	while (b->len > 0 && is_blank(*b->at))
		*b = bytes_of(b->at + 1, b->len - 1);
	if (b->len < len || memcmp(b->at, token, len) != 0)
		return false;
	*b = bytes_of(b->at + len, b->len - len);
	return true;
}

static bool take_name(struct bytes *b, const char *before, const char *name)
{
	char quoted[16];

	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	return take_token(b, before) && take_token(b, quoted) && take_token(b, ":");
}

static bool take_hex(
	struct bytes *b, const char *before, const char *name, uint8_t *ret, size_t len)
{
	if (!take_name(b, before, name) || !take_token(b, "\"") || b->len < 2 * len ||
		!hex_read(bytes_of(b->at, 2 * len), ret, len))
		return false;
	*b = bytes_of(b->at + 2 * len, b->len - 2 * len);
	return b->len > 0 && *b->at == '"' && take_token(b, "\"");
}

static bool take_number(struct bytes *b, const char *name, uint64_t max, uint64_t *ret)
{
	size_t n = 0;

	if (!take_name(b, ",", name))
		return false;
	while (b->len > 0 && is_blank(*b->at))
		*b = bytes_of(b->at + 1, b->len - 1);
	while (n < b->len && b->at[n] >= '0' && b->at[n] <= '9')
		n++;
	if (!bytes_to_u64(bytes_of(b->at, n), max, ret) || *ret == 0)
		return false;
	*b = bytes_of(b->at + n, b->len - n);
	return true;
}

static int take_proof(struct bytes *b, struct record_proof *ret)
{
	wiped(struct record_proof, p);
	uint64_t segment = 0;

	if (!take_hex(b, "{", "log", p.log_id, sizeof(p.log_id)) ||
		!take_number(b, "segment", UINT32_MAX, &segment) ||
		!take_number(b, "sequence", INT64_MAX, &p.sequence) ||
		!take_hex(b, ",", "chain", p.chain, sizeof(p.chain)) ||
		!take_hex(b, ",", "key", p.rk.at, sizeof(p.rk.at)) ||
		!take_hex(b, ",", "frame", p.frame, sizeof(p.frame)) ||
		!take_token(b, "}"))
		return PROOF_E_BAD;
	p.segment = (uint32_t)segment;
	*ret = p;
	return 0;
}

int proof_read(struct bytes text, struct record_proof *ret)
{
	wiped(struct record_proof, p);

	if (take_proof(&text, &p) != 0)
		return PROOF_E_BAD;
	(void)take_token(&text, ""); /* blanks at the end */
	if (text.len > 0)
		return PROOF_E_BAD;
	*ret = p;
	return 0;
}

/* The brace that opens a proof is the one right before its first member. */
static bool find_start(struct bytes *at)
{
	for (;;) {
		const uint8_t *name = memmem(at->at, at->len, MEMBER, sizeof(MEMBER) - 1);
		const uint8_t *brace = name;

		if (!name)
			return false;
		while (brace > at->at && is_blank(brace[-1]))
			brace--;
		if (brace > at->at && brace[-1] == '{') {
			*at = bytes_of(brace - 1, at->len - (size_t)(brace - 1 - at->at));
			return true;
		}
		name += sizeof(MEMBER) - 1;
		*at = bytes_of(name, at->len - (size_t)(name - at->at));
	}
}

int proof_find(struct bytes *at, struct record_proof *ret)
{
	struct bytes b;

	if (at->len == 0 || !find_start(at))
		return PROOF_E_MISSING;
	b = *at;
	if (take_proof(&b, ret) != 0) {
		*at = bytes_of(at->at + 1, at->len - 1);
		return PROOF_E_BAD;
	}
	*at = b;
	return 0;
}

/* -- against the log --------------------------------------------------------------- */
int proof_open(const struct record_proof *p, struct record *ret)
{
	struct log_place at = { .segment = p->segment, .sequence = p->sequence };
	wiped_buf(plain, RECORD_BYTES);

	memcpy(at.log_id, p->log_id, sizeof(at.log_id));
	memcpy(at.chain, p->chain, sizeof(at.chain));
	if (log_frame_open(&p->rk, &at, p->frame, plain) != 0 ||
		record_read(plain, ret) != 0)
		return PROOF_E_BAD;
	return 0;
}

/* Outcomes: MISSING, fewer blocks are there; DIFFERS. Faults: -EIO. */
static int compare_file(struct verifying *log, int fd, const struct segment_at *s,
	const struct record_proof *p)
{
	struct segment_head h = { 0 };
	uint8_t chain[HASH_BYTES], frame[LOG_FRAME_BYTES];
	uint64_t at = SEGMENT_HEAD_BYTES;

	memcpy(chain, s->chain, sizeof(chain));
	memcpy(h.hash, s->hash, sizeof(h.hash));
	chain_enter(chain, &h);
	for (uint64_t i = s->first; i <= p->sequence; i++, at += sizeof(frame)) {
		size_t len = 0;

		if (verify_read(log, fd, at, frame, sizeof(frame), &len) != 0)
			return fault_here(EIO);
		if (len < sizeof(frame))
			return PROOF_E_MISSING;
		if (i < p->sequence)
			chain_next(chain, frame);
	}
	return memcmp(chain, p->chain, sizeof(chain)) == 0 &&
			       memcmp(frame, p->frame, sizeof(frame)) == 0
		       ? 0
		       : PROOF_E_DIFFERS;
}

/* The frame is gone; the link behind it must be what the proof's leads to. */
static int compare_link(
	struct verifying *log, const struct segment_at *s, const struct record_proof *p)
{
	uint8_t link[HASH_BYTES], chain[HASH_BYTES];
	uint64_t i = p->sequence - s->first;
	size_t len = 0;

	if (i >= s->links)
		return PROOF_E_MISSING;
	if (verify_read(log, log->links, s->links_at + i * HASH_BYTES, link, sizeof(link),
		    &len) != 0)
		return fault_here(EIO);
	memcpy(chain, p->chain, sizeof(chain));
	chain_next(chain, p->frame);
	return len == sizeof(link) && memcmp(link, chain, sizeof(link)) == 0
		       ? 0
		       : PROOF_E_DIFFERS;
}

static int compare(struct verifying *log, const struct record_proof *p)
{
	owned(verify_close) int fd = NO_FILE;
	const struct segment_at *s;
	char name[32];
	int r = verify_segments_list(log);

	if (r != 0)
		return r < 0 ? fault_pass(r) : fault_here(EIO);
	s = verify_segment(log, p->segment);
	if (!s || s->number != p->segment || (s->has_file && !s->has_head))
		return PROOF_E_MISSING;
	if (s->first == 0 || p->sequence < s->first ||
		p->sequence - s->first >= SEGMENT_RECORDS ||
		(s->has_file && memcmp(s->log_id, p->log_id, LOG_ID_BYTES) != 0))
		return PROOF_E_DIFFERS;
	(void)snprintf(name, sizeof(name), "%08u.seg", p->segment);
	fd = openat(log->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0)
		return compare_file(log, fd, s, p);
	return s->has_links ? compare_link(log, s, p) : PROOF_E_MISSING;
}

int proof_check(const char *folder, const struct record_proof *p)
{
	struct verifying log = { .links = NO_FILE };
	wiped(struct record, record);
	int r = proof_open(p, &record);

	if (r != 0)
		return r;
	log.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (log.folder < 0)
		return fault_here(errno);
	r = compare(&log, p);
	verify_close(&log.folder);
	verify_close(&log.links);
	free(log.segments);
	return r;
}
