/* SPDX-License-Identifier: MPL-2.0
 *
 * Sealed files: whole and unchanged, or not at all.
 */
#include "vault_fixture.h"

#include "samtale/vault/seal_stream.h"

#include <errno.h>

#define CHUNK (64 * 1024)

static struct vault_place place;

static int start(void **state)
{
	place_make(&place);
	*state = &place;
	return 0;
}

static int stop(void **state)
{
	place_remove(*state);
	return 0;
}

struct sink {
	uint8_t *at;
	size_t len, cap;
	int fail_with;
};

static int sink_put(void *arg, struct bytes chunk)
{
	struct sink *s = arg;

	if (s->fail_with)
		return s->fail_with;
	assert_true(chunk.len <= s->cap - s->len);
	memcpy(s->at + s->len, chunk.at, chunk.len);
	s->len += chunk.len;
	return 0;
}

static uint8_t plain[3 * CHUNK], back[4 * CHUNK];

static void seal(struct vault_place *p, const struct key *key, size_t len, size_t piece)
{
	struct seal_stream *s = NULL;
	int fd = open(p->file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(seal_stream_to_key(&s, key, seal_sink_fd, &fd), 0);
	for (size_t at = 0; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;

		assert_int_equal(seal_stream_write(s, bytes_of(plain + at, n)), 0);
	}
	assert_int_equal(seal_stream_finish(s), 0);
	s = seal_stream_free(s);
	close(fd);
}

static int unseal(struct vault_place *p, const struct key *key, size_t *ret_len)
{
	struct seal_stream_opener with = { .key = key };
	struct sink sink = { back, 0, sizeof(back), 0 };
	int fd = open(p->file, O_RDONLY), r;

	assert_true(fd >= 0);
	r = seal_stream_open(&with, fd, sink_put, &sink);
	close(fd);
	*ret_len = sink.len;
	return r;
}

static void a_file_of_any_length_opens_as_it_was(void **state)
{
	static const size_t lens[] = { 0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK,
		3 * CHUNK };
	struct key key = key_filled(1), other = key_filled(2);

	random_fill(plain, sizeof(plain));
	for (size_t i = 0; i < ARRAY_LEN(lens); i++) {
		size_t len = 0;

		seal(*state, &key, lens[i], i % 2 ? 1000 : sizeof(plain));
		assert_int_equal(unseal(*state, &key, &len), 0);
		assert_int_equal(len, lens[i]);
		assert_memory_equal(back, plain, len);
		assert_int_equal(unseal(*state, &other, &len), SEAL_STREAM_E_BAD);
	}
}

static void a_file_that_was_cut_or_grew_does_not_open(void **state)
{
	struct vault_place *p = *state;
	struct key key = key_filled(1);
	struct stat st;
	size_t len;

	seal(p, &key, 2 * CHUNK, 5000);
	assert_int_equal(stat(p->file, &st), 0);
	for (off_t cut = 0; cut < st.st_size; cut += cut < 200 ? 1 : 6007) {
		assert_int_equal(truncate(p->file, st.st_size - 1 - cut), 0);
		assert_int_equal(unseal(p, &key, &len), SEAL_STREAM_E_BAD);
		seal(p, &key, 2 * CHUNK, 5000);
	}
	assert_int_equal(truncate(p->file, st.st_size + 1), 0);
	assert_int_equal(unseal(p, &key, &len), SEAL_STREAM_E_BAD);
}

static void a_changed_byte_anywhere_is_noticed(void **state)
{
	struct vault_place *p = *state;
	struct key key = key_filled(1);
	struct stat st;
	size_t len;
	int fd;

	seal(p, &key, CHUNK + 10, sizeof(plain));
	assert_int_equal(stat(p->file, &st), 0);
	fd = open(p->file, O_RDWR);
	assert_true(fd >= 0);
	for (off_t at = 0; at < st.st_size; at += at < 100 ? 1 : 5009) {
		uint8_t was, now;

		assert_int_equal(pread(fd, &was, 1, at), 1);
		now = was ^ 4;
		assert_int_equal(pwrite(fd, &now, 1, at), 1);
		assert_int_equal(unseal(p, &key, &len), SEAL_STREAM_E_BAD);
		assert_int_equal(pwrite(fd, &was, 1, at), 1);
	}
	assert_int_equal(unseal(p, &key, &len), 0);
	close(fd);
}

static void a_sink_that_fails_stops_the_stream(void **state)
{
	static uint8_t room[CHUNK];
	struct sink sink = { room, 0, sizeof(room), 0 };
	struct key key = key_filled(1);
	struct seal_stream *s = NULL;

	(void)state;
	assert_int_equal(seal_stream_to_key(&s, &key, sink_put, &sink), 0);
	sink.fail_with = -ENOSPC;
	assert_int_equal(seal_stream_write(s, bytes_of(plain, sizeof(plain))), -ENOSPC);
	s = seal_stream_free(s);
	assert_int_equal(seal_stream_to_key(&s, &key, sink_put, &sink), -ENOSPC);
	assert_null(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(a_file_of_any_length_opens_as_it_was),
		AT(a_file_that_was_cut_or_grew_does_not_open),
		AT(a_changed_byte_anywhere_is_noticed),
		AT(a_sink_that_fails_stops_the_stream),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
