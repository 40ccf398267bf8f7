/* SPDX-License-Identifier: MPL-2.0
 *
 * Runs a fuzz target over every file of its corpus folder, so that what the fuzzer once
 * found stays found without clang. An empty corpus is an error, not a pass.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#define INPUT_MAX (1024 * 1024)

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void replay(const char *folder, const char *name, uint8_t *buffer)
{
	char path[4096];
	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		die(name);
	FILE *file = fopen(path, "rb");
	if (!file)
		die(path);
	size_t len = fread(buffer, 1, INPUT_MAX, file);
	if (ferror(file))
		die(path);
	(void)fclose(file);
	/* Exactly as long as the input, so that a sanitizer sees a read past its end. */
	uint8_t *input = malloc(len > 0 ? len : 1);
	if (!input)
		die("memory");
	memcpy(input, buffer, len);
	fprintf(stderr, "%s\n", name);
	(void)LLVMFuzzerTestOneInput(input, len);
	free(input);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: replay CORPUS-FOLDER\n", stderr);
		return 2;
	}
	DIR *folder = opendir(argv[1]);
	uint8_t *buffer = malloc(INPUT_MAX);
	if (!folder || !buffer)
		die(argv[1]);
	unsigned count = 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		replay(argv[1], entry->d_name, buffer);
		count++;
	}
	(void)closedir(folder);
	free(buffer);
	printf("%u inputs\n", count);
	return count > 0 ? 0 : 1;
}
