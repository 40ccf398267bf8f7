/* SPDX-License-Identifier: MPL-2.0
 *
 * Faults remember where they began: once, at the origin, per thread and in the debug
 * log. Only the file's own name is kept, so no path of a build machine is printed.
 */
#include "samtale/base/fault.h"

#include "samtale/base/ops_log.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char origin[64];

int fault_at(int err, const char *file, int line)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash ? slash + 1 : file;

	if (err == 0)
		err = EIO;
	(void)snprintf(origin, sizeof(origin), "%s:%d", name, line);
	log_event(EV_FAULT, F_ERRNO(err), F_WORD("file", name), F_COUNT("line", line));
	return err > 0 ? -err : err;
}

int fault_through(int err)
{
	assert(err < 0);
	return err;
}

int fault_fold_at(int result, const char *file, int line)
{
	return result > 0 ? fault_at(ENOTRECOVERABLE, file, line) : result;
}

const char *fault_origin(void)
{
	return origin;
}
