/* SPDX-License-Identifier: MPL-2.0
 *
 * What a process of ours may no longer do once it serves. Even code that an attacker runs
 * inside it cannot start a program, look into another process, or open a file that is
 * none of its own. Each process says itself what it needs; nothing else is left to it.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdbool.h>
#include <stddef.h>

/* At the very start: no core image, no tracing by others, no new privileges. */
must_check int lockdown_process(void);

/* -- files ----------------------------------------------------------------------- */
enum lockdown_access {
	LOCKDOWN_READ_FILE, /* this one file */
	LOCKDOWN_READ,      /* a folder and all in it */
	LOCKDOWN_WRITE,     /* the same; files and sockets may be made and removed too */
	/* The folder that a file lies in, for a file that is replaced by another of the
	 * same name; where it is a link, the folder that it leads to as well. */
	LOCKDOWN_READ_AROUND,
	LOCKDOWN_WRITE_AROUND,
};

struct lockdown_path { /* "" or not there: needs no rule */
	const char *path;
	enum lockdown_access access;
};

struct lockdown_files {
	const struct lockdown_path *paths;
	size_t count;
	bool may_connect; /* outgoing TCP; else refused by the kernel where it can */
};

/* Before the first thread, after ports were opened: gives up every capability and, where
 * the kernel has Landlock, every file but those named. A kernel without it is a warning
 * in the log, not a refusal: the other steps stand. Faults: -EPERM, rights remain. */
must_check int lockdown_files(const struct lockdown_files *files);

/* -- system calls ---------------------------------------------------------------- */
/* What every program needs: memory, threads, time, signals, randomness, the end. */
#define LOCKDOWN_BASICS                                                                  \
	"brk mmap munmap mremap mprotect madvise mlock mlock2 munlock futex "            \
	"sched_yield exit exit_group set_robust_list rseq restart_syscall "              \
	"clock_gettime clock_nanosleep nanosleep gettimeofday time getpid gettid "       \
	"getuid geteuid getgid getegid rt_sigaction rt_sigprocmask rt_sigreturn "        \
	"sigaltstack getrandom prlimit64 getrlimit getrusage uname sysinfo "             \
	"sched_getaffinity tgkill "
/* Waiting, and reading from sockets that are open already. */
#define LOCKDOWN_WAIT                                                                    \
	"read write readv writev close fcntl ioctl dup dup2 dup3 pipe2 eventfd2 "        \
	"epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll "        \
	"select pselect6 recvfrom recvmsg shutdown setsockopt getsockopt getsockname "   \
	"getpeername timerfd_create timerfd_settime timerfd_gettime "
/* The same, and sending to whomever a socket reaches. */
#define LOCKDOWN_LOOP LOCKDOWN_WAIT "sendto sendmsg "

/* When all is open, for all threads: system calls that are not among the names (divided
 * by blanks) fail with EPERM; those that only an attacker needs (exec, ptrace, mount,
 * fork …) kill the process. Signals (tgkill) and limits (prlimit64) are for the process
 * itself alone, and of fcntl and ioctl there is what reaches nobody else: a file may not
 * be told to signal another process. Instead of socket: "socket/ip", for IPv4 and IPv6
 * only, or "socket/udp", of these datagrams only. Instead of sendto: "sendto/connected",
 * only to where the socket was connected to (so is send(3)). Faults: -EINVAL, no such
 * name. */
must_check int lockdown_calls(const char *allowed);
