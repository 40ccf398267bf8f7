/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the vault's ends of its links. Whatever has arrived on all of them
 * is one group: one commit, then every answer. A link that speaks another language, or
 * that does not take its answers, is closed; the vault never waits for anybody.
 */
#pragma once

#include "samtale/custody/custody.h"

#include <poll.h>

#define VAULT_LINKS_MAX 4 /* of a serving process that was started anew, the old one */

struct vault_links;

/* custody: borrowed. Faults: -ENOMEM. */
must_check int vault_links_new(struct vault_links **ret, struct custody *custody);
struct vault_links *vault_links_free(struct vault_links *l);
DEFINE_FREEP(struct vault_links, vault_links_free, vault_links_freep)

/* A fresh link from the parent, owned now. newest: the last checkpoint's line, which it
 * is told at once; "" for none. */
void vault_links_take(struct vault_links *l, int fd, const char *newest);
/* Every link hears of a checkpoint. */
void vault_links_tell(struct vault_links *l, const char *checkpoint);
unsigned vault_links_count(const struct vault_links *l);

/* What poll(2) is to wait for; fds has room for all of them. */
void vault_links_watch(const struct vault_links *l, struct pollfd fds[VAULT_LINKS_MAX]);
/* After it: asks, commits, answers. ret_dropped: how many links were closed because of
 * what they sent or did not take. Faults: those of the commit; the questions were
 * answered so. */
must_check int vault_links_serve(struct vault_links *l,
	const struct pollfd fds[VAULT_LINKS_MAX], unsigned *ret_dropped);
