/* SPDX-License-Identifier: MPL-2.0
 *
 * A serving process in an attacker's hand gets no key without leaving a record. A double
 * speaks the language with random questions, right ones, wrong ones and noise, while
 * writing to the disk fails now and then. At every key that leaves, the log's files are
 * read as an auditor would read them: its record must be there already.
 */
#include "custody_fixture.h"

#include <signal.h>
#include <sys/resource.h>

#define MEETINGS  24
#define MKS       8 /* of one meeting: its keys die and are made anew */
#define QUESTIONS 6000
#define ACTORS    3
#define FRESH     4096 /* records, or keys, of one group */

/* -- the auditor ------------------------------------------------------------------- */
struct auditor {
	struct scene *scene;
	struct key secret, k;
	struct log_place place;
	long offset;
	size_t records;
	/* on the disk, not looked into yet: the keys that open them are on their way */
	size_t fresh_n;
	struct {
		struct record record;
		uint64_t sequence;
	} fresh[FRESH];
	/* what is on record: how often, by whom, what for, of which meeting */
	unsigned opened[VAULT_PURPOSE_COUNT][ACTORS][MEETINGS + 1];
	unsigned made[MEETINGS + 1];
	struct key mk[MEETINGS + 1][MKS];
	unsigned mks[MEETINGS + 1];
};

static struct scene scene;
static struct auditor auditor;

static FILE *segment_of(const struct auditor *a, uint32_t number)
{
	char name[48];

	(void)snprintf(name, sizeof(name), "audit/%08u.seg", number);
	return fopen(in_vault(a->scene, name), "re");
}

static bool enter_segment(struct auditor *a)
{
	uint8_t head[SEGMENT_HEAD_BYTES];
	struct opened_shares one;
	struct segment_head h;
	FILE *f = segment_of(a, a->place.segment + 1);

	if (!f)
		return false;
	assert_int_equal(fread(head, 1, sizeof(head), f), sizeof(head));
	(void)fclose(f);
	assert_int_equal(segment_head_read(head, &h), 0);
	assert_true(shares_open(&h, &a->secret, &one) > 0);
	assert_true(shares_join(&h, &one, &one, &a->k));
	a->place.segment = h.number;
	a->place.sequence = h.first;
	memcpy(a->place.log_id, h.log_id, sizeof(h.log_id));
	memcpy(a->place.chain, h.chain, sizeof(h.chain));
	chain_enter(a->place.chain, &h);
	a->offset = SEGMENT_HEAD_BYTES;
	return true;
}

/* The meeting of a record, by whichever of the keys that left opens it; 0: none. */
static int64_t meeting_of(
	const struct auditor *a, const struct record *r, uint64_t sequence)
{
	for (int64_t id = 1; r->has_inner && id <= MEETINGS; id++)
		for (unsigned i = 0; i < a->mks[id] && i < MKS; i++) {
			struct record_inner inner;
			struct key key;

			record_inner_key(&a->mk[id][i], &key);
			if (record_open_inner(
				    r, &key, a->place.log_id, sequence, &inner) == 0) {
				assert_true(inner.meeting == id);
				return id;
			}
		}
	return 0;
}

static void count(struct auditor *a, const struct record *r, uint64_t sequence)
{
	int64_t meeting = meeting_of(a, r, sequence);

	a->records++;
	if (r->outcome != AUDIT_DONE || r->source != RECORD_VAULT)
		return;
	if (r->event == AUDIT_KEY_MADE && meeting)
		a->made[meeting]++;
	if (r->event == AUDIT_KEY_OPENED && meeting) {
		assert_true(r->value < VAULT_PURPOSE_COUNT && r->actor < ACTORS);
		a->opened[r->value][r->actor][meeting]++;
	}
}

static void count_fresh(struct auditor *a)
{
	for (size_t i = 0; i < a->fresh_n; i++)
		count(a, &a->fresh[i].record, a->fresh[i].sequence);
	a->fresh_n = 0;
}

