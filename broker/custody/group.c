/* SPDX-License-Identifier: MPL-2.0
 *
 * Questions that came over links, in groups: each is checked, its records are staged and
 * its answer written into guarded memory; only when the records of all are durable do
 * the answers leave. Whoever asks may be in an attacker's hand: what is not our language
 * is refused, and nothing that was asked reaches an assert.
 */
#include "inside.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"

#include <errno.h>

#define ANSWER_HEAD (FRAME_HEAD + 1)

_Static_assert(VAULT_LINK_EVENTS <= LOG_GROUP_MAX, "a NOTE fits into one commit");
_Static_assert(VAULT_LINK_MEETINGS == VAULT_MEETINGS_MAX, "one limit");
_Static_assert(VAULT_LINK_LINE == CHECKPOINT_LINE_MAX, "one limit");
_Static_assert((int)NODE_SUBKEY_COUNT <= VAULT_LINK_SUBKEYS, "they fit into a HELLO");
_Static_assert(VAULT_KEYS_BYTES == 9 + 2 * KEY_BYTES, "keys on the wire");
_Static_assert(
	ANSWER_HEAD + 2 + VAULT_MEETINGS_MAX * VAULT_KEYS_BYTES <= CUSTODY_OUT_BYTES,
	"the longest answer");

/* -- is it our language ------------------------------------------------------------ */
static bool is_use(const struct vault_question *q)
{
	if (q->purpose >= VAULT_PURPOSE_COUNT || q->actor < -1 || q->actor > UINT32_MAX)
		return false;
	for (size_t i = 0; i < q->n; i++)
		if (q->meetings[i] <= 0)
			return false;
	return true;
}

static struct audit_event event_of(const struct vault_event *e)
{
	return (struct audit_event){ (enum audit_what)e->what,
		(enum audit_purpose)e->purpose, (enum audit_outcome)e->outcome,
		(enum audit_role)e->role, e->actor, e->subject, e->meeting, e->value };
}

static bool are_events(const struct vault_question *q)
{
	for (size_t i = 0; i < q->n; i++) {
		const struct audit_event event = event_of(&q->events[i]);

		if (!stage_may_note(&event))
			return false;
	}
	return true;
}

static bool is_known_question(const struct vault_question *q)
{
	switch (q->kind) {
	case VAULT_ASK_HELLO:
		return q->version == VAULT_LINK_VERSION;
	case VAULT_ASK_OPEN:
	case VAULT_ASK_FORGET:
		return is_use(q);
	case VAULT_ASK_CREATE:
	case VAULT_ASK_SET_CASE:
	case VAULT_ASK_FIND_CASE:
		return is_use(q) && bytes_is_clean_text(q->text, false);
	case VAULT_ASK_NOTE:
		return are_events(q);
	case VAULT_ASK_SIGN:
		return act_is_minutes(q->text);
	default:
		return true;
	}
}

/* -- answering --------------------------------------------------------------------- */
static void write_keys(struct writer *w, const struct meeting_keys *keys, size_t n)
{
	write_u16(w, (uint16_t)n);
	for (size_t i = 0; i < n; i++) {
		wiped(struct vault_keys, k);

		k.meeting = keys[i].meeting;
		k.has = (uint8_t)((keys[i].has_ck ? VAULT_CK : 0) |
				  (keys[i].has_mk ? VAULT_MK : 0));
		if (keys[i].has_ck)
			memcpy(k.ck, keys[i].ck.at, KEY_BYTES);
		if (keys[i].has_mk)
			memcpy(k.mk, keys[i].mk.at, KEY_BYTES);
		vault_keys_write(w, &k);
	}
}

static int answer_keys(struct custody *c, const struct vault_question *q,
	const struct vault_use *use, struct writer *w)
{
	owned(meeting_keys_freep) struct meeting_keys *keys = NULL;
	int r = q->kind == VAULT_ASK_OPEN ? act_open(c, use, &keys)
					  : act_create(c, use, q->text, &keys);

	if (r == 0)
		write_keys(w, keys, q->n);
	return r;
}

