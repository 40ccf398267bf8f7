/* SPDX-License-Identifier: MPL-2.0
 *
 * Sealing of whole files: a stream of 64 KiB chunks that cannot be cut, reordered or
 * changed unnoticed. Either to an offline public key (backups: the host cannot read them
 * back) or to a key of this node (the copy before a migration).
 */
#pragma once

#include "samtale/vault/secret.h"

#define SEAL_PUBLIC_BYTES 32

/* Takes every byte or fails with -errno. */
typedef int (*seal_sink_fn)(void *arg, struct bytes chunk);
/* A sink that writes to a descriptor; arg: int *. */
int seal_sink_fd(void *fd, struct bytes chunk);

struct seal_stream;

must_check int seal_stream_to_public(struct seal_stream **ret,
	const uint8_t public_key[SEAL_PUBLIC_BYTES], seal_sink_fn sink, void *arg);
must_check int seal_stream_to_key(
	struct seal_stream **ret, const struct key *key, seal_sink_fn sink, void *arg);
must_check int seal_stream_write(struct seal_stream *s, struct bytes plain);
/* Without it the file does not open: an interrupted backup is no backup. */
must_check int seal_stream_finish(struct seal_stream *s);
struct seal_stream *seal_stream_free(struct seal_stream *s);
DEFINE_FREEP(struct seal_stream, seal_stream_free, seal_stream_freep)

/* Opens all of in_fd into the sink. Exactly one of secret_key, key is given. Outcome:
 * SEAL_STREAM_E_BAD (wrong key, cut, damaged): throw away what the sink got. */
#define SEAL_STREAM_E_BAD 1
struct seal_stream_opener {
	const struct secret *secret_key; /* from backup_key_load() */
	const struct key *key;
};
must_check int seal_stream_open(
	const struct seal_stream_opener *with, int in_fd, seal_sink_fn sink, void *arg);

/* -- backup key: text files of one line -------------------------------------------- */
/* Makes a pair: the secret file (0600) goes offline, the public one stays. -EEXIST. */
must_check int backup_key_create(const char *secret_path, const char *public_path);
/* Outcomes: SECRET_E_MISSING, SECRET_E_READABLE, SECRET_E_LENGTH (not such a key). */
must_check int backup_key_load(struct secret **ret, const char *secret_path);
must_check int backup_public_load(
	const char *public_path, uint8_t ret[SEAL_PUBLIC_BYTES]);