/* Everything that has come to the files since the last look. */
static void look(struct auditor *a)
{
	do {
		uint8_t frame[LOG_FRAME_BYTES], plain[RECORD_BYTES];
		FILE *f = a->place.segment ? segment_of(a, a->place.segment) : NULL;
		struct key rk;

		if (!f)
			continue;
		assert_int_equal(fseek(f, a->offset, SEEK_SET), 0);
		while (fread(frame, 1, sizeof(frame), f) == sizeof(frame)) {
			ratchet_step(&a->k, &rk);
			assert_int_equal(log_frame_open(&rk, &a->place, frame, plain), 0);
			assert_true(a->fresh_n < FRESH);
			a->fresh[a->fresh_n].sequence = a->place.sequence;
			assert_int_equal(
				record_read(plain, &a->fresh[a->fresh_n++].record), 0);
			chain_next(a->place.chain, frame);
			a->place.sequence++;
			a->offset += LOG_FRAME_BYTES;
		}
		(void)fclose(f);
	} while (enter_segment(a));
}

/* -- the double -------------------------------------------------------------------- */
struct asked {
	enum vault_frame kind;
	enum vault_purpose purpose;
	int64_t actor;
};

static struct asked asked[4096];
static struct {
	struct asked by;
	struct vault_keys keys;
} out[FRESH]; /* keys that left with this group */
static size_t out_n;
static unsigned keys_out, answers_out, failed_out;
/* How often keys left, against what is on record. */
static unsigned left[VAULT_PURPOSE_COUNT][ACTORS][MEETINGS + 1];
static unsigned left_made[MEETINGS + 1];

static bool is_once(enum vault_purpose purpose)
{
	return purpose == VAULT_DAY || purpose == VAULT_VIEW || purpose == VAULT_TEAM ||
	       purpose == VAULT_SEARCH;
}

static void learn(struct auditor *a, const struct vault_keys *k)
{
	struct key *mk = &a->mk[k->meeting][a->mks[k->meeting] % MKS];

	if (!(k->has & VAULT_MK))
		return;
	for (unsigned i = 0; i < a->mks[k->meeting] && i < MKS; i++)
		if (memcmp(a->mk[k->meeting][i].at, k->mk, KEY_BYTES) == 0)
			return;
	memcpy(mk->at, k->mk, KEY_BYTES);
	a->mks[k->meeting]++;
}

static void key_left(struct auditor *a, const struct asked *q, const struct vault_keys *k)
{
	int64_t actor = q->actor < 0 ? 0 : q->actor;
	unsigned *n = &left[q->purpose][actor][k->meeting];

	assert_true(k->meeting > 0 && k->meeting <= MEETINGS);
	if (k->has == 0)
		return;
	keys_out++;
	if (q->kind == VAULT_ASK_CREATE) {
		assert_true(a->made[k->meeting] >= ++left_made[k->meeting]);
		return;
	}
	if (!(k->has & VAULT_MK))
		return; /* its record says no meeting: counted as refused or done alone */
	(*n)++;
	assert_true(a->opened[q->purpose][actor][k->meeting] >=
		    (is_once(q->purpose) ? 1 : *n));
}

static void hear(void *arg, unsigned link, struct bytes frames)
{
	struct auditor *a = arg;
	struct frame f = frame_at(frames.at, frames.len);
	const struct asked *q = &asked[f.id % ARRAY_LEN(asked)];
	struct vault_answer answer;

	assert_int_equal(link, 1);
	assert_int_equal(vault_answer_read(&f, q->kind, &answer), 0);
	answers_out++;
	failed_out += answer.result == VAULT_RESULT_FAILED;
	if (answer.keys.len && out_n == 0)
		look(a); /* now: whatever is written later is too late */
	for (uint16_t i = 0; answer.keys.len && i < answer.n; i++) {
		assert_true(out_n < FRESH);
		out[out_n].by = *q;
		vault_answer_keys(&answer, i, &out[out_n].keys);
		learn(a, &out[out_n++].keys);
	}
}

static void fill_use(struct vault_question *q)
{
	q->purpose = (uint8_t)random_below(VAULT_PURPOSE_COUNT);
	q->actor = (int64_t)random_below(ACTORS + 1) - 1;
	if (q->actor == ACTORS)
		q->actor = 0;
	q->n = q->kind == VAULT_ASK_OPEN || q->kind == VAULT_ASK_FORGET
		       ? (uint16_t)(1 + random_below(5))
	       : q->kind == VAULT_ASK_FIND_CASE ? 0
						: 1;
	for (unsigned i = 0; i < q->n; i++)
		q->meetings[i] = 1 + (int64_t)random_below(MEETINGS);
}

