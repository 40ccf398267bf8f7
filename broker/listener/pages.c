/* SPDX-License-Identifier: MPL-2.0
 *
 * Built-in pages by exact path, found by hash. There is no file system behind a path, so
 * there is nothing that a clever path could reach.
 */
#include "pages.h"

#include "rules.h"

#include "samtale/base/fault.h"

#include <errno.h>

static unsigned slot_of(struct bytes path)
{
	uint32_t h = 2166136261u; /* FNV-1a: paths are ours, nobody outside adds one */

	for (size_t i = 0; i < path.len; i++)
		h = (h ^ path.at[i]) * 16777619u;
	return h % (2 * ASSETS_MAX);
}

const struct asset *pages_find(const struct pages *p, struct bytes path)
{
	unsigned at = slot_of(path);

	while (p->slots[at] != 0) {
		const struct asset *a = &p->assets[p->slots[at] - 1];

		if (bytes_equal_str(path, a->path))
			return a;
		at = (at + 1) % ARRAY_LEN(p->slots);
	}
	return NULL;
}

int pages_set(struct pages *p, const struct asset *assets, unsigned count)
{
	struct pages made = { .assets = assets, .count = count };

	if (count > ASSETS_MAX)
		return fault_here(EINVAL);
	for (unsigned i = 0; i < count; i++) {
		unsigned at = slot_of(bytes_str(assets[i].path));

		if (pages_find(&made, bytes_str(assets[i].path)))
			return fault_here(EINVAL);
		while (made.slots[at] != 0)
			at = (at + 1) % ARRAY_LEN(made.slots);
		made.slots[at] = (uint16_t)(i + 1);
	}
	*p = made;
	return 0;
}

struct bytes pages_form(
	const struct asset *a, struct bytes accept_encoding, const char **ret_encoding)
{
	*ret_encoding = NULL;
	if (a->br.at && rule_accepts(accept_encoding, "br")) {
		*ret_encoding = "br";
		return a->br;
	}
	if (a->gzip.at && rule_accepts(accept_encoding, "gzip")) {
		*ret_encoding = "gzip";
		return a->gzip;
	}
	return a->identity;
}
