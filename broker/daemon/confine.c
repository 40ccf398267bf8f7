/* SPDX-License-Identifier: MPL-2.0
 *
 * The lists of the serving process and of the vault, and nothing else: how they are
 * enforced is lockdown's.
 */
#include "confine.h"

#include "samtale/base/fault.h"
#include "samtale/lockdown/lockdown.h"

int confine_files(const char *config, const struct place *p)
{
	const struct settings *s = &p->settings;
	bool has_metrics_socket = s->metrics_address[0] == '/';
	const struct lockdown_path paths[] = {
		{ p->folder, LOCKDOWN_WRITE }, { config, LOCKDOWN_READ_AROUND },
		/* The folder, not the file: a renewed certificate is another file. */
		{ s->listener_certificate, LOCKDOWN_READ_AROUND },
		{ s->listener_private_key, LOCKDOWN_READ_AROUND },
		{ p->turn_secret, LOCKDOWN_READ_AROUND },
		{ s->listener_socket, LOCKDOWN_WRITE_AROUND },
		{ has_metrics_socket ? s->metrics_address : "", LOCKDOWN_WRITE_AROUND },
		{ "/usr/share/zoneinfo", LOCKDOWN_READ },
		{ "/etc/localtime", LOCKDOWN_READ_FILE }, { "/proc/self", LOCKDOWN_READ },
		{ "/dev/urandom", LOCKDOWN_READ_FILE }, /* SQLite's seed */
	};
	int r = lockdown_files(
		&(struct lockdown_files){ paths, ARRAY_LEN(paths), false });

	return r < 0 ? fault_pass(r) : 0;
}

#define FILES                                                                            \
	"pread64 pwrite64 lseek open openat stat fstat lstat newfstatat statx statfs "   \
	"fstatfs access faccessat faccessat2 getdents64 readlink readlinkat getcwd "     \
	"unlink unlinkat ftruncate fallocate fsync fdatasync flock fchmod umask "

/* The loop, TLS, SQLite, the workers and malloc. No socket(), no connect(): all that we
 * ever open is open, the rest is accepted or handed to us by the parent. */
static const char serving_calls[] =
	LOCKDOWN_BASICS LOCKDOWN_WAIT FILES "sendto/connected utimensat accept4";

int confine_calls(void)
{
	int r = lockdown_calls(serving_calls);

	return r < 0 ? fault_pass(r) : 0;
}

/* -- the vault ------------------------------------------------------------------- */
/* Its folder, and the key that opens it where that lies elsewhere: a file may be replaced
 * by `samtale key rotate`, a credential may not. No network at all: it answers on links
 * that the parent hands to it. */
static const char vault_calls[] = LOCKDOWN_BASICS FILES
	"read write readv writev close fcntl poll ppoll recvmsg sendto/connected rename "
	"renameat renameat2";

int confine_vault(const struct place *p)
{
	const struct lockdown_path paths[] = {
		{ p->vault, LOCKDOWN_WRITE }, { p->node_key, LOCKDOWN_READ_AROUND },
		{ "/dev/urandom", LOCKDOWN_READ_FILE }, /* SQLite's seed */
	};
	int r = lockdown_files(
		&(struct lockdown_files){ paths, ARRAY_LEN(paths), false });

	if (r == 0)
		r = lockdown_calls(vault_calls);
	return r < 0 ? fault_pass(r) : 0;
}
