/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: everything that is served as it is. The pages are filled with the
 * organisation's name and number once, at start and after a reload.
 */
#pragma once

#include "samtale/base/settings.h"
#include "samtale/listener/assets.h"

#include <stdint.h>

struct site;

struct site_words { /* borrowed for the call */
	const struct settings *settings;
	const char *origin;
	int64_t utc_ms;
	bool trial;
	const uint8_t *signing; /* public half of the signing key; NULL: not served */
};

/* Faults: -ENOMEM, -EMSGSIZE. */
must_check int site_new(struct site **ret, const struct site_words *words);
struct site *site_free(struct site *s);
DEFINE_FREEP(struct site, site_free, site_freep)

/* After a reload: s serves now, and keeps the former one for ten minutes, because answers
 * that are on their way look into it. Returns s. */
struct site *site_follow(struct site *s, struct site *former);

/* Borrowed as long as s lives. */
const struct asset *site_assets(const struct site *s, unsigned *ret_count);
/* The page for a path that nothing answers. */
struct bytes site_not_found(const struct site *s);
