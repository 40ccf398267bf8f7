/* SPDX-License-Identifier: MPL-2.0
 *
 * Questions to the vault and its answers. What one side may write the other can read,
 * and nothing else: each kind is read by its own shape, to the last byte.
 */
#include "samtale/link/vault.h"

#define CASE_REF_MAX LIMIT_CASE_REF
#define WHICH_MAX    3

/* What the body of a question is made of, in this order. */
enum part {
	VERSION = 1,
	USE = 2,      /* of one meeting or more */
	USE_ONE = 4,  /* of one */
	USE_NONE = 8, /* of none */
	CASE_REF = 16,
	WHICH = 32,
	AFTER = 64,
	BEFORE = 128,
	AT_MOST = 256,
	EVENTS = 512,
	COUNT = 1024,
	TEXT = 2048,
};

static const struct {
	bool is_question;
	unsigned parts;
} shapes[VAULT_FRAME_COUNT] = {
	[VAULT_ASK_HELLO] = { true, VERSION },
	[VAULT_ASK_OPEN] = { true, USE },
	[VAULT_ASK_CREATE] = { true, USE_ONE | CASE_REF },
	[VAULT_ASK_FORGET] = { true, USE | WHICH },
	[VAULT_ASK_SHELF] = { true, AFTER | BEFORE | AT_MOST },
	[VAULT_ASK_SET_CASE] = { true, USE_ONE | CASE_REF },
	[VAULT_ASK_FIND_CASE] = { true, USE_NONE | CASE_REF | AFTER | AT_MOST },
	[VAULT_ASK_NOTE] = { true, EVENTS },
	[VAULT_ASK_DROPPED] = { true, COUNT },
	[VAULT_ASK_SIGN] = { true, TEXT },
	[VAULT_ASK_STATE] = { true, 0 },
	[VAULT_ASK_ROTATE] = { true, 0 },
	[VAULT_ASK_PRUNE] = { true, BEFORE },
	[VAULT_ASK_RELOAD] = { true, 0 },
};

static bool is_question(unsigned kind)
{
	return kind < VAULT_FRAME_COUNT && shapes[kind].is_question;
}

static bool has_right_count(const struct vault_question *q, unsigned parts)
{
	if (parts & EVENTS)
		return q->n > 0 && q->n <= VAULT_LINK_EVENTS;
	if (parts & USE)
		return q->n > 0 && q->n <= VAULT_LINK_MEETINGS;
	return !(parts & (USE_ONE | USE_NONE)) || q->n == (parts & USE_ONE ? 1 : 0);
}

static bool has_right_numbers(const struct vault_question *q, unsigned parts)
{
	if ((parts & WHICH) && (q->which < 1 || q->which > WHICH_MAX))
		return false;
	if ((parts & AT_MOST) && (q->at_most < 1 || q->at_most > VAULT_LINK_MEETINGS))
		return false;
	if (parts & CASE_REF)
		return q->text.len <= CASE_REF_MAX;
	return !(parts & TEXT) || q->text.len <= VAULT_LINK_TEXT;
}

/* -- questions, written ------------------------------------------------------------ */
static void write_use(struct writer *w, const struct vault_question *q)
{
	write_u8(w, q->purpose);
	write_u64(w, (uint64_t)q->actor);
	write_u16(w, q->n);
	for (unsigned i = 0; i < q->n; i++)
		write_u64(w, (uint64_t)q->meetings[i]);
}

static void write_event(struct writer *w, const struct vault_event *e)
{
	write_u16(w, e->what);
	write_u8(w, e->purpose);
	write_u8(w, e->outcome);
	write_u8(w, e->role);
	write_u32(w, e->actor);
	write_u32(w, e->subject);
	write_u64(w, e->meeting);
	write_u32(w, e->value);
	write_bytes(w, bytes_of(e->request_id, sizeof(e->request_id)));
}

static void write_parts(struct writer *w, const struct vault_question *q, unsigned parts)
{
	if (parts & VERSION)
		write_u8(w, q->version);
	if (parts & (USE | USE_ONE | USE_NONE))
		write_use(w, q);
	if (parts & CASE_REF) {
		write_u8(w, (uint8_t)q->text.len);
		write_bytes(w, q->text);
	}
	if (parts & WHICH)
		write_u8(w, q->which);
	if (parts & AFTER)
		write_u64(w, (uint64_t)q->after);
	if (parts & BEFORE)
		write_u64(w, (uint64_t)q->before);
	if (parts & AT_MOST)
		write_u16(w, q->at_most);
	if (parts & EVENTS)
		write_u16(w, q->n);
	for (unsigned i = 0; (parts & EVENTS) && i < q->n; i++)
		write_event(w, &q->events[i]);
	if (parts & COUNT)
		write_u32(w, q->dropped);
	if (parts & TEXT)
		write_var(w, q->text);
}