static int answer_ids(struct custody *c, const struct vault_question *q,
	const struct vault_use *use, struct writer *w)
{
	int64_t at[VAULT_MEETINGS_MAX];
	struct vault_ids ids = { .after = q->after, .cap = q->at_most, .at = at };
	int r;

	if (q->kind == VAULT_ASK_FIND_CASE)
		r = act_find_case(c, use, q->text, &ids);
	else
		r = vault_shelf_ids_here(
			c->shelf, q->after, q->before, at, q->at_most, &ids.n);
	if (r != 0)
		return r;
	write_u16(w, (uint16_t)ids.n);
	for (size_t i = 0; i < ids.n; i++)
		write_u64(w, (uint64_t)at[i]);
	return 0;
}

static int answer_hello(struct custody *c, struct writer *w)
{
	static const struct key nothing;

	write_u8(w, NODE_SUBKEY_COUNT);
	for (unsigned i = 0; i < NODE_SUBKEY_COUNT; i++) {
		const struct key *key =
			i == NODE_WRAP ? &nothing
				       : node_key_get(c->most, (enum node_subkey)i);

		write_bytes(w, bytes_of(key->at, KEY_BYTES));
	}
	write_bytes(w, bytes_of(c->signing_public, SIGN_PUBLIC));
	write_u8(w, auditor_set_is_development(&c->auditors));
	return 0;
}

static int answer_state(struct custody *c, struct writer *w)
{
	struct audit_log_state s;
	struct vault_state out;

	audit_log_state(c->log, &s);
	out = (struct vault_state){ .size = s.size,
		.epoch = s.epoch,
		.dropped = s.dropped,
		.checkpoint_size = s.checkpoint_size,
		.checkpoint_ms = s.checkpoint_ms,
		.oldest_ms = s.oldest_ms,
		.segment = s.segment,
		.segments = s.segments,
		.bytes = s.bytes,
		.reserve_bytes = s.reserve_bytes,
		.free_bytes = s.free_bytes,
		.is_refusing = s.is_refusing,
		.is_development = auditor_set_is_development(&c->auditors) };
	memcpy(out.checkpoint, s.checkpoint, sizeof(out.checkpoint));
	vault_state_write(w, &out);
	return 0;
}

static int answer_note(struct custody *c, const struct vault_question *q)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->n; i++) {
		const struct audit_event event = event_of(&q->events[i]);

		r = stage_event(c, &event, RECORD_SERVING, q->events[i].request_id);
	}
	return r;
}

static int answer_signature(
	struct custody *c, const struct vault_question *q, struct writer *w)
{
	struct vault_signature signature;
	int r = act_sign(c, q->text, &signature);

	if (r != 0)
		return r;
	write_bytes(w, bytes_of(signature.at, sizeof(signature.at)));
	write_bytes(w, bytes_of(signature.public_key, sizeof(signature.public_key)));
	write_var(w, bytes_str(signature.checkpoint));
	return 0;
}

static int answer_prune(
	struct custody *c, const struct vault_question *q, struct writer *w)
{
	size_t n = 0;
	int r = custody_prune(c, q->before, &n);

	if (r == 0)
		write_u32(w, (uint32_t)n);
	return r;
}

static int act(struct custody *c, const struct vault_question *q, struct writer *w)
{
	const struct vault_use use = { (enum vault_purpose)q->purpose, q->actor,
		q->meetings, q->n };

	switch (q->kind) {
	case VAULT_ASK_HELLO:
		return answer_hello(c, w);
	case VAULT_ASK_OPEN:
	case VAULT_ASK_CREATE:
		return answer_keys(c, q, &use, w);
	case VAULT_ASK_FORGET:
		return act_forget(c, &use, (enum vault_which)q->which);
	case VAULT_ASK_SHELF:
	case VAULT_ASK_FIND_CASE:
		return answer_ids(c, q, &use, w);
	case VAULT_ASK_SET_CASE:
		return act_set_case(c, &use, q->text);
	case VAULT_ASK_NOTE:
		return answer_note(c, q);
	case VAULT_ASK_DROPPED:
		audit_log_dropped(c->log, q->dropped);
		return 0;
	case VAULT_ASK_SIGN:
		return answer_signature(c, q, w);
	case VAULT_ASK_STATE:
		return answer_state(c, w);
	case VAULT_ASK_ROTATE:
		return custody_rotate(c);
	case VAULT_ASK_PRUNE:
		return answer_prune(c, q, w);
	default:
		return act_reload(c);
	}
}

