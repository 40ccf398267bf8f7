/* SPDX-License-Identifier: MPL-2.0
 *
 * The head of an answer with headers whose values came from above. Whatever they hold, no
 * line is added, none is lost, and the head ends where it should.
 */
#include "head.h"

#include "fuzz.h"

static unsigned lines(struct bytes head)
{
	unsigned n = 0;

	for (size_t i = 0; i < head.len; i++) {
		bool is_end = head.at[i] == '\r';

		PROMISE((head.at[i] >= 0x20 && head.at[i] <= 0x7e) || is_end);
		if (!is_end)
			continue;
		PROMISE(i + 1 < head.len && head.at[i + 1] == '\n');
		i++;
		n++;
	}
	return n;
}

static unsigned head_lines(const struct http_header *headers, unsigned count)
{
	static uint8_t buffer[HEAD_MAX];
	const struct head head = { .status = 200,
		.type = "application/json",
		.headers = headers,
		.header_count = count,
		.hsts_seconds = 1,
		.length = 2 };
	struct writer w = writer_of(buffer, sizeof(buffer));

	head_write(&w, &head);
	if (!writer_ok(&w))
		return 0;
	PROMISE(w.len > 4 && memcmp(w.at + w.len - 4, "\r\n\r\n", 4) == 0);
	PROMISE(memmem(w.at, w.len, "\r\n\r\n", 4) == w.at + w.len - 4);
	return lines(writer_bytes(&w));
}

/* Two values: a length and the first, then the second. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(bytes_of(at, len));
	struct http_header headers[2] = { { "Set-Cookie", read_var(&r, 512) },
		{ "Location", r.left } };
	unsigned plain = head_lines(NULL, 0), more;

	if (r.bad)
		return 0;
	more = head_lines(headers, 2);
	PROMISE(plain > 5);
	PROMISE(more == 0 ? len > HEAD_MAX / 4 : more >= plain && more <= plain + 2);
	return 0;
}
