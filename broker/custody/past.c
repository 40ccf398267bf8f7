/* SPDX-License-Identifier: MPL-2.0
 *
 * A log that is gone as a whole would begin anew without a word, and only anchors from
 * elsewhere would tell. So the vault's folder remembers, in a file beside it, that there
 * was one.
 */
#include "inside.h"

#include "samtale/base/fault.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#define HEX_BYTES (2 * LOG_ID_BYTES)

/* Faults: -errno; no folder is no segment. */
static int has_segment(const char *folder, bool *ret)
{
	DIR *d = opendir(folder);
	const struct dirent *e;

	*ret = false;
	if (!d)
		return errno == ENOENT ? 0 : fault_here(errno);
	while ((e = readdir(d)) != NULL) {
		size_t len = strlen(e->d_name);

		if (len > 4 && strcmp(e->d_name + len - 4, ".seg") == 0)
			*ret = true;
	}
	(void)closedir(d);
	return 0;
}

int custody_find_past(
	struct custody *c, const struct custody_parts *parts, struct custody_error *e)
{
	bool is_there;
	int r;

	if (access(c->paths.log_id, F_OK) != 0)
		return 0;
	r = has_segment(c->paths.audit, &is_there);
	if (r < 0)
		return custody_say(e, "The log %s cannot be read: %s.", c->paths.audit,
			strerror(-r));
	c->has_lost_log = !is_there;
	if (is_there || parts->accept_loss)
		return 0;
	return custody_say(e,
		"The log %s is gone: there was one, as %s says. Put it back from its "
		"copy; if there is none, `samtale audit accept-loss` begins a new one, "
		"which says so.",
		c->paths.audit, c->paths.log_id);
}

/* The name of the log, for people; that the file is there is what counts. */
static int remember(const struct custody *c)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *id = audit_log_id(c->log);
	char text[HEX_BYTES + 1];
	int r;

	for (size_t i = 0; i < LOG_ID_BYTES; i++) {
		text[2 * i] = digits[id[i] >> 4];
		text[2 * i + 1] = digits[id[i] & 15];
	}
	text[HEX_BYTES] = '\n';
	if (unlink(c->paths.log_id) != 0 && errno != ENOENT)
		return fault_here(errno);
	r = secret_file_create(c->paths.log_id, bytes_of(text, sizeof(text)), 0600);
	return r < 0 ? fault_pass(r) : 0;
}

int custody_keep_past(struct custody *c)
{
	const struct audit_event lost = { .what = AUDIT_LOG_LOSS_ACCEPTED,
		.purpose = AUDIT_FOR_ADMINISTRATION,
		.role = AUDIT_SYSTEM };
	struct group_end end = { 0 };
	int r = 0;

	if (c->has_lost_log) {
		r = stage_event(c, &lost, c->source, NULL);
		end = group_end(c);
	}
	if (r == 0)
		r = end.log;
	if (r == 0 && (c->has_lost_log || access(c->paths.log_id, F_OK) != 0))
		r = remember(c);
	return fault_fold(r);
}
