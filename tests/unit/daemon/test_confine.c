/* SPDX-License-Identifier: MPL-2.0
 *
 * A process that is locked down as the serving one, and one as the vault, try what they
 * must not do. Each try is a child of its own: the answer is its exit code, or the signal
 * that ended it.
 */
#include "../../../broker/daemon/confine.h"

#include "samtale/base/bytes.h"
#include "samtale/lockdown/lockdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DENIED     0 /* exit codes of a try */
#define DONE       1
#define NOT_LOCKED 2
#define KILLED     100 /* by SIGSYS */

static struct place place;
static int listening, datagrams; /* datagrams: connected, as the way to the log server */
static int server;               /* where that leads */

static bool has_landlock(long abi)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       1 /* ask for the version */) >= abi;
}

static int denied_if(bool failed)
{
	return failed && (errno == EPERM || errno == EACCES) ? DENIED : DONE;
}

/* -- tries ----------------------------------------------------------------------- */
static int try_execve(void)
{
	char *argv[] = { "true", NULL };

	return denied_if(execve("/bin/true", argv, NULL) != 0);
}

static int try_fork_exec(void)
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

static int try_open_outside(void)
{
	return denied_if(open("/etc/passwd", O_RDONLY) < 0);
}

static int try_write_outside(void)
{
	return denied_if(open("/tmp/lockdown-outside", O_WRONLY | O_CREAT, 0600) < 0);
}

static int try_write_beside_certificate(void)
{
	char path[PLACE_PATH_MAX + 8];

	(void)snprintf(path, sizeof(path), "%s.new", place.settings.listener_certificate);
	return denied_if(open(path, O_WRONLY | O_CREAT, 0600) < 0);
}

static int try_socket(void)
{
	return denied_if(socket(AF_INET, SOCK_STREAM, 0) < 0);
}

/* A socket that was open before must not call out either. */
static int try_connect(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return denied_if(connect(listening, (struct sockaddr *)&to, sizeof(to)) != 0);
}

/* The socket to the log server reaches the log server alone. */
static int try_send_elsewhere(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return denied_if(
		sendto(datagrams, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) < 0);
}

static int try_sendmsg_elsewhere(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct iovec body = { "x", 1 };
	struct msghdr m = { .msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &body,
		.msg_iovlen = 1 };

	return denied_if(sendmsg(datagrams, &m, 0) < 0);
}

static int try_connect_elsewhere(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return denied_if(connect(datagrams, (struct sockaddr *)&to, sizeof(to)) != 0);
}

static int try_accept(void)
{
	return denied_if(accept(listening, NULL, NULL) < 0);
}

static int try_listen(void)
{
	return denied_if(listen(listening, 1) != 0);
}

static int try_socketpair(void)
{
	int pair[2];

	return denied_if(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0);
}

