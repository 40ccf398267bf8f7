/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the databases and the vault, opened by `samtale` itself while no
 * broker serves. It holds the folder's lock, so no broker can start meanwhile.
 */
#pragma once

#include "samtale/cli/phrase.h"

struct session;

/* 0, or 1 after one sentence to c->err. */
must_check int session_open(struct session **ret, struct phrase_call *c);
/* The log and the vault alone: the call's store stays NULL. */
must_check int session_open_log(struct session **ret, struct phrase_call *c);
struct session *session_close(struct session *s);
DEFINE_FREEP(struct session, session_close, session_closep)
/* Runs with the parts filled in, inside one transaction: kept when run returns 0, else
 * undone. Returns what run returned, or 1 when it could not be kept. */
must_check int session_run(
	struct session *s, struct phrase_call *c, int (*run)(struct phrase_call *));