void vault_question_write(struct writer *w, const struct vault_question *q)
{
	size_t begun = frame_begin(w, (uint8_t)q->kind, q->id);
	unsigned parts = is_question(q->kind) ? shapes[q->kind].parts : 0;

	if (!is_question(q->kind) || !has_right_count(q, parts) ||
		!has_right_numbers(q, parts)) {
		w->bad = true;
		return;
	}
	write_parts(w, q, parts);
	frame_end(w, begun);
}

/* -- questions, read --------------------------------------------------------------- */
/* Whatever the count says, no more is read than there is room for. */
static void read_use(struct reader *r, struct vault_question *q)
{
	q->purpose = read_u8(r);
	q->actor = (int64_t)read_u64(r);
	q->n = read_u16(r);
	for (unsigned i = 0; i < q->n && i < VAULT_LINK_MEETINGS; i++)
		q->meetings[i] = (int64_t)read_u64(r);
}

static void read_event(struct reader *r, struct vault_event *e)
{
	struct bytes id;

	e->what = read_u16(r);
	e->purpose = read_u8(r);
	e->outcome = read_u8(r);
	e->role = read_u8(r);
	e->actor = read_u32(r);
	e->subject = read_u32(r);
	e->meeting = read_u64(r);
	e->value = read_u32(r);
	id = read_bytes(r, sizeof(e->request_id));
	if (id.len == sizeof(e->request_id))
		memcpy(e->request_id, id.at, id.len);
}

static void read_events(struct reader *r, struct vault_question *q)
{
	q->n = read_u16(r);
	for (unsigned i = 0; i < q->n && i < VAULT_LINK_EVENTS; i++)
		read_event(r, &q->events[i]);
}

static void read_parts(struct reader *r, struct vault_question *q, unsigned parts)
{
	if (parts & VERSION)
		q->version = read_u8(r);
	if (parts & (USE | USE_ONE | USE_NONE))
		read_use(r, q);
	if (parts & CASE_REF)
		q->text = read_bytes(r, read_u8(r));
	if (parts & WHICH)
		q->which = read_u8(r);
	if (parts & AFTER)
		q->after = (int64_t)read_u64(r);
	if (parts & BEFORE)
		q->before = (int64_t)read_u64(r);
	if (parts & AT_MOST)
		q->at_most = read_u16(r);
	if (parts & EVENTS)
		read_events(r, q);
	if (parts & COUNT)
		q->dropped = read_u32(r);
	if (parts & TEXT)
		q->text = read_var(r, VAULT_LINK_TEXT);
}

int vault_question_read(const struct frame *f, struct vault_question *ret)
{
	struct reader r = reader_of(f->body);
	unsigned parts;

	if (!is_question(f->kind))
		return VAULT_LINK_E_BAD;
	parts = shapes[f->kind].parts;
	*ret = (struct vault_question){ .kind = (enum vault_frame)f->kind, .id = f->id };
	read_parts(&r, ret, parts);
	return reader_done(&r) && has_right_count(ret, parts) &&
			       has_right_numbers(ret, parts)
		       ? 0
		       : VAULT_LINK_E_BAD;
}

/* -- answers, written -------------------------------------------------------------- */
size_t vault_answer_begin(struct writer *w, uint32_t id, enum vault_result result)
{
	size_t begun = frame_begin(w, VAULT_ANSWER, id);

	write_u8(w, (uint8_t)result);
	return begun;
}

void vault_keys_write(struct writer *w, const struct vault_keys *k)
{
	write_u64(w, (uint64_t)k->meeting);
	write_u8(w, k->has);
	write_bytes(w, bytes_of(k->ck, sizeof(k->ck)));
	write_bytes(w, bytes_of(k->mk, sizeof(k->mk)));
}

void vault_state_write(struct writer *w, const struct vault_state *s)
{
	write_u64(w, s->size);
	write_u64(w, s->epoch);
	write_u64(w, s->dropped);
	write_u64(w, s->checkpoint_size);
	write_u64(w, (uint64_t)s->checkpoint_ms);
	write_u64(w, (uint64_t)s->oldest_ms);
	write_u32(w, s->segment);
	write_u32(w, s->segments);
	write_u64(w, s->bytes);
	write_u64(w, s->reserve_bytes);
	write_u64(w, s->free_bytes);
	write_u8(w, s->is_refusing);
	write_u8(w, s->is_development);
	write_var(w, bytes_str(s->checkpoint));
}

/* -- answers, read ----------------------------------------------------------------- */
static bool read_flag(struct reader *r)
{
	uint8_t v = read_u8(r);

	if (v > 1)
		r->bad = true;
	return v;
}

