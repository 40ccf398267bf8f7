/* SPDX-License-Identifier: MPL-2.0
 *
 * A folder as a start and as verify find it: any bytes as `checkpoints`, `chain` and the
 * last segment. Behind each length, a bit says that the log's own file comes first. Both
 * read it and neither dies of it; a start cuts nothing but an incomplete end.
 */
#include "samtale/audit/verify.h"

#include "fuzz_log.h"
#include "log_inside.h"

#include <fcntl.h>

#define FILE_MAX 8192
#define FILES    3

static const char *const names[FILES] = { "checkpoints", "chain", "00000001.seg" };
static uint8_t own[FILES][FILE_MAX], made[FILES][2 * FILE_MAX];
static size_t own_len[FILES];

static void make_once(void)
{
	if (fuzz_log.folder)
		return;
	fuzz_log_make();
	own_len[0] = fuzz_read(names[0], own[0], FILE_MAX);
	own_len[2] = fuzz_read(names[2], own[2], FILE_MAX);
}

static struct bytes write_file(unsigned i, struct reader *r)
{
	size_t len = read_u16(r);
	bool has_own = len & 1;
	struct bytes b = read_bytes(r, len >> 1 < r->left.len ? len >> 1 : r->left.len);
	struct writer w = writer_of(made[i], sizeof(made[i]));

	if (has_own)
		write_bytes(&w, bytes_of(own[i], own_len[i]));
	write_bytes(&w, bytes_of(b.at, b.len < FILE_MAX ? b.len : FILE_MAX));
	PROMISE(writer_ok(&w));
	fuzz_write(names[i], writer_bytes(&w));
	return writer_bytes(&w);
}

static enum verify_verdict verify(void)
{
	struct verify_parts parts = { .folder = fuzz_folder };
	struct verify_result result;

	memcpy(parts.signing, fuzz_log.signing_public, SIGN_PUBLIC);
	PROMISE(verify_log(&parts, &result) == 0);
	PROMISE((result.verdict == VERIFY_CANNOT) == (result.sentence != NULL));
	return result.verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(bytes_of(at, len));
	static uint8_t after[2 * FILE_MAX];
	struct log_past past;
	const char *sentence = NULL;
	struct bytes content[FILES];
	enum verify_verdict before;
	int folder, result;

	make_once();
	for (unsigned i = 0; i < FILES; i++)
		content[i] = write_file(i, &r);
	before = verify();
	folder = open(fuzz_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	PROMISE(folder >= 0);
	result = log_past_read(folder, fuzz_log.signing_public, false, &past, &sentence);
	PROMISE(close(folder) == 0);
	PROMISE(result >= 0 && (result == 0 || sentence));
	for (unsigned i = 0; i < FILES; i++) {
		size_t n = fuzz_read(names[i], after, sizeof(after));

		PROMISE(n <= content[i].len && memcmp(after, content[i].at, n) == 0);
	}
	PROMISE(verify() == before); /* what was cut had not been judged */
	return 0;
}
