/* SPDX-License-Identifier: MPL-2.0
 *
 * Writes docs/retention.md and docs/privacy-example: `ninja privacy-pages` does it.
 */
#include "example.h"

#include "samtale/privacy/data.h"

static void write_file(const char *name, struct bytes text)
{
	char path[512];
	FILE *to;

	(void)snprintf(path, sizeof(path), PAGES "/%s", name);
	to = fopen(path, "we");
	if (!to || fwrite(text.at, 1, text.len, to) != text.len || fclose(to) != 0) {
		(void)fprintf(stderr, "%s cannot be written\n", path);
		exit(1);
	}
}

int main(void)
{
	static char text[REPORT_BYTES_MAX];
	struct settings bare = kit_bare(), full = kit_full();
	struct writer w = writer_of(text, sizeof(text));

	data_manual(&w, &bare);
	write_file("retention.md", writer_bytes(&w));
	for (size_t i = 0; i < ARRAY_LEN(example_files); i++) {
		const struct speaker s = { &w, &full, example_files[i].language, true };

		w = writer_of(text, sizeof(text));
		example_files[i].write(&s);
		write_file(example_files[i].name, writer_bytes(&w));
	}
	return 0;
}
