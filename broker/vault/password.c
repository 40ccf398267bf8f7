/* SPDX-License-Identifier: MPL-2.0
 *
 * Argon2id with libsodium's string format, so its cost can be raised later without a new
 * table. The worker runs one job at a time: 64 MiB once, not once per visitor.
 */
#include "samtale/vault/password.h"

#include "samtale/base/fault.h"
#include "samtale/base/limits.h"
#include "samtale/base/work.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

#define PASSES       3
#define MEMORY_BYTES ((size_t)64 * 1024 * 1024)

_Static_assert(PASSWORD_HASH_TEXT == crypto_pwhash_STRBYTES, "libsodium's string fits");

/* Same cost as a real one; its last part is no Argon2id output, so nothing matches. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$c2FtdGFsZS1ub2JvZHkhIQ"
			     "$bm9ib2R5IGhhcyB0aGlzIHBhc3N3b3JkLCBub2JvZHk";

int password_hash(struct bytes plain, char ret[PASSWORD_HASH_TEXT])
{
	char made[PASSWORD_HASH_TEXT];

	if (crypto_pwhash_str(
		    made, (const char *)plain.at, plain.len, PASSES, MEMORY_BYTES) != 0)
		return fault_here(ENOMEM);
	memcpy(ret, made, sizeof(made));
	return 0;
}

bool password_is_right(const char *stored, struct bytes plain)
{
	bool known = stored && stored[0] != '\0';
	const char *text = known ? stored : nobody;
	const char *guess = plain.len ? (const char *)plain.at : "";
	bool right = crypto_pwhash_str_verify(text, guess, plain.len) == 0;

	return right && known;
}

struct password_job {
	struct job job;
	struct secret *plain;
	char hash[PASSWORD_HASH_TEXT];
	bool right; /* check: it matched; make: hash was made */
	password_checked_fn checked;
	password_hashed_fn hashed;
	void *arg;
};

static struct password_job *job_free(struct password_job *j)
{
	if (!j)
		return NULL;
	secret_free(j->plain);
	free(j);
	return NULL;
}
DEFINE_FREEP(struct password_job, job_free, job_freep)

static void check_run(struct job *job)
{
	struct password_job *j = container_of(job, struct password_job, job);

	j->right = password_is_right(j->hash, secret_bytes(j->plain));
	j->plain = secret_free(j->plain);
}

static void make_run(struct job *job)
{
	struct password_job *j = container_of(job, struct password_job, job);

	j->right = password_hash(secret_bytes(j->plain), j->hash) == 0;
	j->plain = secret_free(j->plain);
}

static void check_done(struct job *job)
{
	struct password_job *j = container_of(job, struct password_job, job);

	j->checked(j->arg, j->right);
	job_free(j);
}

static void make_done(struct job *job)
{
	struct password_job *j = container_of(job, struct password_job, job);

	j->hashed(j->arg, j->right ? j->hash : NULL);
	job_free(j);
}

static struct password_job *job_new(struct bytes plain, void *arg)
{
	owned(job_freep) struct password_job *j = calloc(1, sizeof(*j));
	struct password_job *ret;

	if (!j)
		return NULL;
	j->arg = arg;
	j->plain = secret_new(plain.len);
	if (!j->plain)
		return NULL;
	if (plain.len > 0)
		memcpy(j->plain->at, plain.at, plain.len);
	ret = j;
	j = NULL;
	return ret;
}

/* What is longer than any password may be is cut to one byte too many: it stays wrong,
 * and nobody makes us lock megabytes. */
static struct bytes cut(struct bytes plain)
{
	return plain.len > LIMIT_PASSWORD ? bytes_of(plain.at, LIMIT_PASSWORD + 1)
					  : plain;
}

int password_check(struct worker *w, const char *stored, struct bytes plain,
	password_checked_fn done, void *arg)
{
	owned(job_freep) struct password_job *j = job_new(cut(plain), arg);

	if (!j)
		return fault_here(ENOMEM);
	if (!bytes_to_str(bytes_str(stored), j->hash, sizeof(j->hash)))
		j->hash[0] = '\0';
	j->checked = done;
	j->job.run = check_run;
	j->job.done = check_done;
	if (worker_put(w, &j->job) != 0)
		return PASSWORD_E_BUSY;
	j = NULL;
	return 0;
}

int password_make(
	struct worker *w, struct bytes plain, password_hashed_fn done, void *arg)
{
	owned(job_freep) struct password_job *j = NULL;

	if (plain.len > LIMIT_PASSWORD)
		return fault_here(EMSGSIZE);
	j = job_new(plain, arg);
	if (!j)
		return fault_here(ENOMEM);
	j->hashed = done;
	j->job.run = make_run;
	j->job.done = make_done;
	if (worker_put(w, &j->job) != 0)
		return PASSWORD_E_BUSY;
	j = NULL;
	return 0;
}
