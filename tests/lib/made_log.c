/* SPDX-License-Identifier: MPL-2.0
 *
 * A sealed log out of the codecs; see made_log.h.
 */
#include "made_log.h"

#include <stdlib.h>
#include <unistd.h>

#define MUST(holds)                                                                      \
	do {                                                                             \
		if (!(holds))                                                            \
			abort();                                                         \
	} while (0)
#define PATH_BYTES 512

static FILE *open_in(const struct made_log *m, const char *name, const char *how)
{
	char path[PATH_BYTES];
	FILE *f;

	MUST(snprintf(path, sizeof(path), "%s/%s", m->folder, name) < PATH_BYTES);
	f = fopen(path, how);
	MUST(f);
	return f;
}

static FILE *open_segment(const struct made_log *m, uint32_t number, const char *how)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%08u.seg", number);
	return open_in(m, name, how);
}

static void close_segment(struct made_log *m)
{
	if (m->segment)
		MUST(fclose(m->segment) == 0);
	m->segment = NULL;
}

void made_new(struct made_log *m, const char *folder, size_t auditors)
{
	*m = (struct made_log){
		.folder = folder, .utc_ms = INT64_C(1763816400000), .boot_ms = 1000000
	};
	MUST(secret_start() == 0);
	m->auditors.scheme = (enum share_scheme)auditors;
	m->auditors.n = auditors;
	for (size_t i = 0; i < auditors; i++)
		public_pair(&m->secrets[i], m->auditors.of[i].key);
	random_fill(m->signing.at, KEY_BYTES);
	sign_public(&m->signing, m->signing_public);
	random_fill(m->at.log_id, LOG_ID_BYTES);
	m->at.sequence = 1;
	made_reboot(m);
}

void made_close(struct made_log *m)
{
	close_segment(m);
}

void made_go_on_in(struct made_log *m, const char *folder)
{
	close_segment(m);
	m->folder = folder;
	m->segment = open_segment(m, m->at.segment, "ab");
}

void made_wait(struct made_log *m, int64_t ms)
{
	m->utc_ms += ms;
	m->boot_ms += ms;
}

void made_reboot(struct made_log *m)
{
	random_fill(m->boot_id, sizeof(m->boot_id));
	m->boot_ms = 5000;
}

void made_segment(struct made_log *m)
{
	struct segment_head h = {
		.number = ++m->at.segment, .first = m->at.sequence, .utc_ms = m->utc_ms
	};
	uint8_t at[SEGMENT_HEAD_BYTES];

	close_segment(m);
	memcpy(h.log_id, m->at.log_id, sizeof(h.log_id));
	memcpy(h.chain, m->at.chain, sizeof(h.chain));
	random_fill(m->k.at, KEY_BYTES);
	MUST(shares_make(&m->auditors, &m->k, &h) == 0);
	segment_head_write(&h, at);
	m->segment = open_segment(m, h.number, "wb");
	MUST(fwrite(at, sizeof(at), 1, m->segment) == 1);
	chain_enter(m->at.chain, &h);
}

void made_record(struct made_log *m, uint16_t event, const struct key *mk)
{
	struct record r = { .event = event,
		.utc_ms = m->utc_ms,
		.boot_ms = m->boot_ms,
		.actor = (uint32_t)(1 + m->at.sequence % 7) };
	const struct record_inner inner = {
		.meeting = (int64_t)m->at.sequence, .case_len = 4, .case_ref = "26-1"
	};
	uint8_t plain[RECORD_BYTES], frame[LOG_FRAME_BYTES];
	struct key rk;

	memcpy(r.boot_id, m->boot_id, sizeof(r.boot_id));
	if (mk)
		record_seal_inner(&r, mk, m->at.log_id, m->at.sequence, &inner);
	record_write(&r, plain);
	ratchet_step(&m->k, &rk);
	log_frame_write(&rk, &m->at, plain, frame);
	MUST(fwrite(frame, sizeof(frame), 1, m->segment) == 1);
	chain_next(m->at.chain, frame);
	m->at.sequence++;
}

void made_checkpoint(struct made_log *m, enum checkpoint_kind kind)
{
	bool is_start = kind != CHECKPOINT_EPOCH && kind != CHECKPOINT_END;
	struct key seed = is_start ? m->signing : m->epoch_key;
	struct checkpoint c = { .kind = kind,
		.size = m->at.sequence - 1,
		.epoch = m->epoch++,
		.utc_ms = m->utc_ms,
		.boot_ms = m->boot_ms,
		.dropped = m->dropped };
	char line[CHECKPOINT_LINE_MAX];
	FILE *f = open_in(m, "checkpoints", "ab");

	memcpy(c.log_id, m->at.log_id, sizeof(c.log_id));
	memcpy(c.chain, m->at.chain, sizeof(c.chain));
	memcpy(c.boot_id, m->boot_id, sizeof(c.boot_id));
	random_fill(m->epoch_key.at, KEY_BYTES);
	if (kind != CHECKPOINT_END)
		sign_public(&m->epoch_key, c.next);
	checkpoint_write(&c, &seed, line);
	MUST(fflush(m->segment) == 0 && fprintf(f, "%s\n", line) > 0 && fclose(f) == 0);
}

void made_start(struct made_log *m, enum checkpoint_kind kind)
{
	made_segment(m);
	made_record(m, 1, NULL);
	made_checkpoint(m, kind);
}

/* -- deleting ---------------------------------------------------------------------- */
static void write_links(const struct made_log *m, FILE *chain, uint32_t number)
{
	FILE *f = open_segment(m, number, "rb");
	uint8_t head[SEGMENT_HEAD_BYTES], at[80], frame[LOG_FRAME_BYTES];
	struct writer w = writer_of(at, sizeof(at));
	struct segment_head h;
	long frames;

	MUST(fread(head, sizeof(head), 1, f) == 1 && segment_head_read(head, &h) == 0);
	MUST(fseek(f, 0, SEEK_END) == 0);
	frames = (ftell(f) - SEGMENT_HEAD_BYTES) / LOG_FRAME_BYTES;
	MUST(fseek(f, SEGMENT_HEAD_BYTES, SEEK_SET) == 0);
	write_u32(&w, number);
	write_u64(&w, h.first);
	write_u32(&w, (uint32_t)frames);
	write_bytes(&w, bytes_of(h.hash, sizeof(h.hash)));
	write_bytes(&w, bytes_of(h.chain, sizeof(h.chain)));
	MUST(writer_ok(&w) && fwrite(at, w.len, 1, chain) == 1);
	chain_enter(h.chain, &h);
	for (long i = 0; i < frames; i++) {
		MUST(fread(frame, sizeof(frame), 1, f) == 1);
		chain_next(h.chain, frame);
		MUST(fwrite(h.chain, sizeof(h.chain), 1, chain) == 1);
	}
	MUST(fclose(f) == 0);
}

void made_prune(struct made_log *m, uint32_t n)
{
	FILE *chain = open_in(m, "chain", "ab");
	char path[PATH_BYTES];

	if (ftell(chain) == 0)
		MUST(fwrite("SAMTCHN1", 8, 1, chain) == 1 &&
			fwrite(m->at.log_id, LOG_ID_BYTES, 1, chain) == 1);
	for (uint32_t number = 1; n > 0; number++) {
		(void)snprintf(path, sizeof(path), "%s/%08u.seg", m->folder, number);
		if (access(path, F_OK) != 0)
			continue;
		write_links(m, chain, number);
		MUST(unlink(path) == 0);
		n--;
	}
	MUST(fclose(chain) == 0);
}
