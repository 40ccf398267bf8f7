/* SPDX-License-Identifier: MPL-2.0
 *
 * Finds an asset by its path and chooses the form that this browser can read. Pure.
 */
#pragma once

#include "samtale/listener/assets.h"

#include "samtale/base/compiler.h"

struct pages {                      /* zero-initialised: no assets */
	const struct asset *assets; /* the daemon's */
	unsigned count;
	uint16_t slots[2 * ASSETS_MAX]; /* index + 1, open addressing */
};

/* Fault: -EINVAL, a path twice or more than ASSETS_MAX; *p is untouched. */
must_check int pages_set(struct pages *p, const struct asset *assets, unsigned count);
const struct asset *pages_find(const struct pages *p, struct bytes path);
/* The smallest form that Accept-Encoding allows; *ret_encoding is its name or NULL. */
struct bytes pages_form(
	const struct asset *a, struct bytes accept_encoding, const char **ret_encoding);
