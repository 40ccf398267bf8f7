/* SPDX-License-Identifier: MPL-2.0
 *
 * The files that auditors' keys live in. The secret half is locked by a passphrase and
 * its own public line, so a file that was changed does not open; the public half is one
 * line that can be read out on the telephone to compare it.
 */
#include "samtale/audit/auditor.h"

#include "hex.h"
#include "samtale/base/fault.h"
#include "tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PUBLIC_HEAD  "samtale-auditor-1"
#define SECRET_HEAD  "samtale-auditor-secret-1"
#define DEVELOPMENT  "DEVELOPMENT"
#define SEALED_BYTES (KEY_BYTES + AEAD_TAG_BYTES)
#define LINE_BYTES   320
#define SET_MAX      1024 /* a file of three lines */
#define PATH_BYTES   4096

/* -- lines ------------------------------------------------------------------------- */
static bool name_read(struct bytes field, char ret[AUDITOR_NAME_MAX + 1])
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	if (field.len == 0 || !bytes_to_str(field, ret, AUDITOR_NAME_MAX + 1))
		return false;
	return strcmp(ret, DEVELOPMENT) == 0 || strspn(ret, allowed) == field.len;
}

static void write_public(
	struct writer *w, const char *head, const struct auditor_public *a)
{
	write_fmt(w, "%s %s ", head, a->name);
	write_hex(w, bytes_of(a->key, sizeof(a->key)));
}

/* A key that nothing can be sealed to, such as zeros, is none. */
static bool is_usable(const uint8_t key[BOX_PUBLIC])
{
	uint8_t sealed[BOX_SEALED(1)];

	return public_seal(key, BYTES_LIT("x"), sealed);
}

static bool public_read(struct bytes *line, const char *head, struct auditor_public *ret)
{
	return bytes_equal_str(field_take(line), head) &&
	       name_read(field_take(line), ret->name) &&
	       hex_read(field_take(line), ret->key, sizeof(ret->key)) &&
	       is_usable(ret->key);
}

/* -- the secret half --------------------------------------------------------------- */
/* A salt makes the key this file's own, so one nonce is enough. */
static const uint8_t nonce[NONCE_BYTES];

static bool secret_line(struct writer *w, const struct auditor_public *a,
	const struct key *secret, struct bytes passphrase)
{
	wiped(struct key, lock);
	uint8_t salt[SALT_BYTES], sealed[SEALED_BYTES];
	struct bytes ad;

	random_fill(salt, sizeof(salt));
	if (!passphrase_key(passphrase, salt, &lock))
		return false;
	write_public(w, SECRET_HEAD, a);
	ad = writer_bytes(w);
	box_lock(&lock, nonce, ad, bytes_of(secret->at, KEY_BYTES), sealed);
	write_u8(w, ' ');
	write_hex(w, bytes_of(salt, sizeof(salt)));
	write_u8(w, ' ');
	write_hex(w, bytes_of(sealed, sizeof(sealed)));
	write_u8(w, '\n');
	return true;
}

static int path_of(const char *prefix, const char *suffix, char ret[PATH_BYTES])
{
	int n = snprintf(ret, PATH_BYTES, "%s%s", prefix, suffix);

	return n < 0 || n >= PATH_BYTES ? fault_here(ENAMETOOLONG) : 0;
}

/* Both or none: a secret half whose public half is missing is of no use. */
static int files_create(const char *prefix, struct bytes secret, struct bytes public)
{
	char secret_path[PATH_BYTES], public_path[PATH_BYTES];
	int r = path_of(prefix, ".auditor", secret_path);

	if (r == 0)
		r = path_of(prefix, ".auditor.pub", public_path);
	if (r == 0)
		r = secret_file_create(secret_path, secret, 0600);
	if (r < 0)
		return fault_pass(r);
	r = secret_file_create(public_path, public, 0644);
	if (r < 0)
		(void)unlink(secret_path);
	return r;
}

int auditor_create(const char *prefix, const char *name, struct bytes passphrase)
{
	char secret_text[LINE_BYTES], public_text[LINE_BYTES];
	struct writer secret_w = writer_of(secret_text, sizeof(secret_text));
	struct writer public_w = writer_of(public_text, sizeof(public_text));
	struct auditor_public a = { 0 };
	wiped(struct key, secret);

	if (!name_read(bytes_str(name), a.name))
		return fault_here(EINVAL);
	public_pair(&secret, a.key);
	if (!secret_line(&secret_w, &a, &secret, passphrase))
		return fault_here(ENOMEM);
	write_public(&public_w, PUBLIC_HEAD, &a);
	write_u8(&public_w, '\n');
	if (!writer_ok(&secret_w) || !writer_ok(&public_w))
		return fault_here(ENOBUFS);
	return files_create(prefix, writer_bytes(&secret_w), writer_bytes(&public_w));
}

