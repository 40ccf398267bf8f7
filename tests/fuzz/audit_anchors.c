/* SPDX-License-Identifier: MPL-2.0
 *
 * A file of anchors: any text beside a log that holds. Byte 1 stands for the log's first
 * line, byte 2 for its second, byte 3 for so many dots that three of them are longer than
 * what is read at once. Lines that are whole count wherever they begin; no text
 * makes a log that holds one that cannot be checked.
 */
#include "samtale/audit/verify.h"

#include "fuzz_file.h"
#include "fuzz_log.h"

#define TEXT_MAX (256 * 1024)
#define DOTS     21900

static char lines[2 * CHECKPOINT_LINE_MAX];
static const char *line[2];

static void make_once(void)
{
	if (line[0])
		return;
	fuzz_log_make();
	lines[fuzz_read("checkpoints", lines, sizeof(lines) - 1)] = 0;
	line[0] = lines;
	line[1] = strchr(lines, '\n') + 1;
	*strchr(lines, '\n') = 0;
	*strchr(line[1], '\n') = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static uint8_t text[TEXT_MAX], dots[DOTS];
	struct writer w = writer_of(text, sizeof(text));
	struct verify_parts parts = { .folder = fuzz_folder };
	struct verify_result result;
	const char *path;
	unsigned whole = 0;

	make_once();
	memset(dots, '.', sizeof(dots));
	for (size_t i = 0; i < len; i++) {
		if (at[i] == 3) {
			write_bytes(&w, bytes_of(dots, sizeof(dots)));
		} else if (at[i] == 1 || at[i] == 2) {
			write_str(&w, line[at[i] - 1]);
			whole++;
		} else {
			write_u8(&w, at[i]);
		}
	}
	if (!writer_ok(&w))
		return 0;
	path = fuzz_file_path(writer_bytes(&w));
	parts.anchors = &path;
	parts.anchor_n = 1;
	memcpy(parts.signing, fuzz_log.signing_public, SIGN_PUBLIC);
	PROMISE(verify_log(&parts, &result) == 0);
	PROMISE(result.verdict == VERIFY_OK || result.verdict == VERIFY_UNANCHORED);
	PROMISE(result.anchors == whole);
	PROMISE((result.verdict == VERIFY_OK) == (whole > 0));
	return 0;
}
