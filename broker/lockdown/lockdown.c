/* SPDX-License-Identifier: MPL-2.0
 *
 * Three steps, each at the first moment at which it is possible. A kernel without
 * Landlock, and keys that can be swapped out, get a warning, not a refusal: the other two
 * steps stand, and the systemd unit closes the file system too.
 */
#include "samtale/lockdown/lockdown.h"

#include "samtale/base/bytes.h"
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
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
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
 * be the right to low ports at most: there is none left to use it with. */
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

static uint64_t access_bits(enum lockdown_access access, int abi)
{
	switch (access) {
	case LOCKDOWN_WRITE:
	case LOCKDOWN_WRITE_AROUND:
		return WRITE_FILES | (abi >= 3 ? ACCESS_FS_TRUNCATE : 0);
	case LOCKDOWN_READ:
	case LOCKDOWN_READ_AROUND:
		return READ_FILES;
	case LOCKDOWN_READ_FILE:
	default:
		return LANDLOCK_ACCESS_FS_READ_FILE;
	}
}

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

static void allow_path(int ruleset, int abi, const struct lockdown_path *p)
{
	uint64_t access = access_bits(p->access, abi);

	if (!p->path || !*p->path)
		return;
	if (p->access == LOCKDOWN_READ_AROUND || p->access == LOCKDOWN_WRITE_AROUND)
		allow_folder_of(ruleset, p->path, access);
	else
		allow(ruleset, p->path, access);
}

static int use_landlock(const struct lockdown_files *files)
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
	/* Handled and without a rule: none is allowed. */
	all.net = files->may_connect ? 0 : ACCESS_NET_CONNECT_TCP;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
	if (ruleset < 0)
		return fault_here(errno);
	for (size_t i = 0; i < files->count; i++)
		allow_path(ruleset, abi, &files->paths[i]);
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		r = fault_here(errno);
	(void)close(ruleset);
	return r;
}

/* libsodium goes on in silence when the pages of a key cannot be locked. By number: a
 * sanitizer's mlock() does nothing. */
static void look_at_locked_memory(void)
{
	static const char page;

	if (syscall(SYS_mlock, &page, sizeof(page)) == 0)
		(void)syscall(SYS_munlock, &page, sizeof(page));
	else
		log_event(EV_LOCKDOWN_PARTIAL, F_WORD("missing", "memlock"));
}

int lockdown_files(const struct lockdown_files *files)
{
	int r = drop_capabilities();

	if (r < 0)
		return fault_pass(r);
	look_at_locked_memory();
	return use_landlock(files);
}

/* -- system calls ---------------------------------------------------------------- */
#define CALL_NAME_MAX 32

static const char deadly[] =
	"execve execveat ptrace process_vm_readv process_vm_writev init_module "
	"finit_module kexec_load bpf userfaultfd mount setns unshare keyctl add_key "
	"request_key perf_event_open fork vfork";

/* Of IPv4 and IPv6. */
static int allow_sockets(scmp_filter_ctx filter, bool udp_only)
{
	static const uint64_t families[] = { AF_INET, AF_INET6 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(families); i++) {
		const struct scmp_arg_cmp is[] = {
			{ .arg = 0, .op = SCMP_CMP_EQ, .datum_a = families[i] },
			{ .arg = 1,
				.op = SCMP_CMP_MASKED_EQ,
				.datum_a = 0xf, /* beside are SOCK_CLOEXEC and the like */
				.datum_b = SOCK_DGRAM },
		};

		r = seccomp_rule_add_array(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), udp_only ? 2 : 1, is);
	}
	return r;
}

static int allow_for(scmp_filter_ctx filter, int number, unsigned arg, uint64_t only)
{
	const struct scmp_arg_cmp is = { .arg = arg, .op = SCMP_CMP_EQ, .datum_a = only };

	return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, 1, &is);
}

struct uses { /* of a call: what its second argument may be */
	const char *call;
	int number;
	size_t count;
	unsigned of[12];
};
/* Without those that choose whom a file sends signals to. */
static const struct uses uses[] = {
	{ "fcntl", SCMP_SYS(fcntl), 12,
		{ F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK,
			F_SETLK, F_SETLKW, F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW } },
	{ "ioctl", SCMP_SYS(ioctl), 5,
		{ FIONBIO, FIONREAD, FIOCLEX, TCGETS, TIOCGWINSZ } },
};

static int allow_uses(scmp_filter_ctx filter, const struct uses *u)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->count; i++)
		r = allow_for(filter, u->number, 1, u->of[i]);
	return r;
}

/* Of some calls a part: the rest of them reaches other processes of the same user, which
 * signals and limits do, and so does the control socket; or other machines. */
static int allow_part(scmp_filter_ctx filter, const char *name, bool *ret_is_whole)
{
	*ret_is_whole = false;
	if (strcmp(name, "socket/udp") == 0 || strcmp(name, "socket/ip") == 0)
		return allow_sockets(filter, strcmp(name, "socket/udp") == 0);
	if (strcmp(name, "tgkill") == 0)
		return allow_for(filter, SCMP_SYS(tgkill), 0, (uint64_t)getpid());
	if (strcmp(name, "prlimit64") == 0)
		return allow_for(filter, SCMP_SYS(prlimit64), 0, 0);
	if (strcmp(name, "sendto/connected") == 0) /* without an address */
		return allow_for(filter, SCMP_SYS(sendto), 4, 0);
	for (size_t i = 0; i < ARRAY_LEN(uses); i++)
		if (strcmp(name, uses[i].call) == 0)
			return allow_uses(filter, &uses[i]);
	*ret_is_whole = true;
	return 0;
}

static int add_rules(scmp_filter_ctx filter, uint32_t action, const char *names)
{
	char name[CALL_NAME_MAX];
	int r = 0;

	for (size_t n; r == 0 && *names; names += n) {
		bool whole;
		int number;

		names += strspn(names, " ");
		n = strcspn(names, " ");
		if (n == 0)
			break;
		if (!bytes_to_str(bytes_of(names, n), name, sizeof(name)))
			return -EINVAL;
		r = allow_part(filter, name, &whole);
		if (r != 0 || !whole)
			continue;
		number = seccomp_syscall_resolve_name(name);
		r = number == __NR_SCMP_ERROR
			    ? -EINVAL
			    : seccomp_rule_add(filter, action, number, 0);
	}
	return r;
}

int lockdown_calls(const char *allowed)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!filter)
		return fault_here(ENOMEM);
	r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r == 0) /* first, for the first rule of a call is the one that counts */
		r = add_rules(filter, SCMP_ACT_KILL_PROCESS, deadly);
	if (r == 0)
		r = add_rules(filter, SCMP_ACT_ALLOW, allowed);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r == 0 ? 0 : fault_here(r);
}
