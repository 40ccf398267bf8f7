/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the serving process's end of the link to the vault. Any thread but
 * the loop's may ask, and waits for its answer. A vault that went away is waited for as
 * long as its restart takes, no longer; nothing here ever ends the service.
 */
#pragma once

#include "samtale/link/vault.h"
#include "samtale/vault/node_key.h"

struct custodian;

struct custodian_parts {
	int report_fd; /* to the parent, who hands links out; borrowed */
	/* A checkpoint is durable. On the link's own thread; must not ask. */
	void (*anchor)(void *arg, struct bytes line);
	void *arg;
};

struct custodian_welcome {
	struct node_key *node; /* every subkey but NODE_WRAP; the caller's to free */
	bool is_development;   /* an auditor's secret half is on this host */
	uint8_t signing[VAULT_LINK_KEY]; /* public half: minutes are checked with it */
};

/* Waits for the first link and its welcome; no thread yet. Faults: -EAGAIN, the vault
 * does not answer; -EPROTO, it answers in another language. */
must_check int custodian_new(struct custodian **ret, const struct custodian_parts *parts,
	struct custodian_welcome *ret_welcome);
/* From here on any thread may ask. Call it when what a thread must not have was given
 * up. */
must_check int custodian_start(struct custodian *c);
/* Nobody may be asking. */
struct custodian *custodian_free(struct custodian *c);
DEFINE_FREEP(struct custodian, custodian_free, custodian_freep)

/* A fresh link from the parent, owned now; an older one is closed. The loop's thread. */
void custodian_take(struct custodian *c, int fd);
bool custodian_is_up(struct custodian *c);
uint64_t custodian_lost(struct custodian *c); /* links since the start */

struct custodian_reply {
	struct vault_answer answer;
	struct secret *body; /* what the answer's views look into; guarded */
};
void custodian_reply_drop(struct custodian_reply *r);

/* One question, its answer; the question's id is ours. ret may be NULL; else drop it when
 * 0 was returned. Outcome: VAULT_RESULT_TAKEN. Faults: -EAGAIN, the vault is away or too
 * slow; -ENOSPC, it refused for want of room; -EIO, it failed; -ENOMEM, -EMSGSIZE. */
must_check int custodian_ask(
	struct custodian *c, struct vault_question *q, struct custodian_reply *ret);
