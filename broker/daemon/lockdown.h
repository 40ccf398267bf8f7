/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what a process may no longer do once it serves. Even code that an
 * attacker runs inside it cannot start a program, look into another process, call out, or
 * open a file that is none of ours.
 */
#pragma once

#include "samtale/cli/place.h"

/* At the very start: no core image, no tracing by others, no new privileges. */
must_check int lockdown_process(void);
/* Before the first thread, after the port was opened: gives up every capability and,
 * where the kernel has Landlock, every file but the data folder, the folders of
 * certificate and configuration (read only), and the time zones. Outgoing TCP is refused
 * by it as well. */
must_check int lockdown_files(const char *config, const struct place *p);
/* When all is open, for all threads: system calls that serving does not need fail with
 * EPERM; those that only an attacker needs kill the process. */
must_check int lockdown_calls(void);
