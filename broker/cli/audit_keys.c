/* SPDX-License-Identifier: MPL-2.0
 *
 * Keys of the log: those of auditors, which are made and used away from the host, the
 * public ones that the host writes to, and the one that it signs with.
 */
#include "audit_inner.h"
#include "client.h"
#include "json_text.h"
#include "rows.h"
#include "session.h"
#include "terminal.h"

#include "samtale/base/fault.h"
#include "samtale/vault/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* -- keygen ---------------------------------------------------------------------- */
/* Without --name: what the prefix is called, in the letters that a name may have. */
static void name_of(struct phrase_call *c, char ret[AUDITOR_NAME_MAX + 1])
{
	const char *name = phrase_value(&c->words, "name");
	const char *prefix = phrase_value(&c->words, "prefix");
	const char *slash = strrchr(prefix, '/');
	size_t n = 0;

	if (!name)
		name = slash ? slash + 1 : prefix;
	for (; name[n] && n < AUDITOR_NAME_MAX; n++)
		ret[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] - 'A' + 'a')
							  : name[n];
	ret[n] = '\0';
}

static void say_made(struct phrase_call *c, const char *prefix, const char *name)
{
	char secret[PLACE_PATH_MAX], public[PLACE_PATH_MAX];
	const char *const made[][2] = { { "name", name }, { "secret", secret },
		{ "public", public } };

	(void)snprintf(secret, sizeof(secret), "%s.auditor", prefix);
	(void)snprintf(public, sizeof(public), "%s.auditor.pub", prefix);
	if (phrase_value(&c->words, "json"))
		json_texts_put(c->out, made, ARRAY_LEN(made));
	else
		(void)fprintf(c->out,
			"%s is the secret half of %s: keep it offline, away from the "
			"host, the passphrase apart from it.\n"
			"%s is the public half: give it to whoever runs the host.\n",
			secret, name, public);
}

int run_audit_keygen(struct phrase_call *c)
{
	const char *prefix = phrase_value(&c->words, "prefix");
	char name[AUDITOR_NAME_MAX + 1];
	wiped(struct passphrase, typed);
	int r = terminal_passphrase(
		c, phrase_value(&c->words, "passphrase-file"), true, &typed);

	if (r != 0)
		return r;
	name_of(c, name);
	r = auditor_create(prefix, name, bytes_of(typed.at, typed.len));
	if (r == -EINVAL)
		return phrase_fail(c,
			"%s is no name: use a to z, 0 to 9 and -, at most %d; --name "
			"gives another than the file's.",
			name, AUDITOR_NAME_MAX);
	if (r == -EEXIST)
		return phrase_fail(c,
			"%s.auditor or %s.auditor.pub is there already; it is not "
			"replaced.",
			prefix, prefix);
	if (r < 0)
		return phrase_fail(
			c, "%s.auditor cannot be written: %s.", prefix, strerror(-r));
	say_made(c, prefix, name);
	return 0;
}

/* -- loading --------------------------------------------------------------------- */
static const char *why(int outcome)
{
	switch (outcome) {
	case AUDITOR_E_MISSING:
		return "there is no such file";
	case AUDITOR_E_PASSPHRASE:
		return "the passphrase is wrong, or the file was changed";
	case AUDITOR_E_TWICE:
		return "the same key or name stands there twice";
	case AUDITOR_E_READABLE:
		return "others than its owner may read it; chmod 600 it";
	default:
		return outcome < 0 ? strerror(-outcome)
				   : "it is not what `samtale audit keygen` writes";
	}
}

int audit_load_secret(struct phrase_call *c, const char *path, struct bytes passphrase,
	struct key **ret)
{
	struct auditor_public who;
	int r = auditor_load(path, passphrase, &who, ret);

	return r == 0 ? 0
		      : phrase_fail(c, "The auditor's key %s cannot be used: %s.", path,
				why(r));
}

int audit_load_auditors(struct phrase_call *c, const char *path, struct auditor_set *ret)
{
	int r = auditor_set_load(path, ret);

	return r == 0 ? 0
		      : phrase_fail(c,
				"The auditors in %s cannot be used: %s. It is one to "
				"three lines, as `samtale audit keygen` writes them into "
				"NAME.auditor.pub.",
				path, why(r));
}