static void make_question(struct vault_question *q)
{
	static const enum vault_frame kinds[] = { VAULT_ASK_OPEN, VAULT_ASK_OPEN,
		VAULT_ASK_OPEN, VAULT_ASK_OPEN, VAULT_ASK_CREATE, VAULT_ASK_CREATE,
		VAULT_ASK_FORGET, VAULT_ASK_SET_CASE, VAULT_ASK_FIND_CASE, VAULT_ASK_NOTE,
		VAULT_ASK_STATE, VAULT_ASK_HELLO };

	*q = (struct vault_question){ .kind = kinds[random_below(ARRAY_LEN(kinds))],
		.version = 1,
		.which = (uint8_t)(1 + random_below(3)),
		.at_most = 3,
		.text = BYTES_LIT("Sag 1") };
	fill_use(q);
	if (q->kind == VAULT_ASK_NOTE)
		q->events[0] = (struct vault_event){ .what = (uint16_t)random_below(80),
			.role = (uint8_t)random_below(6),
			.meeting = random_below(MEETINGS) };
	if (random_below(400) == 0)
		q->kind = VAULT_ASK_ROTATE;
}

/* A frame of that question, sometimes damaged, sometimes noise. */
static size_t make_frame(uint8_t *buf, size_t cap, uint32_t id)
{
	struct writer w = writer_of(buf, cap);
	struct vault_question q;
	uint32_t spoil = random_below(10);

	make_question(&q);
	q.id = id;
	asked[id % ARRAY_LEN(asked)] =
		(struct asked){ q.kind, (enum vault_purpose)q.purpose, q.actor };
	vault_question_write(&w, &q);
	assert_true(writer_ok(&w));
	if (spoil == 0 && w.len > FRAME_HEAD)
		w.len -= 1 + random_below((uint32_t)(w.len - FRAME_HEAD));
	if (spoil == 1) {
		size_t noise = FRAME_HEAD + random_below(64);

		/* The id stays: now and then noise is a question, and answered. */
		random_fill(buf + FRAME_HEAD, noise - FRAME_HEAD);
		random_fill(buf + 4, 1);
		asked[id % ARRAY_LEN(asked)].kind = (enum vault_frame)buf[4];
		w.len = noise;
	}
	return w.len;
}

static void disk_fails(bool does)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = does ? 0 : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void settle(struct auditor *a)
{
	bool fails = random_below(12) == 0;
	unsigned keys = keys_out;
	int r;

	disk_fails(fails);
	r = custody_settle(a->scene->custody, hear, a);
	disk_fails(false);
	count_fresh(a);
	for (size_t i = 0; i < out_n; i++)
		key_left(a, &out[i].by, &out[i].keys);
	out_n = 0;
	if (fails && r != 0)
		assert_int_equal(keys_out, keys);
}

static int start(void **state)
{
	memset(&auditor, 0, sizeof(auditor));
	scene_make(&scene);
	scene_open(&scene);
	auditor.scene = &scene;
	memset(auditor.secret.at, 1, sizeof(auditor.secret.at));
	*state = &auditor;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	scene_remove(&scene);
	return 0;
}

static void no_key_leaves_before_its_record(void **state)
{
	struct auditor *a = *state;
	unsigned refused = 0, later = 0;

	for (uint32_t id = 0; id < QUESTIONS; id++) {
		uint8_t buf[16384];
		size_t len = make_frame(buf, sizeof(buf), id);
		struct frame f = frame_at(buf, len);
		int r = custody_ask(a->scene->custody, 1, &f);

		if (r == CUSTODY_E_LATER) {
			later++;
			settle(a);
			r = custody_ask(a->scene->custody, 1, &f);
		}
		assert_true(r == 0 || r == CUSTODY_E_BAD);
		refused += r == CUSTODY_E_BAD;
		if (random_below(4) == 0)
			settle(a);
	}
	settle(a);
	look(a);
	count_fresh(a);
	/* Or nothing was tried. */
	assert_true(keys_out > 500 && refused > 300 && failed_out > 50 && later > 0);
	assert_true(a->records > keys_out / 2);
	print_message("%u keys left with %zu records; %u questions refused, %u failed\n",
		keys_out, a->records, refused, failed_out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			no_key_leaves_before_its_record, start, stop),
	};

	if (secret_start() < 0 || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
