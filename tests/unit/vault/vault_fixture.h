/* SPDX-License-Identifier: MPL-2.0
 *
 * A folder and a node key for each test.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "samtale/vault/node_key.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct vault_place {
	char path[64];
	char file[96], other[96];
	struct node_key *node;
};

static inline void place_make(struct vault_place *p)
{
	*p = (struct vault_place){ .path = "/tmp/samtale-vault-XXXXXX" };
	assert_non_null(mkdtemp(p->path));
	(void)snprintf(p->file, sizeof(p->file), "%.63s/file", p->path);
	(void)snprintf(p->other, sizeof(p->other), "%.63s/other", p->path);
}

static inline void place_remove(struct vault_place *p)
{
	p->node = node_key_free(p->node);
	(void)unlink(p->file);
	(void)unlink(p->other);
	assert_int_equal(rmdir(p->path), 0);
}

static inline void place_make_node(struct vault_place *p)
{
	place_make(p);
	assert_int_equal(node_key_create(p->file), 0);
	assert_int_equal(node_key_load(&p->node, p->file), 0);
}

static inline struct key key_filled(uint8_t fill)
{
	struct key k;

	memset(k.at, fill, sizeof(k.at));
	return k;
}

static inline void file_write(const char *path, const void *at, size_t len, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, at, len), (ssize_t)len);
	close(fd);
}
