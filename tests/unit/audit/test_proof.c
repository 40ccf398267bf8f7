/* SPDX-License-Identifier: MPL-2.0
 *
 * An export's proof: read back as it was written, true of its own log alone, and of a
 * record that was deleted since as well.
 */
#include "log_fixture.h"
#include "made_log.h"

#include "samtale/audit/reader.h"

#include <errno.h>

struct stage {
	struct log_place_on_disk disk;
	struct made_log log;
	struct record_proof proof; /* of record 4, in the second segment */
};

static int set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct log_reader *r = NULL;
	struct bundle_parts parts;
	struct read_record got;
	char bundle[128], share[128];
	const char *shares[] = { share };

	assert_non_null(s);
	disk_make(&s->disk);
	made_new(&s->log, s->disk.path, 1);
	made_start(&s->log, CHECKPOINT_START);
	made_segment(&s->log);
	for (unsigned i = 0; i < 5; i++)
		made_record(&s->log, 9, NULL);
	made_checkpoint(&s->log, CHECKPOINT_END);
	disk_path(&s->disk, "bundle", bundle);
	disk_path(&s->disk, "share", share);
	parts = (struct bundle_parts){
		.folder = s->disk.path, .auditors = &s->log.auditors, .to_ms = INT64_MAX
	};
	assert_int_equal(bundle_write(bundle, &parts), 0);
	assert_int_equal(share_write(share, bundle, &s->log.secrets[0]), 0);
	assert_int_equal(log_reader_open(&r, bundle, shares, 1), 0);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(log_reader_next(r, &got), 0);
	log_reader_proof(r, &s->proof);
	(void)log_reader_close(r);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *s = *state;

	made_close(&s->log);
	folder_remove(s->disk.path);
	free(s);
	return 0;
}

static void a_proof_is_true_of_its_log(void **state)
{
	struct stage *s = *state;
	struct record r;

	assert_int_equal(s->proof.sequence, 4);
	assert_int_equal(s->proof.segment, 2);
	assert_int_equal(proof_open(&s->proof, &r), 0);
	assert_int_equal(r.event, 9);
	assert_int_equal(proof_check(s->disk.path, &s->proof), 0);
}

static void a_proof_is_read_back_as_it_was_written(void **state)
{
	struct stage *s = *state;
	char text[PROOF_TEXT_MAX], again[PROOF_TEXT_MAX], spaced[2 * PROOF_TEXT_MAX];
	struct record_proof p;
	size_t n = 0;

	proof_write(&s->proof, text);
	assert_int_equal(proof_read(bytes_str(text), &p), 0);
	proof_write(&p, again);
	assert_string_equal(text, again);
	for (const char *at = text; *at; at++) { /* as a tool may print JSON */
		spaced[n++] = *at;
		if (*at == ',' || *at == '{' || *at == ':')
			spaced[n++] = ' ';
	}
	assert_int_equal(proof_read(bytes_of(spaced, n), &p), 0);
	proof_write(&p, again);
	assert_string_equal(text, again);
}

static void what_is_not_quite_a_proof_is_none(void **state)
{
	struct stage *s = *state;
	char text[PROOF_TEXT_MAX];
	struct record_proof p;
	size_t len;

	proof_write(&s->proof, text);
	len = strlen(text);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(proof_read(bytes_of(text, i), &p), PROOF_E_BAD);
	text[len] = 'x';
	assert_int_equal(proof_read(bytes_of(text, len + 1), &p), PROOF_E_BAD);
	text[10] = 'G';
	assert_int_equal(proof_read(bytes_of(text, len), &p), PROOF_E_BAD);
}

static void proofs_are_found_in_a_longer_text(void **state)
{
	struct stage *s = *state;
	char text[PROOF_TEXT_MAX], all[4 * PROOF_TEXT_MAX];
	struct record_proof p;
	struct bytes at;

	proof_write(&s->proof, text);
	(void)snprintf(all, sizeof(all),
		"{\"records\":[{\"proof\":%s},{\"proof\": "
		"%s}],\"log\":\"x\",\"p\":{\"log\":1}}",
		text, text);
	at = bytes_str(all);
	assert_int_equal(proof_find(&at, &p), 0);
	assert_int_equal(proof_find(&at, &p), 0);
	assert_int_equal(p.sequence, 4);
	assert_int_equal(proof_find(&at, &p), PROOF_E_BAD);
	assert_int_equal(proof_find(&at, &p), PROOF_E_MISSING);
}

static void a_changed_proof_is_true_of_nothing(void **state)
{
	struct stage *s = *state;
	struct record_proof p;

	for (size_t i = 0; i < 6; i++) {
		p = s->proof;
		p.log_id[0] ^= (uint8_t)(i == 0);
		p.segment ^= (uint32_t)(i == 1);
		p.sequence ^= (uint64_t)(i == 2);
		p.rk.at[31] ^= (uint8_t)(i == 3);
		p.chain[5] ^= (uint8_t)(i == 4);
		p.frame[100] ^= (uint8_t)(i == 5);
		assert_int_equal(proof_check(s->disk.path, &p), PROOF_E_BAD);
	}
}

/* A record that its maker sealed well, but that never stood in the log. */
static void a_record_made_up_differs_from_the_log(void **state)
{
	struct stage *s = *state;
	struct record_proof p = s->proof;
	struct log_place at = { .segment = p.segment, .sequence = p.sequence };
	struct record r = record_some();
	uint8_t plain[RECORD_BYTES];

	memcpy(at.log_id, p.log_id, sizeof(at.log_id));
	memcpy(at.chain, p.chain, sizeof(at.chain));
	record_write(&r, plain);
	log_frame_write(&p.rk, &at, plain, p.frame);
	assert_int_equal(proof_open(&p, &r), 0);
	assert_int_equal(proof_check(s->disk.path, &p), PROOF_E_DIFFERS);
	p.sequence = at.sequence = 7; /* behind the log's end */
	log_frame_write(&p.rk, &at, plain, p.frame);
	assert_int_equal(proof_check(s->disk.path, &p), PROOF_E_MISSING);
	p.sequence = at.sequence = 1; /* before the segment */
	log_frame_write(&p.rk, &at, plain, p.frame);
	assert_int_equal(proof_check(s->disk.path, &p), PROOF_E_DIFFERS);
	p.sequence = at.sequence = 4;
	p.segment = at.segment = 3; /* there is none */
	log_frame_write(&p.rk, &at, plain, p.frame);
	assert_int_equal(proof_check(s->disk.path, &p), PROOF_E_MISSING);
	made_prune(&s->log, 2);
	p.segment = at.segment = 2; /* deleted, and the links say otherwise */
	log_frame_write(&p.rk, &at, plain, p.frame);
	assert_int_equal(proof_check(s->disk.path, &p), PROOF_E_DIFFERS);
	assert_int_equal(proof_check("/tmp/there/is/no/such/folder", &p), -ENOENT);
}

static void a_deleted_record_is_proven_by_its_link(void **state)
{
	struct stage *s = *state;

	made_prune(&s->log, 2);
	assert_int_equal(proof_check(s->disk.path, &s->proof), 0);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_proof_is_true_of_its_log),
		STAGED(a_proof_is_read_back_as_it_was_written),
		STAGED(what_is_not_quite_a_proof_is_none),
		STAGED(proofs_are_found_in_a_longer_text),
		STAGED(a_changed_proof_is_true_of_nothing),
		STAGED(a_record_made_up_differs_from_the_log),
		STAGED(a_deleted_record_is_proven_by_its_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
