/* SPDX-License-Identifier: MPL-2.0
 *
 * A process that is locked down as the gateway tries what it must not do, and what it
 * must go on doing. Each try is a child of its own: the answer is its exit code, or the
 * signal that ended it.
 */
#include "confine.h"

#include "samtale/lockdown/lockdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define DENIED     0 /* exit codes of a try */
#define DONE       1
#define NOT_LOCKED 2
#define KILLED     100 /* by SIGSYS */

static struct settings settings;
static int listening; /* TCP, on loopback */

static int denied_if(bool failed)
{
	return failed && (errno == EPERM || errno == EACCES) ? DENIED : DONE;
}

static int try_execve(void)
{
	char *argv[] = { "true", NULL };

	return denied_if(execve("/bin/true", argv, NULL) != 0);
}

static int try_fork(void)
{
	return denied_if(syscall(SYS_fork) < 0);
}

static int try_ptrace(void)
{
	return denied_if(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0);
}

static int try_read_other(void)
{
	char buf[1];
	struct iovec mine = { buf, 1 }, theirs = { buf, 1 };

	return denied_if(process_vm_readv(getppid(), &mine, 1, &theirs, 1, 0) < 0);
}

static int try_open(void)
{
	return denied_if(open("/etc/passwd", O_RDONLY) < 0);
}

static int try_create(void)
{
	return denied_if(open("/tmp/confine-outside", O_WRONLY | O_CREAT, 0600) < 0);
}

static int try_unlink(void)
{
	return denied_if(unlink("/tmp/confine-outside") < 0);
}

static int try_mkdir(void)
{
	return denied_if(mkdir("/tmp/confine-outside", 0700) < 0);
}

static int try_kill(void)
{
	return denied_if(kill(getppid(), 0) != 0);
}

static int try_tgkill(void)
{
	return denied_if(syscall(SYS_tgkill, getppid(), getppid(), 0) != 0);
}

static int try_limits(void)
{
	return denied_if(prlimit(getppid(), RLIMIT_NOFILE, NULL, &(struct rlimit){ 0 }));
}

static int try_local_socket(void)
{
	return denied_if(socket(AF_UNIX, SOCK_STREAM, 0) < 0);
}

static int try_raw_socket(void)
{
	return denied_if(socket(AF_NETLINK, SOCK_RAW, 0) < 0);
}

/* What abort() does: its own death is a process's own matter. */
static int own_signal(void)
{
	return syscall(SYS_tgkill, getpid(), getpid(), 0) == 0 ? DONE : DENIED;
}

static int try_connect(void)
{
	struct sockaddr_in to;
	socklen_t len = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (getsockname(listening, (struct sockaddr *)&to, &len) != 0)
		return NOT_LOCKED;
	return denied_if(connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0);
}

/* A new socket as each call needs it, and a packet through it. */
static int use_udp(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char byte = 'x';

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &len) != 0 ||
		sendto(fd, &byte, 1, 0, (struct sockaddr *)&at, len) != 1 ||
		recv(fd, &byte, 1, 0) != 1)
		return DENIED;
	return close(fd) == 0 ? DONE : DENIED;
}

static int outcome_of(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(lockdown_process() < 0 || confine_gateway(&settings) < 0
				? NOT_LOCKED
				: fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : -WTERMSIG(status);
	return WEXITSTATUS(status);
}

static void what_must_not_be_done_is_denied_or_deadly(void **state)
{
	static const struct {
		int (*fn)(void);
		int expected;
		const char *what;
	} cases[] = {
		{ try_execve, KILLED, "execve" },
		{ try_fork, KILLED, "fork" },
		{ try_ptrace, KILLED, "ptrace" },
		{ try_read_other, KILLED, "process_vm_readv" },
		{ try_open, DENIED, "open" },
		{ try_create, DENIED, "create" },
		{ try_unlink, DENIED, "unlink" },
		{ try_mkdir, DENIED, "mkdir" },
		{ try_kill, DENIED, "kill" },
		{ try_tgkill, DENIED, "tgkill" },
		{ try_limits, DENIED, "prlimit64" },
		{ try_local_socket, DENIED, "a local socket" },
		{ try_raw_socket, DENIED, "netlink" },
		{ own_signal, DONE, "tgkill of itself" },
	};

	(void)state;
	settings_init(&settings);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int got = outcome_of(cases[i].fn);

		if (got != cases[i].expected)
			print_error("%s: %d\n", cases[i].what, got);
		assert_int_equal(got, cases[i].expected);
	}
}

static void sockets_go_on_working(void **state)
{
	(void)state;
	settings_init(&settings);
	assert_int_equal(outcome_of(use_udp), DONE);
}

static void only_a_trunk_over_tcp_may_connect(void **state)
{
	(void)state;
	settings_init(&settings);
	(void)memcpy(settings.phone_server, "127.0.0.1", 10);
	(void)memcpy(settings.phone_transport, "tcp", 4);
	assert_int_equal(outcome_of(try_connect), DONE);
	(void)memcpy(settings.phone_transport, "udp", 4);
	assert_int_equal(outcome_of(try_connect), DENIED);
}

static int make_listener(void **state)
{
	(void)state;
	listening = socket(AF_INET, SOCK_STREAM, 0);
	return listen(listening, 1);
}

static int drop_listener(void **state)
{
	(void)state;
	return close(listening);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_must_not_be_done_is_denied_or_deadly),
		cmocka_unit_test(sockets_go_on_working),
		cmocka_unit_test(only_a_trunk_over_tcp_may_connect),
	};

	return cmocka_run_group_tests(tests, make_listener, drop_listener);
}
