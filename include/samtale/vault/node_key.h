/* SPDX-License-Identifier: MPL-2.0
 *
 * The node key: 32 random bytes in a file of their own (or a systemd credential). It
 * wraps what lies in keys.db: the meetings' keys and the root key. Every other key of
 * this node is derived from the root by a keyed BLAKE2b with its own name, so that no key
 * is ever used for two things, and so that the node key can be replaced while they stay.
 */
#pragma once

#include "samtale/vault/secret.h"

struct node_key;

/* Names are part of the derivation: never change one, never reuse a number. */
#define NODE_SUBKEYS(X)                                                                  \
	X(LINK_HASH, "link-hash")                                                        \
	X(PIN_HASH, "pin-hash")                                                          \
	X(NUMBER_HASH, "number-hash")                                                    \
	X(DEVICE_HASH, "device-hash")                                                    \
	X(SESSION_HASH, "session-hash")                                                  \
	X(SETUP_HASH, "setup-hash")                                                      \
	X(RECOVERY_HASH, "recovery-hash")                                                \
	X(CASE_TAG, "case-tag")                                                          \
	X(WRAP, "wrap")                                                                  \
	X(TOTP_SEAL, "totp-seal")                                                        \
	X(STAFF_SEAL, "staff-seal")                                                      \
	X(COPY_SEAL, "copy-seal")                                                        \
	X(RECEIPT, "receipt")                                                            \
	X(PHONE_TAG, "phone-tag")                                                        \
	X(CALL_BACK_SEAL, "call-back-seal")

enum node_subkey {
#define X(id, name) NODE_##id,
	NODE_SUBKEYS(X)
#undef X
		NODE_SUBKEY_COUNT
};

/* Makes a new key file, 0600. Faults: -EEXIST, -errno. */
must_check int node_key_create(const char *path);
/* Loads a node key that is its own root: tests, and installations before there was a
 * root. Outcomes: SECRET_E_MISSING, SECRET_E_READABLE, SECRET_E_LENGTH. */
must_check int node_key_load(struct node_key **ret, const char *path);
struct node_key *node_key_free(struct node_key *n);
DEFINE_FREEP(struct node_key, node_key_free, node_key_freep)

/* Borrowed, as long as n lives. Asking what was made of subkeys for NODE_WRAP is our bug.
 */
const struct key *node_key_get(const struct node_key *n, enum node_subkey which);

/* -- in parts ---------------------------------------------------------------------- */
/* The file's own 32 bytes, in guarded memory: secret_drop(). Outcomes as above. */
must_check int node_key_read(struct key **ret, const char *path);
/* NODE_WRAP from the file's key, every other from the root. Faults: -ENOMEM. */
must_check int node_key_derive(
	struct node_key **ret, const struct key *file, const struct key *root);
/* Tells node keys apart and says nothing about them. */
#define NODE_KEY_ID_BYTES 32
void node_key_id(const struct key *file, uint8_t ret[NODE_KEY_ID_BYTES]);
/* For the serving process: in the order of NODE_SUBKEYS; that of NODE_WRAP is not looked
 * at. Faults: -ENOMEM. */
must_check int node_key_from_subkeys(
	struct node_key **ret, const struct key subkeys[NODE_SUBKEY_COUNT]);
