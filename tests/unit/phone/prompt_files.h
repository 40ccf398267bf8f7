/* SPDX-License-Identifier: MPL-2.0
 *
 * A folder of sentences, each a different short sound: sentence i of a language is
 * 10 + i samples of the byte i, Danish with the sign set.
 */
#pragma once

#include "prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const prompt_names[] = {
#define PROMPT(id, name, danish, english) name,
#include "prompt.def"
};

struct prompt_folder {
	char path[64];
};

static inline void prompt_file(
	const struct prompt_folder *f, const char *name, uint8_t byte, uint32_t samples)
{
	char path[256];
	FILE *file;
	uint8_t head[] =
		"RIFF....WAVEfmt \x10\0\0\0\6\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0"
		"data....";

	(void)snprintf(path, sizeof(path), "%s/%s.wav", f->path, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	for (size_t i = 0; i < 4; i++)
		head[40 + i] = (uint8_t)(samples >> 8 * i);
	assert_int_equal(fwrite(head, 1, 44, file), 44);
	for (uint32_t i = 0; i < samples; i++)
		assert_int_equal(fputc(byte, file), byte);
	assert_int_equal(fclose(file), 0);
}

static inline struct prompt_folder prompt_folder_empty(void)
{
	struct prompt_folder f = { "/tmp/samtale-prompts-XXXXXX" };
	char path[80];

	assert_non_null(mkdtemp(f.path));
	(void)snprintf(path, sizeof(path), "%s/da", f.path);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/en", f.path);
	assert_int_equal(mkdir(path, 0700), 0);
	return f;
}

static inline struct prompt_folder prompt_folder_full(void)
{
	struct prompt_folder f = prompt_folder_empty();

	for (uint32_t i = 0; i < PROMPT_COUNT; i++) {
		char name[80];

		(void)snprintf(name, sizeof(name), "da/%s", prompt_names[i]);
		prompt_file(&f, name, (uint8_t)(0x80 | i), 10 + i);
		(void)snprintf(name, sizeof(name), "en/%s", prompt_names[i]);
		prompt_file(&f, name, (uint8_t)i, 10 + i);
	}
	return f;
}

static inline void prompt_folder_remove(const struct prompt_folder *f)
{
	for (int i = 0; i < 2; i++) {
		char path[80];
		struct dirent *e;
		DIR *d;

		(void)snprintf(path, sizeof(path), "%s/%s", f->path, i ? "en" : "da");
		d = opendir(path);
		assert_non_null(d);
		while ((e = readdir(d)))
			if (e->d_name[0] != '.')
				assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
		assert_int_equal(closedir(d), 0);
		assert_int_equal(rmdir(path), 0);
	}
	assert_int_equal(rmdir(f->path), 0);
}
