/* SPDX-License-Identifier: MPL-2.0
 *
 * The head of every answer, written in one place, so that no answer can leave without the
 * security headers and none can carry a header of the library's own.
 */
#pragma once

#include "samtale/listener/http.h"

#include <stdbool.h>

#define HEAD_MAX 6144

struct head {
	int status;
	const char *type, *cache, *encoding; /* NULL: left out (cache: no-store) */
	const char *etag;                    /* bare; sent as W/"..." */
	bool vary_encoding;
	bool close;
	uint64_t length; /* of the body, also in answers to HEAD */
	const struct http_header *headers;
	unsigned header_count;
	uint32_t hsts_seconds;
};

/* Sticky like every write: a head that does not fit makes the writer bad. */
void head_write(struct writer *w, const struct head *head);
