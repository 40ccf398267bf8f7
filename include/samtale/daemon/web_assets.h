/* SPDX-License-Identifier: MPL-2.0
 *
 * The pages and everything they load, compiled in. web/build.mjs writes the tables; they
 * are constant and never freed. Nothing is ever read from disk to answer a browser.
 */
#pragma once

#include "samtale/base/bytes.h"

/* One file that is served as it is. */
struct web_asset {
	const char *path; /* "/a/citizen.5FQ2XK7B.js" */
	const char *type; /* value of Content-Type */
	const char *etag; /* of the identity form, quotation marks included */
	struct bytes identity;
	struct bytes gzip; /* BYTES_NULL where it would not be smaller, as br */
	struct bytes br;
	bool immutable; /* the name holds a hash of the content: cache for ever */
};

/* Sorted by path, byte by byte. */
extern const struct web_asset web_assets[];
extern const size_t web_assets_count;

/* One page with its asset names filled in. The broker replaces, once at its start, each
 * {{lang}} {{org_name}} {{org_phone}} {{org_phone_href}} {{build}} {{trial_banner}}; the
 * values are HTML: the caller has escaped them. No other placeholder is left. */
struct web_template {
	const char *name; /* "citizen" of web/pages/citizen.html */
	struct bytes text;
};

/* Sorted by name. */
extern const struct web_template web_templates[];
extern const size_t web_templates_count;

/* Hash over all web sources, 16 hex digits; the scripts carry the same as __BUILD__. */
extern const char web_build[];
