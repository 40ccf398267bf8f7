/* SPDX-License-Identifier: MPL-2.0
 *
 * Values of the configuration put into pages. What came from outside cannot open a tag,
 * leave an attribute or name another placeholder, whatever it holds.
 */
#include "samtale/daemon/template.h"

#include "fuzz.h"

static uint8_t buffer[64 * 1024];

static bool holds_any(struct bytes b, const char *characters)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.at[i] != 0 && strchr(characters, b.at[i]))
			return true;
	return false;
}

static struct bytes fill(struct bytes text, struct bytes value, bool *ret_ok)
{
	const struct template_value values[] = { { "name", value, false },
		{ "raw", BYTES_LIT("<b>"), true } };
	struct writer w = writer_of(buffer, sizeof(buffer));

	template_fill(&w, text, values, ARRAY_LEN(values));
	*ret_ok = writer_ok(&w);
	return writer_bytes(&w);
}

/* First a page of our own with a stranger's value, then a stranger's page. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct bytes input = bytes_of(at, len), filled;
	bool ok;

	if (len > sizeof(buffer) / 8)
		return 0;
	filled = fill(BYTES_LIT("[{{name}}]"), input, &ok);
	PROMISE(ok && filled.len >= len + 2 && filled.len <= 6 * len + 2);
	PROMISE(!holds_any(filled, "<>\"'"));
	PROMISE(filled.at[0] == '[' && filled.at[filled.len - 1] == ']');
	filled = fill(input, BYTES_LIT("<{{raw}}&>"), &ok);
	if (ok && (len == 0 || !memmem(at, len, "{{", 2)))
		PROMISE(bytes_equal(filled, input));
	return 0;
}
