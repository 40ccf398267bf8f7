/* SPDX-License-Identifier: MPL-2.0
 *
 * The pair of keys that backups are sealed to, as two text files of one line each. The
 * secret one belongs offline; the service never reads it.
 */
#include "parts.h"
#include "samtale/base/fault.h"
#include "samtale/vault/seal_stream.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#define SECRET_WORD    "samtale-backup-secret-1 "
#define PUBLIC_WORD    "samtale-backup-public-1 "
#define BASE64         sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define BASE64_CHARS   43
#define LINE_MAX_BYTES 80

static int write_line(
	const char *path, const char *word, const uint8_t key[KEY_BYTES], unsigned mode)
{
	wiped_buf(line, LINE_MAX_BYTES);
	wiped_buf(text, BASE64_CHARS + 1);
	struct writer w = writer_of(line, sizeof(line));

	(void)sodium_bin2base64((char *)text, sizeof(text), key, KEY_BYTES, BASE64);
	write_str(&w, word);
	write_str(&w, (const char *)text);
	write_str(&w, "\n");
	return secret_file_create(path, writer_bytes(&w), mode);
}

int backup_key_create(const char *secret_path, const char *public_path)
{
	wiped_buf(secret_key, crypto_box_SECRETKEYBYTES);
	uint8_t public_key[crypto_box_PUBLICKEYBYTES];
	int r;

	(void)crypto_box_keypair(public_key, secret_key);
	r = write_line(secret_path, SECRET_WORD, secret_key, 0600);
	if (r < 0)
		return fault_pass(r);
	r = write_line(public_path, PUBLIC_WORD, public_key, 0644);
	if (r < 0)
		(void)unlink(secret_path); /* ours, and half a pair is no use */
	return r;
}

static int parse_line(struct bytes line, const char *word, uint8_t ret[KEY_BYTES])
{
	size_t skip = strlen(word), len = 0;
	uint8_t key[KEY_BYTES];
	int r = SECRET_E_LENGTH;

	if (line.len == skip + BASE64_CHARS && memcmp(line.at, word, skip) == 0 &&
		sodium_base642bin(key, sizeof(key), (const char *)line.at + skip,
			BASE64_CHARS, NULL, &len, NULL, BASE64) == 0 &&
		len == KEY_BYTES) {
		memcpy(ret, key, KEY_BYTES);
		r = 0;
	}
	secret_wipe(key, sizeof(key));
	return r;
}

int backup_key_load(struct secret **ret, const char *secret_path)
{
	owned(secret_freep) struct secret *line = NULL;
	owned(secret_freep) struct secret *key = secret_new(KEY_BYTES);
	int r;

	if (!key)
		return fault_here(ENOMEM);
	r = secret_line_load(&line, secret_path, LINE_MAX_BYTES);
	if (r == 0)
		r = parse_line(secret_bytes(line), SECRET_WORD, key->at);
	if (r != 0)
		return r;
	*ret = key;
	key = NULL;
	return 0;
}

/* All may read it; who else could write it would read our backups. */
int backup_public_load(const char *public_path, uint8_t ret[SEAL_PUBLIC_BYTES])
{
	owned(secret_freep) struct secret *line = NULL;
	int r = line_load(&line, public_path, LINE_MAX_BYTES, true);

	return r != 0 ? r : parse_line(secret_bytes(line), PUBLIC_WORD, ret);
}