/* -- the host's auditors --------------------------------------------------------- */
const char *audit_scheme_sentence(const struct auditor_set *s)
{
	if (auditor_set_is_development(s))
		return "The secret half of DEVELOPMENT lies on this host: for trying "
		       "out, never for real citizens.";
	switch (s->scheme) {
	case SHARE_ONE:
		return "One auditor reads alone, without a second pair of eyes; if that "
		       "key is lost, the log is unreadable. Three are recommended.";
	case SHARE_TWO:
		return "Both auditors are needed to read; if one key is lost, the log is "
		       "unreadable. Three are recommended.";
	default:
		return "Any two of the three auditors can read the log together.";
	}
}

static int read_whole(const char *path, uint8_t *ret, size_t *ret_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, AUDITORS_FILE_MAX);
	int r = n < 0 ? fault_here(errno) : 0;

	if (fd >= 0)
		(void)close(fd);
	*ret_len = n < 0 ? 0 : (size_t)n;
	return r;
}

static int write_whole(const char *path, struct bytes text)
{
	char part[PLACE_PATH_MAX + 8];
	int r;

	(void)snprintf(part, sizeof(part), "%s.part", path);
	(void)unlink(part);
	r = secret_file_create(part, text, 0600);
	if (r == 0 && rename(part, path) != 0) {
		r = fault_here(errno);
		(void)unlink(part);
	}
	return fault_fold(r);
}

int audit_read_auditors(
	struct phrase_call *c, const char *path, struct auditors_file *ret)
{
	int r = audit_load_auditors(c, path, &ret->set);

	if (r != 0)
		return r;
	r = read_whole(path, ret->text, &ret->len);
	return r == 0 ? 0 : phrase_fail(c, "%s cannot be read: %s.", path, strerror(-r));
}

int audit_put_auditors(struct phrase_call *c, const struct auditors_file *f)
{
	int r = place_become_owner(c->place);

	if (r == 0)
		r = write_whole(c->place->auditors, bytes_of(f->text, f->len));
	if (r < 0)
		return phrase_fail(
			c, "%s cannot be written: %s.", c->place->auditors, strerror(-r));
	(void)fprintf(c->out, "%s\n", audit_scheme_sentence(&f->set));
	return 0;
}

/* -- share ----------------------------------------------------------------------- */
int run_audit_share(struct phrase_call *c)
{
	const char *bundle = phrase_value(&c->words, "bundle");
	const char *out = phrase_value(&c->words, "out");
	owned(audit_secret_freep) struct key *secret = NULL;
	wiped(struct passphrase, typed);
	int r = terminal_passphrase(
		c, phrase_value(&c->words, "passphrase-file"), false, &typed);

	if (r == 0)
		r = audit_load_secret(c, phrase_value(&c->words, "key"),
			bytes_of(typed.at, typed.len), &secret);
	if (r != 0)
		return r;
	r = share_write(out, bundle, secret);
	if (r != 0)
		return audit_reader_fail(c, r, r < 0 ? out : bundle);
	if (phrase_value(&c->words, "json"))
		json_texts_put(c->out,
			(const char *const[][2]){
				{ "share", out }, { "bundle", bundle } },
			2);
	else
		(void)fprintf(c->out,
			"%s opens this auditor's half of %s. It is as secret as what it "
			"opens: delete it after the reading.\n",
			out, bundle);
	return 0;
}

/* -- the node's signature -------------------------------------------------------- */
int audit_load_signing(struct phrase_call *c, const char *path, uint8_t ret[SIGN_PUBLIC])
{
	uint8_t pem[AUDITORS_FILE_MAX];
	size_t len = 0;
	int r = read_whole(path, pem, &len);

	if (r < 0)
		return phrase_fail(c, "The node's public key %s cannot be read: %s.%s",
			path, strerror(-r),
			r == -ENOENT ? " `samtale init` makes it." : "");
	if (!sign_public_of_pem(bytes_of(pem, len), ret))
		return phrase_fail(c, "%s is no public key of a node.", path);
	return 0;
}

int run_key_show(struct phrase_call *c)
{
	uint8_t public[SIGN_PUBLIC];
	char pem[SIGN_PEM_TEXT];
	int r = audit_load_signing(c, c->place->signing_public, public);

	if (r != 0)
		return r;
	sign_public_pem(public, pem);
	(void)fputs(pem, c->out);
	return 0;
}
