/* SPDX-License-Identifier: MPL-2.0
 *
 * The log's header, kept in memory: what was committed can be looked at, and commits can
 * be made to fail. The real log is put in its place in test_listener.c.
 */
#pragma once

#include "samtale/audit/log.h"
#include "samtale/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAKE_MAX 8192

static struct fake {
	struct record at[FAKE_MAX];
	size_t kept, staged;
	int commit;   /* what the next commits give */
	bool no_room; /* for those who may not use the reserve */
	size_t commits, urgent, auditors, pruned;
	uint64_t dropped;
	int64_t prune_before_ms;
} fake;

struct audit_log {
	uint8_t id[LOG_ID_BYTES];
};
static struct audit_log fake_log = { { 1, 2, 3 } };

int audit_log_open(struct audit_log **ret, const struct audit_log_parts *parts,
	const char **ret_sentence)
{
	char path[256];
	int fd;

	(void)ret_sentence;
	(void)mkdir(parts->folder, 0700);
	(void)snprintf(path, sizeof(path), "%s/00000001.seg", parts->folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	*ret = &fake_log;
	return 0;
}

struct audit_log *audit_log_close(struct audit_log *l)
{
	(void)l;
	return NULL;
}

const uint8_t *audit_log_id(const struct audit_log *l)
{
	return l->id;
}

uint64_t audit_log_next(const struct audit_log *l)
{
	(void)l;
	return fake.kept + fake.staged + 1;
}

int audit_log_put(struct audit_log *l, struct record *r, bool may_use_reserve)
{
	(void)l;
	if (fake.no_room && !may_use_reserve)
		return AUDIT_LOG_E_FULL;
	if (fake.staged == LOG_GROUP_MAX)
		return -EAGAIN;
	if (fake.kept + fake.staged == FAKE_MAX)
		return -ENOMEM;
	fake.at[fake.kept + fake.staged++] = *r;
	return 0;
}

int audit_log_commit(struct audit_log *l, bool is_urgent)
{
	(void)l;
	if (fake.commit == 0) {
		fake.kept += fake.staged;
		fake.commits++;
		fake.urgent += is_urgent;
	}
	fake.staged = 0;
	return fake.commit;
}

int64_t audit_log_tick(struct audit_log *l)
{
	(void)l;
	return clock_boot_ms() + 1000;
}

void audit_log_dropped(struct audit_log *l, uint64_t n)
{
	(void)l;
	fake.dropped += n;
}

int audit_log_auditors(struct audit_log *l, const struct auditor_set *to)
{
	(void)l;
	fake.auditors = to->n;
	return 0;
}

int audit_log_prune(struct audit_log *l, int64_t before_ms, size_t *ret_n)
{
	(void)l;
	fake.prune_before_ms = before_ms;
	*ret_n = fake.pruned;
	return 0;
}

void audit_log_state(const struct audit_log *l, struct audit_log_state *ret)
{
	(void)l;
	*ret = (struct audit_log_state){ .size = fake.kept, .checkpoint = "line" };
}