static int try_open_vault(void)
{
	char path[PLACE_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/keys.db", place.vault);
	return denied_if(open(path, O_RDONLY) < 0);
}

static int try_open_data(void)
{
	char path[PLACE_PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/samtale.db", place.folder);
	return denied_if(open(path, O_RDONLY) < 0);
}

static int try_open_certificate(void)
{
	return denied_if(open(place.settings.listener_certificate, O_RDONLY) < 0);
}

static int try_kill(void)
{
	return denied_if(kill(getppid(), 0) != 0);
}

/* -- what must go on working ----------------------------------------------------- */
static int use_folder(const char *folder)
{
	char path[PLACE_PATH_MAX + 8];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/x", folder);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || fsync(fd) != 0 || close(fd) != 0 ||
		unlink(path) != 0)
		return DENIED;
	return DONE;
}

static int use_data_folder(void)
{
	return use_folder(place.folder);
}

/* As the vault does: keys, log, and a new node key in the place of the old one. */
static int use_vault_folder(void)
{
	char old[PLACE_PATH_MAX + 16], new[PLACE_PATH_MAX + 16];
	int fd;

	(void)snprintf(old, sizeof(old), "%s/node.key", place.vault);
	(void)snprintf(new, sizeof(new), "%s/node.key.new", place.vault);
	fd = open(new, O_WRONLY | O_CREAT, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || close(fd) != 0 || rename(new, old) != 0 ||
		open(old, O_RDONLY) < 0)
		return DENIED;
	return use_folder(place.vault);
}

static int use_log_server(void)
{
	return send(datagrams, "x", 1, 0) == 1 ? DONE : DENIED;
}

static int use_certificate(void)
{
	return open(place.settings.listener_certificate, O_RDONLY) >= 0 ? DONE : DENIED;
}

static int use_memory_and_time(void)
{
	void *at = malloc(4 << 20);
	struct timespec now;

	free(at);
	return at && clock_gettime(CLOCK_REALTIME, &now) == 0 ? DONE : DENIED;
}

/* -- trying ---------------------------------------------------------------------- */
static atomic_bool locked;

/* In a thread that was there before the calls were locked, as the workers are. */
static void *run_try(void *arg)
{
	int (**fn)(void) = arg;

	while (!locked)
		(void)usleep(1000);
	_exit((*fn)());
	return NULL;
}

static void be_vault(int (*fn)(void))
{
	if (lockdown_process() < 0 || prctl(PR_GET_DUMPABLE) != 0 ||
		confine_vault(&place) < 0)
		_exit(NOT_LOCKED);
	_exit(fn());
}

static void be_locked_down(int (*fn)(void))
{
	pthread_t thread;

	if (lockdown_process() < 0 || confine_files("/nowhere/c.ini", &place) < 0 ||
		pthread_create(&thread, NULL, run_try, &fn) != 0 || confine_calls() < 0)
		_exit(NOT_LOCKED);
	locked = true;
	(void)pthread_join(thread, NULL);
}

static int outcome_as(void (*process)(int (*fn)(void)), int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		process(fn);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : -WTERMSIG(status);
	return WEXITSTATUS(status);
}

static int outcome_of(int (*fn)(void))
{
	return outcome_as(be_locked_down, fn);
}

struct forbidden {
	int (*fn)(void);
	int expected;
	const char *what;
};

static void all_is_forbidden(
	void (*process)(int (*fn)(void)), const struct forbidden *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int got = outcome_as(process, cases[i].fn);

		if (got != cases[i].expected)
			print_error("%s: %d\n", cases[i].what, got);
		assert_int_equal(got, cases[i].expected);
	}
}

static void what_must_not_be_done_is_denied_or_deadly(void **state)
{
	static const struct forbidden cases[] = {
		{ try_execve, KILLED, "execve" },
		{ try_fork_exec, KILLED, "fork" },
		{ try_ptrace, KILLED, "ptrace" },
		{ try_read_other, KILLED, "process_vm_readv" },
		{ try_open_outside, DENIED, "read outside" },
		{ try_write_outside, DENIED, "write outside" },
		{ try_write_beside_certificate, DENIED, "write beside the certificate" },
		{ try_socket, DENIED, "socket" },
		{ try_connect, DENIED, "connect" },
		{ try_kill, DENIED, "kill" },
		{ try_open_vault, DENIED, "the vault's folder" },
		{ try_send_elsewhere, DENIED, "sendto" },
		{ try_sendmsg_elsewhere, DENIED, "sendmsg" },
		{ try_connect_elsewhere, DENIED, "connect of datagrams" },
	};

	(void)state;
	all_is_forbidden(be_locked_down, cases, ARRAY_LEN(cases));
}