static int secret_open(struct bytes line, struct bytes passphrase,
	struct auditor_public *ret, struct key *ret_secret)
{
	uint8_t salt[SALT_BYTES], sealed[SEALED_BYTES], mine[BOX_PUBLIC];
	struct bytes rest = line, ad;
	wiped(struct key, lock);

	if (!public_read(&rest, SECRET_HEAD, ret) || rest.len == 0)
		return AUDITOR_E_BAD;
	ad = bytes_of(line.at, (size_t)(rest.at - line.at) - 1);
	if (!hex_read(field_take(&rest), salt, sizeof(salt)) ||
		!hex_read(field_take(&rest), sealed, sizeof(sealed)) || rest.len > 0)
		return AUDITOR_E_BAD;
	if (!passphrase_key(passphrase, salt, &lock))
		return fault_here(ENOMEM);
	if (!box_unlock(
		    &lock, nonce, ad, bytes_of(sealed, sizeof(sealed)), ret_secret->at))
		return AUDITOR_E_PASSPHRASE;
	public_of(ret_secret, mine);
	return memcmp(mine, ret->key, sizeof(mine)) == 0 ? 0 : AUDITOR_E_BAD;
}

static int outcome_of(int secret_outcome)
{
	if (secret_outcome == SECRET_E_MISSING)
		return AUDITOR_E_MISSING;
	if (secret_outcome == SECRET_E_READABLE)
		return AUDITOR_E_READABLE;
	return AUDITOR_E_BAD;
}

int auditor_load(const char *path, struct bytes passphrase, struct auditor_public *ret,
	struct key **ret_secret)
{
	owned(secret_freep) struct secret *line = NULL;
	struct auditor_public a = { 0 };
	struct key *secret;
	int r = secret_line_load(&line, path, LINE_BYTES);

	if (r < 0)
		return fault_pass(r);
	if (r > 0)
		return outcome_of(r);
	secret = secret_alloc(sizeof(*secret));
	if (!secret)
		return fault_here(ENOMEM);
	r = secret_open(secret_bytes(line), passphrase, &a, secret);
	if (r != 0) {
		secret_drop(secret);
		return r;
	}
	*ret = a;
	*ret_secret = secret;
	return 0;
}

/* -- the set ----------------------------------------------------------------------- */
/* Up to SET_MAX bytes; what is longer is no such file. */
static int set_text(const char *path, uint8_t ret[SET_MAX + 1], size_t *ret_len)
{
	owned(file_closep) int fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t len = 0;

	if (fd < 0)
		return errno == ENOENT ? AUDITOR_E_MISSING : fault_here(errno);
	while (len <= SET_MAX) {
		ssize_t n = read(fd, ret + len, SET_MAX + 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return len > SET_MAX ? AUDITOR_E_BAD : 0;
}

static struct bytes line_take(struct bytes *text)
{
	const uint8_t *end = memchr(text->at, '\n', text->len);
	size_t len = end ? (size_t)(end - text->at) : text->len;
	struct bytes line = bytes_of(text->at, len);

	if (end)
		len++;
	*text = bytes_of(text->at + len, text->len - len);
	return line;
}

static bool is_there(const struct auditor_set *s, const struct auditor_public *a)
{
	for (size_t i = 0; i < s->n; i++)
		if (memcmp(s->of[i].key, a->key, sizeof(a->key)) == 0 ||
			strcmp(s->of[i].name, a->name) == 0)
			return true;
	return false;
}

int auditor_set_load(const char *path, struct auditor_set *ret)
{
	uint8_t buf[SET_MAX + 1];
	struct auditor_set set = { 0 };
	struct bytes text = { buf, 0 };
	int r = set_text(path, buf, &text.len);

	if (r != 0)
		return r;
	while (text.len > 0) {
		struct bytes line = line_take(&text);
		struct auditor_public a = { 0 };

		if (set.n == AUDITORS_MAX || !public_read(&line, PUBLIC_HEAD, &a) ||
			line.len > 0)
			return AUDITOR_E_BAD;
		if (is_there(&set, &a))
			return AUDITOR_E_TWICE;
		set.of[set.n++] = a;
	}
	if (set.n == 0)
		return AUDITOR_E_BAD;
	set.scheme = (enum share_scheme)set.n;
	*ret = set;
	return 0;
}

bool auditor_set_is_development(const struct auditor_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->of[i].name, DEVELOPMENT) == 0)
			return true;
	return false;
}
