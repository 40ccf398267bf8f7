/* SPDX-License-Identifier: MPL-2.0
 *
 * Golden vectors: from fixed keys come the bytes in tests/fixtures/audit/vectors.txt,
 * today and in ten years; the second verifier reads the same file. `--write FILE` writes
 * it anew, for a new version of the format alone.
 */
#include "log_fixture.h"

#include "hex.h"

#define TEXT_MAX 16384

void __wrap_random_fill(void *at, size_t len);

/* The salt of the inner part is the only random value here. */
void __wrap_random_fill(void *at, size_t len)
{
	bytes_count_up(at, len, 0xa0);
}

static void row(struct writer *w, const char *name, const void *at, size_t len)
{
	write_str(w, name);
	write_u8(w, ' ');
	write_hex(w, bytes_of(at, len));
	write_u8(w, '\n');
}

static void write_records(struct writer *w)
{
	const struct key mk = key_filled(0x22);
	const struct record_inner inner = inner_some();
	const struct log_place place = place_some();
	struct key k = key_filled(0x11), rk, inner_key;
	struct record r = record_some();
	struct log_place at = place;
	uint8_t plain[RECORD_BYTES], frame[LOG_FRAME_BYTES];

	row(w, "log_id", at.log_id, sizeof(at.log_id));
	row(w, "chain", at.chain, sizeof(at.chain));
	row(w, "mk", mk.at, sizeof(mk.at));
	record_inner_key(&mk, &inner_key);
	row(w, "inner_key", inner_key.at, sizeof(inner_key.at));
	row(w, "k_0", k.at, sizeof(k.at));
	for (unsigned i = 0; i < 2; i++) {
		ratchet_step(&k, &rk);
		row(w, i == 0 ? "rk_0" : "rk_1", rk.at, sizeof(rk.at));
		row(w, i == 0 ? "k_1" : "k_2", k.at, sizeof(k.at));
		if (i == 1)
			record_seal_inner(&r, &mk, at.log_id, at.sequence, &inner);
		record_write(&r, plain);
		row(w, i == 0 ? "plain_0" : "plain_1", plain, sizeof(plain));
		log_frame_write(&rk, &at, plain, frame);
		row(w, i == 0 ? "frame_0" : "frame_1", frame, sizeof(frame));
		chain_next(at.chain, frame);
		row(w, i == 0 ? "chain_0" : "chain_1", at.chain, sizeof(at.chain));
		at.sequence++;
	}
}

static void write_head(struct writer *w)
{
	struct segment_head h = head_some();
	uint8_t at[SEGMENT_HEAD_BYTES];

	segment_head_write(&h, at);
	row(w, "head", at, sizeof(at));
	chain_enter(h.chain, &h);
	row(w, "chain_entered", h.chain, sizeof(h.chain));
}

static void write_checkpoints(struct writer *w)
{
	const struct key seed = key_filled(0x33);
	struct checkpoint c = checkpoint_some();
	char line[CHECKPOINT_LINE_MAX];
	uint8_t public_key[SIGN_PUBLIC];

	sign_public(&seed, public_key);
	row(w, "seed", seed.at, sizeof(seed.at));
	row(w, "public", public_key, sizeof(public_key));
	for (int kind = CHECKPOINT_START; kind <= CHECKPOINT_LOSS; kind++) {
		c.kind = (enum checkpoint_kind)kind;
		checkpoint_write(&c, &seed, line);
		write_fmt(w, "line %s\n", line);
	}
}

static struct bytes made(char text[TEXT_MAX])
{
	struct writer w = writer_of(text, TEXT_MAX);

	write_records(&w);
	write_head(&w);
	write_checkpoints(&w);
	assert_true(writer_ok(&w));
	return writer_bytes(&w);
}

static void the_format_is_what_it_was(void **state)
{
	static char text[TEXT_MAX], known[TEXT_MAX];
	struct bytes now = made(text);
	FILE *f = fopen(FIXTURES "/vectors.txt", "r");
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(known, 1, sizeof(known), f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(n, now.len);
	assert_memory_equal(known, now.at, n);
}

static int write_anew(const char *path)
{
	static char text[TEXT_MAX];
	struct bytes now = made(text);
	FILE *f = fopen(path, "w");

	return f && fwrite(now.at, 1, now.len, f) == now.len && fclose(f) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_format_is_what_it_was),
	};

	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_anew(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
