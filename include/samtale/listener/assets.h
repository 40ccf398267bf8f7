/* SPDX-License-Identifier: MPL-2.0
 *
 * The pages, scripts and pictures that are compiled in or made once at start. The
 * listener serves them by exact path without asking anybody; it reads the bytes where
 * they are.
 */
#pragma once

#include "samtale/base/bytes.h"

#include <stdbool.h>

#define ASSETS_MAX 512

struct asset {
	const char *path;      /* as requested: "/", "/j", "/a/app-3F2A.js" */
	const char *type;      /* Content-Type */
	const char *etag;      /* hash of the identity form, without quotes */
	struct bytes identity; /* always there */
	struct bytes br, gzip; /* BYTES_NULL when absent */
	bool immutable;        /* a hash is in the path: cache for a year */
};
