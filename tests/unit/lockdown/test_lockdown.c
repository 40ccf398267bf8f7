/* SPDX-License-Identifier: MPL-2.0
 *
 * What each step takes and what it leaves, apart from any process of ours. Each try is a
 * child of its own: the answer is its exit code, or the signal that ended it.
 */
#include "samtale/lockdown/lockdown.h"

#include "samtale/base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DENIED     0 /* exit codes of a try */
#define DONE       1
#define NOT_LOCKED 2
#define KILLED     100 /* by SIGSYS */

static char folder[] = "/tmp/lockdown-XXXXXX";
static char inside[64], single[64];

static bool has_landlock(long abi)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* the version */) >= abi;
}

static int denied_if(bool failed)
{
	return failed && (errno == EPERM || errno == EACCES) ? DENIED : DONE;
}

static int outcome_of(int (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? KILLED : -WTERMSIG(status);
	return WEXITSTATUS(status);
}

/* -- the process step ------------------------------------------------------------ */
static int keeps_no_core_and_no_new_rights(void)
{
	struct rlimit core;

	if (lockdown_process() < 0 || getrlimit(RLIMIT_CORE, &core) != 0)
		return NOT_LOCKED;
	return prctl(PR_GET_DUMPABLE) == 0 && core.rlim_max == 0 &&
			       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
		       ? DENIED
		       : DONE;
}

static void the_process_step_takes_core_images_and_new_rights(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(keeps_no_core_and_no_new_rights), DENIED);
}

/* -- the files step -------------------------------------------------------------- */
static int lock_files(bool may_connect)
{
	const struct lockdown_path paths[] = {
		{ inside, LOCKDOWN_READ },
		{ single, LOCKDOWN_READ_FILE },
		{ "", LOCKDOWN_WRITE },
		{ NULL, LOCKDOWN_READ_AROUND },
		{ "/nowhere/at/all", LOCKDOWN_WRITE_AROUND },
	};
	const struct lockdown_files files = { paths, ARRAY_LEN(paths), may_connect };

	return lockdown_process() < 0 || lockdown_files(&files) < 0 ? -1 : 0;
}

static int lock_files_without_locked_memory(void)
{
	const struct rlimit none = { 0, 0 };
	char said[256] = "";
	int to[2];

	if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || pipe(to) != 0 ||
		dup2(to[1], 2) < 0 || lock_files(false) < 0 ||
		read(to[0], said, sizeof(said) - 1) <= 0)
		return NOT_LOCKED;
	return strstr(said, "LOCKDOWN_PARTIAL missing=memlock") ? DENIED : DONE;
}

static void keys_that_can_be_swapped_out_are_told(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(lock_files_without_locked_memory), DENIED);
}

static int read_what_is_named(void)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "%s/a", inside);
	if (lock_files(false) < 0)
		return NOT_LOCKED;
	return open(path, O_RDONLY) >= 0 && open(single, O_RDONLY) >= 0 ? DONE : DENIED;
}

static int write_what_may_be_read(void)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "%s/a", inside);
	return lock_files(false) < 0 ? NOT_LOCKED : denied_if(open(path, O_WRONLY) < 0);
}

static int read_what_lies_beside(void)
{
	char path[80];

	(void)snprintf(path, sizeof(path), "%s/other", folder);
	return lock_files(false) < 0 ? NOT_LOCKED : denied_if(open(path, O_RDONLY) < 0);
}

static int call_out(bool may)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (lock_files(may) < 0)
		return NOT_LOCKED;
	return denied_if(connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0);
}

static int call_out_when_allowed(void)
{
	return call_out(true); /* refused by the port, not by the kernel: DONE */
}

static int call_out_when_not(void)
{
	return call_out(false);
}

static void only_the_named_files_are_left(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(read_what_is_named), DONE);
	if (!has_landlock(1)) {
		print_message("skipped: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(outcome_of(write_what_may_be_read), DENIED);
	assert_int_equal(outcome_of(read_what_lies_beside), DENIED);
}

static void outgoing_tcp_is_left_to_those_who_ask_for_it(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(call_out_when_allowed), DONE);
	if (!has_landlock(4)) {
		print_message("skipped: this kernel's Landlock knows no TCP (ABI 4)\n");
		skip();
	}
	assert_int_equal(outcome_of(call_out_when_not), DENIED);
}

/* As under a service manager whose filter forbids capset(). */
static int outcome_without_capset(uint32_t rights)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { rights, rights, 0 }, { 0, 0, 0 } };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (lockdown_process() < 0 || syscall(SYS_capset, &head, data) != 0 ||
			seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(capset),
				0) != 0 ||
			seccomp_load(filter) != 0)
			_exit(NOT_LOCKED);
		_exit(lock_files(false) == 0 ? DONE : DENIED);
	}
	seccomp_release(filter);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void rights_that_cannot_be_given_up_stop_the_start(void **state)
{
	(void)state;
	assert_int_equal(outcome_without_capset(0), DONE);
	if (geteuid() != 0) {
		print_message("skipped: needs root, else there are no rights to keep\n");
		skip();
	}
	assert_int_equal(
		outcome_without_capset(UINT32_C(1) << CAP_NET_BIND_SERVICE), DONE);
	assert_int_equal(outcome_without_capset(UINT32_C(1) << CAP_DAC_OVERRIDE), DENIED);
}

