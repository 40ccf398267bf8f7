/* SPDX-License-Identifier: MPL-2.0
 *
 * Bundles and shares. Any bytes are refused as either. A share whose hash is right is
 * looked at to its end: nothing is read beyond it, and what it opens is what it says.
 */
#include "bundle_inside.h"

#include "fuzz_file.h"
#include "fuzz_log.h"

#define SHARE_MAX  65536
#define SHARE_HEAD 76 /* up to the number of headers */

static char bundle_path[64];
static struct bundle_file *bundle;

static void make_once(void)
{
	struct bundle_parts parts = {
		.folder = fuzz_folder, .auditors = &fuzz_log.auditors, .to_ms = INT64_MAX
	};

	if (bundle)
		return;
	fuzz_log_make();
	fuzz_path("bundle", bundle_path);
	PROMISE(bundle_write(bundle_path, &parts) == 0);
	PROMISE(bundle_open(&bundle, bundle_path) == 0);
}

/* The input as what comes behind a share's head. */
static void try_share(struct bytes b)
{
	static uint8_t at[SHARE_MAX];
	struct writer w = writer_of(at, sizeof(at) - HASH_BYTES);
	struct share_file *s = NULL;
	struct opened_shares opened;

	write_str(&w, "SAMTSHR1");
	write_u32(&w, 1 << 16);
	write_bytes(&w, bytes_of(bundle->hash, HASH_BYTES));
	write_bytes(&w, bytes_of(fuzz_log.auditors.of[0].key, BOX_PUBLIC));
	PROMISE(w.len == SHARE_HEAD);
	write_bytes(&w, b);
	if (!writer_ok(&w))
		return;
	hash_parts(NULL, &(struct bytes){ at, w.len }, 1, at + w.len);
	w.len += HASH_BYTES;
	if (share_open(&s, fuzz_file_path(writer_bytes(&w)), bundle) != 0)
		return;
	for (size_t i = 0; i <= bundle->head.segments; i++)
		share_at(s, i, &opened);
	(void)share_close(s);
}

/* One byte of the bundle changed, or its end cut off. */
static void try_changed(struct reader *r)
{
	static uint8_t at[SHARE_MAX];
	size_t len = fuzz_read("bundle", at, sizeof(at));
	size_t where = read_u16(r) % len, end = read_u16(r) % (len + 1);
	uint8_t change = read_u8(r);
	struct bundle_file *b = NULL;
	int result;

	at[where] ^= change;
	result = bundle_open(&b, fuzz_file_path(bytes_of(at, end)));
	PROMISE(result == (change || end < len ? READER_E_BAD : 0));
	(void)bundle_close(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(bytes_of(at, len));
	struct bundle_file *b = NULL;
	struct share_file *s = NULL;

	make_once();
	PROMISE(bundle_open(&b, fuzz_file_path(r.left)) == READER_E_BAD);
	PROMISE(share_open(&s, fuzz_file_path(r.left), bundle) == READER_E_BAD);
	try_share(r.left);
	try_changed(&r);
	return 0;
}