static void read_state(struct reader *r, struct vault_state *s)
{
	struct bytes line;

	s->size = read_u64(r);
	s->epoch = read_u64(r);
	s->dropped = read_u64(r);
	s->checkpoint_size = read_u64(r);
	s->checkpoint_ms = (int64_t)read_u64(r);
	s->oldest_ms = (int64_t)read_u64(r);
	s->segment = read_u32(r);
	s->segments = read_u32(r);
	s->bytes = read_u64(r);
	s->reserve_bytes = read_u64(r);
	s->free_bytes = read_u64(r);
	s->is_refusing = read_flag(r);
	s->is_development = read_flag(r);
	line = read_var(r, VAULT_LINK_LINE - 1);
	if (!bytes_is_clean_text(line, false) ||
		!bytes_to_str(line, s->checkpoint, sizeof(s->checkpoint)))
		r->bad = true;
}

static struct bytes read_rows(struct reader *r, size_t size, struct vault_answer *a)
{
	a->n = read_u16(r);
	if (a->n > VAULT_LINK_MEETINGS)
		r->bad = true;
	return read_bytes(r, r->bad ? 0 : a->n * size);
}

static void read_hello(struct reader *r, struct vault_answer *a)
{
	a->n = read_u8(r);
	if (a->n > VAULT_LINK_SUBKEYS)
		r->bad = true;
	a->subkeys = read_bytes(r, r->bad ? 0 : a->n * (size_t)VAULT_LINK_KEY);
	a->public_key = read_bytes(r, VAULT_LINK_KEY);
	a->is_development = read_flag(r);
}

static void read_done(struct reader *r, enum vault_frame asked, struct vault_answer *a)
{
	switch (asked) {
	case VAULT_ASK_HELLO:
		read_hello(r, a);
		break;
	case VAULT_ASK_OPEN:
	case VAULT_ASK_CREATE:
		a->keys = read_rows(r, VAULT_KEYS_BYTES, a);
		break;
	case VAULT_ASK_SHELF:
	case VAULT_ASK_FIND_CASE:
		a->ids = read_rows(r, sizeof(int64_t), a);
		break;
	case VAULT_ASK_SIGN:
		a->signature = read_bytes(r, VAULT_LINK_SIGNATURE);
		a->public_key = read_bytes(r, VAULT_LINK_KEY);
		a->checkpoint = read_var(r, VAULT_LINK_LINE - 1);
		break;
	case VAULT_ASK_STATE:
		read_state(r, &a->state);
		break;
	case VAULT_ASK_PRUNE:
		a->segments = read_u32(r);
		break;
	default: /* the others are answered by their result alone */
		break;
	}
}

int vault_answer_read(
	const struct frame *f, enum vault_frame asked, struct vault_answer *ret)
{
	struct reader r = reader_of(f->body);
	struct vault_answer a = { 0 };
	uint8_t result = read_u8(&r);

	if (f->kind != VAULT_ANSWER || !is_question(asked) ||
		result >= VAULT_RESULT_COUNT ||
		(result == VAULT_RESULT_TAKEN && asked != VAULT_ASK_CREATE))
		return VAULT_LINK_E_BAD;
	a.result = (enum vault_result)result;
	if (a.result == VAULT_RESULT_DONE)
		read_done(&r, asked, &a);
	if (!reader_done(&r))
		return VAULT_LINK_E_BAD;
	*ret = a;
	return 0;
}

void vault_answer_keys(const struct vault_answer *a, uint16_t i, struct vault_keys *ret)
{
	struct reader r = reader_of(
		bytes_of(a->keys.at + (size_t)i * VAULT_KEYS_BYTES, VAULT_KEYS_BYTES));

	ret->meeting = (int64_t)read_u64(&r);
	ret->has = read_u8(&r);
	memcpy(ret->ck, read_bytes(&r, VAULT_LINK_KEY).at, VAULT_LINK_KEY);
	memcpy(ret->mk, read_bytes(&r, VAULT_LINK_KEY).at, VAULT_LINK_KEY);
}

int64_t vault_answer_id(const struct vault_answer *a, uint16_t i)
{
	struct reader r = reader_of(
		bytes_of(a->ids.at + (size_t)i * sizeof(int64_t), sizeof(int64_t)));

	return (int64_t)read_u64(&r);
}

/* -- unasked ----------------------------------------------------------------------- */
static bool is_line(struct bytes line)
{
	return line.len > 0 && line.len < VAULT_LINK_LINE &&
	       bytes_is_clean_text(line, false);
}

void vault_anchor_write(struct writer *w, struct bytes line)
{
	if (!is_line(line))
		w->bad = true;
	frame_write(w, &(struct frame){ .kind = VAULT_TELL_ANCHOR, .body = line });
}

int vault_anchor_read(const struct frame *f, struct bytes *ret_line)
{
	if (f->kind != VAULT_TELL_ANCHOR || !is_line(f->body))
		return VAULT_LINK_E_BAD;
	*ret_line = f->body;
	return 0;
}