/* -- the calls step -------------------------------------------------------------- */
static int do_what_is_named(void)
{
	if (lockdown_process() < 0 || lockdown_calls(LOCKDOWN_BASICS "  socket ") < 0)
		return NOT_LOCKED;
	return socket(AF_INET, SOCK_DGRAM, 0) >= 0 ? DONE : DENIED;
}

static int do_what_is_not_named(void)
{
	if (lockdown_process() < 0 || lockdown_calls(LOCKDOWN_BASICS LOCKDOWN_LOOP) < 0)
		return NOT_LOCKED;
	return denied_if(socket(AF_INET, SOCK_DGRAM, 0) < 0);
}

static int start_a_program(void)
{
	char *argv[] = { "true", NULL };

	if (lockdown_process() < 0 || lockdown_calls(LOCKDOWN_BASICS LOCKDOWN_LOOP) < 0)
		return NOT_LOCKED;
	return denied_if(execve("/bin/true", argv, NULL) != 0);
}

static int name_what_does_not_exist(void)
{
	return lockdown_calls(LOCKDOWN_BASICS "no_such_call") == -EINVAL ? DENIED : DONE;
}

static int name_what_is_deadly(void)
{
	char *argv[] = { "true", NULL };

	if (lockdown_process() < 0)
		return NOT_LOCKED;
	if (lockdown_calls(LOCKDOWN_BASICS "execve") < 0)
		return KILLED; /* refusing the list is as good */
	return denied_if(execve("/bin/true", argv, NULL) != 0);
}

static void only_the_named_calls_are_left(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(do_what_is_named), DONE);
	assert_int_equal(outcome_of(do_what_is_not_named), DENIED);
	assert_int_equal(outcome_of(start_a_program), KILLED);
}

/* A file may be told to send signals to its owner, and the owner may be anybody of the
 * same user: the vault, the parent. */
static int own_for_another_by_fcntl(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (lockdown_process() < 0 || lockdown_calls(LOCKDOWN_BASICS LOCKDOWN_LOOP) < 0)
		return NOT_LOCKED;
	return denied_if(fcntl(fd, F_SETOWN, getppid()) < 0);
}

static int own_for_another_by_fcntl_ex(void)
{
	struct f_owner_ex to = { F_OWNER_PID, getppid() };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (lockdown_process() < 0 || lockdown_calls(LOCKDOWN_BASICS LOCKDOWN_LOOP) < 0)
		return NOT_LOCKED;
	return denied_if(fcntl(fd, F_SETOWN_EX, &to) < 0);
}

static int own_for_another_by_ioctl(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int to = getppid();

	if (lockdown_process() < 0 || lockdown_calls(LOCKDOWN_BASICS LOCKDOWN_LOOP) < 0)
		return NOT_LOCKED;
	return denied_if(ioctl(fd, FIOSETOWN, &to) < 0);
}

static int use_files_as_usual(void)
{
	struct flock whole = { .l_type = F_RDLCK };
	int fd = open(single, O_RDONLY | O_CLOEXEC), on = 1;

	if (lockdown_process() < 0 || lockdown_calls(LOCKDOWN_BASICS LOCKDOWN_LOOP) < 0)
		return NOT_LOCKED;
	return fcntl(fd, F_SETLK, &whole) == 0 && fcntl(fd, F_GETLK, &whole) == 0 &&
			       fcntl(fd, F_GETFL) >= 0 && fcntl(fd, F_SETFD, 0) == 0 &&
			       fcntl(fd, F_DUPFD_CLOEXEC, 3) >= 0 &&
			       ioctl(fd, FIONBIO, &on) == 0
		       ? DONE
		       : DENIED;
}

static void no_file_signals_another_process(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(own_for_another_by_fcntl), DENIED);
	assert_int_equal(outcome_of(own_for_another_by_fcntl_ex), DENIED);
	assert_int_equal(outcome_of(own_for_another_by_ioctl), DENIED);
	assert_int_equal(outcome_of(use_files_as_usual), DONE);
}

static void a_wrong_list_opens_nothing(void **state)
{
	(void)state;
	assert_int_equal(outcome_of(name_what_does_not_exist), DENIED);
	assert_int_equal(outcome_of(name_what_is_deadly), KILLED);
}

/* -- around ---------------------------------------------------------------------- */
static int touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : close(fd);
}

static int make_folder(void **state)
{
	char path[80];

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(inside, sizeof(inside), "%s/in", folder);
	(void)snprintf(single, sizeof(single), "%s/single", folder);
	if (mkdir(inside, 0700) != 0 || touch(single) != 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/a", inside);
	if (touch(path) != 0)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/other", folder);
	return touch(path);
}

static int drop_folder(void **state)
{
	char path[80];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/a", inside);
	(void)unlink(path);
	(void)rmdir(inside);
	(void)unlink(single);
	(void)snprintf(path, sizeof(path), "%s/other", folder);
	(void)unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_process_step_takes_core_images_and_new_rights),
		cmocka_unit_test(keys_that_can_be_swapped_out_are_told),
		cmocka_unit_test(only_the_named_files_are_left),
		cmocka_unit_test(outgoing_tcp_is_left_to_those_who_ask_for_it),
		cmocka_unit_test(rights_that_cannot_be_given_up_stop_the_start),
		cmocka_unit_test(only_the_named_calls_are_left),
		cmocka_unit_test(no_file_signals_another_process),
		cmocka_unit_test(a_wrong_list_opens_nothing),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
