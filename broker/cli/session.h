/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the database and the vault's folder, opened by `samtale` itself
 * while no broker serves. It holds the folder's lock, so no broker can start meanwhile.
 */
#pragma once

#include "samtale/cli/phrase.h"
#include "samtale/custody/custody.h"

struct session;

/* 0, or 1 after one sentence to c->err. */
must_check int session_open(struct session **ret, struct phrase_call *c);
/* The log and the vault alone: the call's store stays NULL. */
must_check int session_open_log(struct session **ret, struct phrase_call *c);
/* The same with a log that is shorter than its last checkpoint, which goes on record. */
must_check int session_open_loss(struct session **ret, struct phrase_call *c);
struct session *session_close(struct session *s);
DEFINE_FREEP(struct session, session_close, session_closep)
/* Runs with the parts filled in, inside one transaction: kept when run returns 0, else
 * undone. Returns what run returned, or 1 when it could not be kept. */
must_check int session_run(
	struct session *s, struct phrase_call *c, int (*run)(struct phrase_call *));
/* Borrowed, as long as s lives. */
const struct node_key *session_node(const struct session *s);
/* What custody_make() and custody_open() take, of that place. */
struct custody_parts session_custody(const struct place *p);