/* -- the group --------------------------------------------------------------------- */
/* Commits by itself, or changes what others of the group stand on. */
static bool is_alone(enum vault_frame kind)
{
	return kind == VAULT_ASK_ROTATE || kind == VAULT_ASK_PRUNE ||
	       kind == VAULT_ASK_RELOAD;
}

static bool uses_keys(enum vault_frame kind)
{
	return kind == VAULT_ASK_OPEN || kind == VAULT_ASK_CREATE ||
	       kind == VAULT_ASK_FORGET || kind == VAULT_ASK_SHELF ||
	       kind == VAULT_ASK_SET_CASE || kind == VAULT_ASK_FIND_CASE;
}

/* The most that its answer can be. */
static size_t room_of(const struct vault_question *q)
{
	switch (q->kind) {
	case VAULT_ASK_OPEN:
	case VAULT_ASK_CREATE:
		return ANSWER_HEAD + 2 + (size_t)q->n * VAULT_KEYS_BYTES;
	case VAULT_ASK_SHELF:
	case VAULT_ASK_FIND_CASE:
		return ANSWER_HEAD + 2 + (size_t)q->at_most * sizeof(int64_t);
	case VAULT_ASK_HELLO:
		return ANSWER_HEAD + 2 + (NODE_SUBKEY_COUNT + 1) * KEY_BYTES;
	default:
		return ANSWER_HEAD + 1024;
	}
}

static enum vault_result result_of(int r)
{
	return r == 0              ? VAULT_RESULT_DONE
	       : r == STAGE_E_FULL ? VAULT_RESULT_FULL
	       : r == ACT_E_TAKEN  ? VAULT_RESULT_TAKEN
				   : VAULT_RESULT_FAILED;
}

static size_t write_result(uint8_t *at, size_t cap, uint32_t id, enum vault_result result)
{
	struct writer w = writer_of(at, cap);

	frame_end(&w, vault_answer_begin(&w, id, result));
	return w.len;
}

/* The question's place in the group, its answer as if all went well. */
static void take(struct custody *c, unsigned link, const struct vault_question *q)
{
	uint8_t *at = c->out + c->out_len;
	struct writer w = writer_of(at, CUSTODY_OUT_BYTES - c->out_len);
	size_t begun = vault_answer_begin(&w, q->id, VAULT_RESULT_DONE);
	struct pending *p = &c->pending[c->n++];
	int r = act(c, q, &w);

	frame_end(&w, begun);
	if (r == 0 && !writer_ok(&w))
		r = fault_here(ENOBUFS);
	*p = (struct pending){ .link = link,
		.id = q->id,
		.uses_keys = uses_keys(q->kind),
		.at = c->out_len,
		.len = w.len };
	if (r != 0)
		p->len = write_result(
			at, CUSTODY_OUT_BYTES - c->out_len, q->id, result_of(r));
	c->out_len += p->len;
	c->is_alone = is_alone(q->kind);
	if (r < 0 && c->fault == 0)
		c->fault = r;
}

int custody_ask(struct custody *c, unsigned link, const struct frame *question)
{
	struct vault_question q;

	if (vault_question_read(question, &q) != 0 || !is_known_question(&q))
		return CUSTODY_E_BAD;
	if (c->n > 0 && (is_alone(q.kind) || c->is_alone || c->n == LOG_GROUP_MAX ||
				room_of(&q) > CUSTODY_OUT_BYTES - c->out_len))
		return CUSTODY_E_LATER;
	take(c, link, &q);
	return 0;
}

int custody_settle(struct custody *c,
	void (*answer)(void *arg, unsigned link, struct bytes frames), void *arg)
{
	struct group_end end = group_end(c);
	int fault = c->fault;

	for (unsigned i = 0; i < c->n; i++) {
		const struct pending *p = &c->pending[i];
		int r = end.log != 0 ? end.log : p->uses_keys ? end.keys : 0;
		uint8_t failed[ANSWER_HEAD];
		struct bytes out = bytes_of(c->out + p->at, p->len);

		if (r != 0)
			out = bytes_of(failed, write_result(failed, sizeof(failed), p->id,
						       result_of(r)));
		answer(arg, p->link, out);
	}
	secret_wipe(c->out, c->out_len);
	c->out_len = 0;
	c->n = 0;
	c->fault = 0;
	fault = end.log < 0 ? end.log : end.keys < 0 ? end.keys : fault;
	return fault < 0 ? fault_pass(fault) : 0;
}
