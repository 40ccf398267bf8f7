/* SPDX-License-Identifier: MPL-2.0
 *
 * The pair that backups are sealed to: the public half seals, only the secret one opens.
 */
#include "vault_fixture.h"

#include "samtale/vault/seal_stream.h"

#include <errno.h>

static struct vault_place place;

static int start(void **state)
{
	place_make(&place);
	assert_int_equal(backup_key_create(place.file, place.other), 0);
	*state = &place;
	return 0;
}

static int stop(void **state)
{
	place_remove(*state);
	return 0;
}

static int collect(void *arg, struct bytes chunk)
{
	struct writer *w = arg;

	write_bytes(w, chunk);
	return w->bad ? -ENOBUFS : 0;
}

static void the_secret_half_opens_what_the_public_half_sealed(void **state)
{
	struct vault_place *p = *state;
	uint8_t public_key[SEAL_PUBLIC_BYTES], text[64];
	struct writer out = writer_of(text, sizeof(text));
	struct secret *secret_key = NULL;
	struct seal_stream *s = NULL;
	struct key wrong = key_filled(1);
	struct seal_stream_opener with = { .key = &wrong };
	FILE *file = tmpfile();
	int fd;

	assert_non_null(file);
	fd = fileno(file);
	assert_int_equal(backup_public_load(p->other, public_key), 0);
	assert_int_equal(backup_key_load(&secret_key, p->file), 0);
	assert_int_equal(seal_stream_to_public(&s, public_key, seal_sink_fd, &fd), 0);
	assert_int_equal(seal_stream_write(s, BYTES_LIT("held")), 0);
	assert_int_equal(seal_stream_finish(s), 0);
	s = seal_stream_free(s);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(seal_stream_open(&with, fd, collect, &out), SEAL_STREAM_E_BAD);
	with = (struct seal_stream_opener){ .secret_key = secret_key };
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(seal_stream_open(&with, fd, collect, &out), 0);
	assert_true(bytes_equal_str(writer_bytes(&out), "held"));
	secret_key->at[3] ^= 1;
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(seal_stream_open(&with, fd, collect, &out), SEAL_STREAM_E_BAD);
	secret_key = secret_free(secret_key);
	(void)fclose(file);
}

static void the_halves_cannot_be_mistaken(void **state)
{
	struct vault_place *p = *state;
	uint8_t public_key[SEAL_PUBLIC_BYTES];
	struct secret *secret_key = NULL;
	struct stat st;

	assert_int_equal(chmod(p->other, 0600), 0);
	assert_int_equal(backup_key_load(&secret_key, p->other), SECRET_E_LENGTH);
	assert_int_equal(backup_public_load(p->file, public_key), SECRET_E_LENGTH);
	assert_int_equal(stat(p->file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(p->file, 0644), 0);
	assert_int_equal(backup_key_load(&secret_key, p->file), SECRET_E_READABLE);
	assert_int_equal(chmod(p->other, 0644), 0);
	assert_int_equal(backup_public_load(p->other, public_key), 0);
	assert_int_equal(chmod(p->other, 0666), 0);
	assert_int_equal(backup_public_load(p->other, public_key), SECRET_E_READABLE);
	assert_null(secret_key);
}

static void neither_half_is_ever_replaced(void **state)
{
	struct vault_place *p = *state;

	assert_int_equal(backup_key_create(p->file, p->other), -EEXIST);
	assert_int_equal(unlink(p->file), 0);
	assert_int_equal(backup_key_create(p->file, p->other), -EEXIST);
	assert_int_equal(access(p->file, F_OK), -1); /* no half pair is left */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define AT(test) cmocka_unit_test_setup_teardown(test, start, stop)
		AT(the_secret_half_opens_what_the_public_half_sealed),
		AT(the_halves_cannot_be_mistaken),
		AT(neither_half_is_ever_replaced),
	};

	if (secret_start() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
