/* SPDX-License-Identifier: MPL-2.0
 *
 * Between the parent and each of its children, over the socketpair that a child is born
 * with: small frames up that say how it goes, and one kind down that carries a
 * descriptor: the child's end of a fresh link to another child.
 */
#pragma once

#include "samtale/link/frame.h"

enum report_kind {
	REPORT_READY = 1, /* body: what the parent prints after "ready", may be empty */
	REPORT_RELOADED,
	REPORT_BEAT,
	REPORT_LINK_BAD,  /* the child closed its link itself and asks for a fresh one */
	REPORT_LINK = 16, /* down: a stream socket; an older one is to be closed */
};

/* What a program of its own exits with when its settings cannot be used, after it said
 * why on stderr: it is not started again before a reload. As in sysexits.h. */
#define REPORT_EXIT_SETTINGS 78

/* Up. Never blocks: a parent that does not read loses a status line, not the meeting. */
void report_send(int fd, enum report_kind kind, const char *text);
/* Down, by the parent: hands over a copy of fd; the caller keeps its own. Faults. */
must_check int report_give_link(int child_fd, int fd);

#define REPORT_E_AGAIN 1 /* nothing there now */
#define REPORT_E_GONE  2 /* the parent is gone */
/* In the child, when its socket is readable: *ret_fd is a link that the caller owns now
 * (CLOEXEC, non-blocking). Never blocks. Faults: -EPROTO, something else came. */
must_check int report_take_link(int parent_fd, int *ret_fd);
