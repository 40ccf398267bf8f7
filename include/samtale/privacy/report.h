/* SPDX-License-Identifier: MPL-2.0
 *
 * The report for the data protection officer, from the configuration in force: record of
 * processing, picture of the flows, third parties, deletion and its limits, annex for the
 * impact assessment, and the citizen's pages. One HTML file a language, which fetches
 * nothing and prints well.
 */
#pragma once

#include "samtale/privacy/notice.h"

struct report_about {
	const char *version; /* of the program */
	int64_t utc_ms;      /* when it is written; its date stands in the report */
	unsigned auditors;   /* of the log, 1 to 3; 0: they could not be read */
	bool development;    /* the auditor's secret half lies on the host: a trial */
};

#define REPORT_BYTES_MAX (256 * 1024)

/* A whole HTML document. */
void report_write(const struct speaker *s, const struct report_about *about);
/* One of the citizen's pages as a document of its own, to print or to put elsewhere. */
void report_notice_write(const struct speaker *s, enum notice which);
/* The picture of the flows as a whole SVG document. */
void picture_write(const struct speaker *s);
