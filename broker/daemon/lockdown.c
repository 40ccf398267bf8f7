/* SPDX-License-Identifier: MPL-2.0
 *
 * Three steps, each at the first moment at which it is possible. A kernel without
 * Landlock gets a warning, not a refusal: the other two steps stand, and the systemd unit
 * closes the file system too.
 */
#include "lockdown.h"

#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int lockdown_process(void)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		prctl(PR_SET_DUMPABLE, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return fault_here(errno);
	return 0;
}

/* Where the service manager's filter forbids even giving rights up, what it left us may
 * be the right to low ports at most: there is no bind() left to use it with. */
static int check_capabilities(struct __user_cap_header_struct *head)
{
	struct __user_cap_data_struct have[2];

	if (syscall(SYS_capget, head, have) != 0)
		return fault_here(errno);
	if ((have[0].effective & ~(UINT32_C(1) << CAP_NET_BIND_SERVICE)) != 0 ||
		have[1].effective != 0)
		return fault_here(EPERM);
	return 0;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) == 0 ? 0 : check_capabilities(&head);
}

/* -- files ----------------------------------------------------------------------- */
#define READ_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILES                                                                      \
	(READ_FILES | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |   \
		LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK)
#define ABI_1                                                                            \
	(WRITE_FILES | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |      \
		LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |             \
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |           \
		LANDLOCK_ACCESS_FS_MAKE_SYM)
/* Newer than the headers that we build with. */
#define ACCESS_FS_REFER        (UINT64_C(1) << 13)
#define ACCESS_FS_TRUNCATE     (UINT64_C(1) << 14)
#define ACCESS_NET_CONNECT_TCP (UINT64_C(1) << 1)

struct ruleset_attributes { /* of ABI 4; the kernel takes shorter ones too */
	uint64_t fs, net;
};

static uint64_t write_access(int abi)
{
	return WRITE_FILES | (abi >= 3 ? ACCESS_FS_TRUNCATE : 0);
}

/* A path that does not exist needs no rule. */
static void allow(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access,
		.parent_fd = open(path, O_PATH | O_CLOEXEC) };

	if (rule.parent_fd < 0)
		return;
	(void)syscall(
		SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	(void)close(rule.parent_fd);
}

/* The folder, not the file: a renewed certificate is another file of the same name. Where
 * it is a link (as ACME clients make them), the folder that it leads to as well. */
static void allow_folder_of(int ruleset, const char *file, uint64_t access)
{
	char real[PATH_MAX], folder[PATH_MAX];
	const char *forms[] = { file, realpath(file, real) };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const char *slash = forms[i] ? strrchr(forms[i], '/') : NULL;
		size_t len = slash ? (size_t)(slash - forms[i]) : 0;

		if (!forms[i] || !*forms[i])
			continue;
		(void)snprintf(folder, sizeof(folder), "%.*s", (int)(len ? len : 1),
			len     ? forms[i]
			: slash ? "/"
				: ".");
		allow(ruleset, folder, access);
	}
}

static void allow_ours(int ruleset, int abi, const char *config, const struct place *p)
{
	const struct settings *s = &p->settings;

	allow(ruleset, p->folder, write_access(abi));
	allow_folder_of(ruleset, config, READ_FILES);
	allow_folder_of(ruleset, s->listener_certificate, READ_FILES);
	allow_folder_of(ruleset, s->listener_private_key, READ_FILES);
	allow_folder_of(ruleset, p->turn_secret, READ_FILES);
	allow_folder_of(ruleset, s->listener_socket, write_access(abi));
	if (s->metrics_address[0] == '/')
		allow_folder_of(ruleset, s->metrics_address, write_access(abi));
	allow(ruleset, "/usr/share/zoneinfo", READ_FILES);
	allow(ruleset, "/etc/localtime", LANDLOCK_ACCESS_FS_READ_FILE);
	allow(ruleset, "/proc/self", READ_FILES);
	allow(ruleset, "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE); /* SQLite's seed */
}

static int use_landlock(const char *config, const struct place *p)
{
	int abi = (int)syscall(
		SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset_attributes all = { .fs = ABI_1 };
	size_t size = abi >= 4 ? sizeof(all) : sizeof(all.fs);
	int ruleset, r = 0;

	if (abi < 1) {
		log_event(EV_LOCKDOWN_PARTIAL, F_WORD("missing", "landlock"));
		return 0;
	}
	all.fs |= (abi >= 2 ? ACCESS_FS_REFER : 0) | (abi >= 3 ? ACCESS_FS_TRUNCATE : 0);
	all.net = ACCESS_NET_CONNECT_TCP; /* no rule follows: none is allowed */
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
	if (ruleset < 0)
		return fault_here(errno);
	allow_ours(ruleset, abi, config, p);
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		r = fault_here(errno);
	(void)close(ruleset);
	return r;
}

int lockdown_files(const char *config, const struct place *p)
{
	int r = drop_capabilities();

	return r < 0 ? fault_pass(r) : use_landlock(config, p);
}

/* -- system calls ---------------------------------------------------------------- */
/* What the loop, TLS, SQLite, the workers and malloc use. No socket(), no connect(): all
 * that we ever open is open, and the rest is accepted. */
static const int allowed[] = {
	/* descriptors */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(close), SCMP_SYS(lseek),
	SCMP_SYS(fcntl), SCMP_SYS(ioctl), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3),
	SCMP_SYS(pipe2), SCMP_SYS(eventfd2),
	/* files */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(stat), SCMP_SYS(fstat),
	SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs),
	SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(getdents64), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
	SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
	SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(flock), SCMP_SYS(fchmod),
	SCMP_SYS(umask), SCMP_SYS(utimensat),
	/* waiting and accepted sockets */
	SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(accept4), SCMP_SYS(sendto),
	SCMP_SYS(recvfrom), SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(shutdown),
	SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(getsockname),
	SCMP_SYS(getpeername), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	SCMP_SYS(timerfd_gettime),
	/* memory and threads */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(mlock2),
	SCMP_SYS(munlock), SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(restart_syscall),
	/* time, identity, signals, randomness */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(getrandom), SCMP_SYS(prlimit64),
	SCMP_SYS(getrlimit), SCMP_SYS(getrusage), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(tgkill), /* abort() */
};

static const int deadly[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(bpf),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(mount),
	SCMP_SYS(setns),
	SCMP_SYS(unshare),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
};

static int add_rules(scmp_filter_ctx filter)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(allowed); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(deadly); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	return r;
}

int lockdown_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!filter)
		return fault_here(ENOMEM);
	r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0)
		r = add_rules(filter);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r == 0 ? 0 : fault_here(r);
}
