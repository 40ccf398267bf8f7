/* SPDX-License-Identifier: MPL-2.0
 *
 * Control messages:
 *	REQUEST	u16 count, count x (u16 length, word), input up to the end
 *	STDOUT, STDERR	the chunk up to the end
 *	EXIT	u8 code
 * Both directions keep the same limits, so what one side can write the other can read.
 */
#include "samtale/link/control.h"

static bool is_word(struct bytes word)
{
	return word.len <= CONTROL_WORD_MAX && bytes_is_clean_text(word, false);
}

void control_request_write(struct writer *w, uint32_t id, const struct control_request *q)
{
	size_t begun = frame_begin(w, CONTROL_REQUEST, id);

	if (q->count < 1 || q->count > CONTROL_WORDS ||
		q->input.len > CONTROL_INPUT_MAX) {
		w->bad = true;
		return;
	}
	write_u16(w, (uint16_t)q->count);
	for (unsigned i = 0; i < q->count; i++) {
		if (!is_word(q->words[i]))
			w->bad = true;
		write_var(w, q->words[i]);
	}
	write_bytes(w, q->input);
	frame_end(w, begun);
}

int control_request_read(const struct frame *f, struct control_request *ret)
{
	struct control_request q = { 0 };
	struct reader r = reader_of(f->body);

	if (f->kind != CONTROL_REQUEST)
		return CONTROL_E_BAD;
	q.count = read_u16(&r);
	if (q.count < 1 || q.count > CONTROL_WORDS)
		return CONTROL_E_BAD;
	for (unsigned i = 0; i < q.count; i++) {
		q.words[i] = read_var(&r, CONTROL_WORD_MAX);
		if (r.bad || !is_word(q.words[i]))
			return CONTROL_E_BAD;
	}
	q.input = r.left;
	if (q.input.len > CONTROL_INPUT_MAX)
		return CONTROL_E_BAD;
	*ret = q;
	return 0;
}

void control_answer_write(struct writer *w, uint32_t id, const struct control_answer *a)
{
	size_t begun = frame_begin(w, (uint8_t)a->kind, id);

	switch (a->kind) {
	case CONTROL_STDOUT:
	case CONTROL_STDERR:
		if (a->chunk.len > CONTROL_CHUNK_MAX)
			w->bad = true;
		write_bytes(w, a->chunk);
		break;
	case CONTROL_EXIT:
		write_u8(w, a->code);
		break;
	case CONTROL_REQUEST:
	default:
		w->bad = true;
		break;
	}
	frame_end(w, begun);
}

int control_answer_read(const struct frame *f, struct control_answer *ret)
{
	struct control_answer a = { .kind = (enum control_kind)f->kind };
	struct reader r = reader_of(f->body);

	switch (f->kind) {
	case CONTROL_STDOUT:
	case CONTROL_STDERR:
		if (f->body.len > CONTROL_CHUNK_MAX)
			return CONTROL_E_BAD;
		a.chunk = f->body;
		break;
	case CONTROL_EXIT:
		a.code = read_u8(&r);
		if (!reader_done(&r))
			return CONTROL_E_BAD;
		break;
	default:
		return CONTROL_E_BAD;
	}
	*ret = a;
	return 0;
}
