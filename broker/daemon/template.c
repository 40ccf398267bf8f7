/* SPDX-License-Identifier: MPL-2.0
 *
 * One pass, no nesting: a value is never looked at for further placeholders.
 */
#include "samtale/daemon/template.h"

static struct bytes until(struct bytes in, const char mark[static 2])
{
	for (size_t i = 0; i + 1 < in.len; i++)
		if (memcmp(in.at + i, mark, 2) == 0)
			return bytes_of(in.at, i);
	return in;
}

static struct bytes after(struct bytes in, size_t n)
{
	return bytes_of(in.at + n, in.len - n);
}

static void write_value(struct writer *to, struct bytes name,
	const struct template_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!bytes_equal_str(name, values[i].name))
			continue;
		if (values[i].is_html)
			write_bytes(to, values[i].text);
		else
			write_html(to, values[i].text);
		return;
	}
	to->bad = true;
}

void template_fill(struct writer *to, struct bytes text,
	const struct template_value *values, size_t count)
{
	while (text.len > 0) {
		struct bytes plain = until(text, "{{"), name;

		write_bytes(to, plain);
		text = after(text, plain.len);
		if (text.len < 2)
			return;
		text = after(text, 2);
		name = until(text, "}}");
		if (name.len == text.len) {
			to->bad = true;
			return;
		}
		write_value(to, name, values, count);
		text = after(text, name.len + 2);
	}
}
