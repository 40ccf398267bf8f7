/* SPDX-License-Identifier: MPL-2.0
 *
 * Between the parent and each of its children, over the socketpair that a child is born
 * with: small frames up that say how it goes, and frames down that carry a descriptor:
 * the child's end of a fresh link to another child.
 */
#pragma once

#include "samtale/link/frame.h"

enum report_kind {
	REPORT_READY = 1, /* body: what the parent prints after "ready", may be empty */
	REPORT_RELOADED,
	REPORT_BEAT,
	/* The child closed that link itself and asks for a fresh one. */
	REPORT_PHONE_LINK_BAD,
	REPORT_VAULT_LINK_BAD,
	/* Down: a stream socket; an older one of the same kind is to be closed. */
	REPORT_PHONE_LINK = 16, /* serving process and telephone gateway */
	REPORT_VAULT_LINK,      /* serving process and vault */
};

/* What a program of its own exits with when its settings cannot be used, after it said
 * why on stderr: it is not started again before a reload. As in sysexits.h. */
#define REPORT_EXIT_SETTINGS 78

/* Up. Never blocks: a parent that does not read loses a status line, not the meeting. */
void report_send(int fd, enum report_kind kind, const char *text);
/* Down, by the parent: hands over a copy of fd; the caller keeps its own. Faults. */
must_check int report_give_link(int child_fd, enum report_kind kind, int fd);

#define REPORT_E_AGAIN 1 /* nothing there now */
#define REPORT_E_GONE  2 /* the parent is gone */
/* In the child, when its socket is readable: *ret_fd is a link that the caller owns now
 * (CLOEXEC, non-blocking). Never blocks. Faults: -EPROTO, something else came. */
must_check int report_take_link(int parent_fd, enum report_kind *ret_kind, int *ret_fd);