static void the_vault_has_no_network_and_its_folder_alone(void **state)
{
	static const struct forbidden cases[] = {
		{ try_execve, KILLED, "execve" },
		{ try_fork_exec, KILLED, "fork" },
		{ try_ptrace, KILLED, "ptrace" },
		{ try_read_other, KILLED, "process_vm_readv" },
		{ try_kill, DENIED, "kill" },
		{ try_socket, DENIED, "socket" },
		{ try_socketpair, DENIED, "socketpair" },
		{ try_connect, DENIED, "connect" },
		{ try_listen, DENIED, "listen" },
		{ try_accept, DENIED, "accept" },
		{ try_send_elsewhere, DENIED, "sendto" },
		{ try_sendmsg_elsewhere, DENIED, "sendmsg" },
		{ try_open_outside, DENIED, "read outside" },
		{ try_write_outside, DENIED, "write outside" },
		{ try_open_data, DENIED, "the data folder" },
		{ try_open_certificate, DENIED, "the certificate" },
	};

	(void)state;
	all_is_forbidden(be_vault, cases, ARRAY_LEN(cases));
	assert_int_equal(outcome_as(be_vault, use_vault_folder), DONE);
	assert_int_equal(outcome_as(be_vault, use_memory_and_time), DONE);
}

static void what_serving_needs_goes_on_working(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(use_data_folder), DONE);
	assert_int_equal(outcome_of(use_certificate), DONE);
	assert_int_equal(outcome_of(use_log_server), DONE);
	assert_int_equal(outcome_of(use_memory_and_time), DONE);
}

/* Landlock alone, before the calls are locked: outgoing TCP is refused by the kernel. */
static void the_files_step_alone_stops_calling_out(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		if (lockdown_process() < 0 || prctl(PR_GET_DUMPABLE) != 0 ||
			confine_files("/nowhere/c.ini", &place) < 0)
			_exit(NOT_LOCKED);
		listening = socket(AF_INET, SOCK_STREAM, 0);
		_exit(try_connect() == DENIED && try_open_outside() == DENIED ? DENIED
									      : DONE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (!has_landlock(4)) {
		print_message("skipped: this kernel's Landlock knows no TCP (ABI 4)\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), DENIED);
}

static int touch(const char *folder, const char *name)
{
	char path[PLACE_PATH_MAX + 16];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : close(fd);
}

static int make_sockets(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	listening = socket(AF_INET, SOCK_STREAM, 0);
	server = socket(AF_INET, SOCK_DGRAM, 0);
	datagrams = socket(AF_INET, SOCK_DGRAM, 0);
	if (listening < 0 || server < 0 ||
		bind(server, (struct sockaddr *)&at, len) != 0 ||
		getsockname(server, (struct sockaddr *)&at, &len) != 0)
		return -1;
	return connect(datagrams, (struct sockaddr *)&at, len);
}

static char folder[] = "/tmp/lockdown-XXXXXX";
static char certs[64];

static int make_place(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(place.folder, sizeof(place.folder), "%s/data", folder);
	(void)snprintf(place.vault, sizeof(place.vault), "%s/data-vault", folder);
	(void)snprintf(
		place.node_key, sizeof(place.node_key), "%s/data-vault/node.key", folder);
	(void)snprintf(place.settings.listener_certificate,
		sizeof(place.settings.listener_certificate), "%s/certs/server.pem",
		folder);
	(void)snprintf(certs, sizeof(certs), "%s/certs", folder);
	if (mkdir(certs, 0700) != 0 || mkdir(place.folder, 0700) != 0 ||
		mkdir(place.vault, 0700) != 0 || touch(certs, "server.pem") != 0 ||
		touch(place.folder, "samtale.db") != 0 ||
		touch(place.vault, "keys.db") != 0)
		return -1;
	return make_sockets();
}

static int drop_place(void **state)
{
	static const char *const names[] = { "data/samtale.db", "data-vault/keys.db",
		"data-vault/node.key", "certs/server.pem" };
	char path[64];

	(void)state;
	(void)close(listening);
	(void)close(server);
	(void)close(datagrams);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(certs);
	(void)rmdir(place.folder);
	(void)rmdir(place.vault);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_must_not_be_done_is_denied_or_deadly),
		cmocka_unit_test(the_vault_has_no_network_and_its_folder_alone),
		cmocka_unit_test(what_serving_needs_goes_on_working),
		cmocka_unit_test(the_files_step_alone_stops_calling_out),
	};

	return cmocka_run_group_tests(tests, make_place, drop_place);
}
