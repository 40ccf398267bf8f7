/* SPDX-License-Identifier: MPL-2.0
 *
 * The example in docs/privacy-example: a made-up installation on a made-up day.
 */
#pragma once

#include "kit.h"

static const struct report_about example_about = {
	.version = "0.1.0", .utc_ms = INT64_C(1795348800000), .auditors = 3
};

static inline void example_report(const struct speaker *s)
{
	report_write(s, &example_about);
}

static const struct example_file {
	const char *name;
	enum language language;
	void (*write)(const struct speaker *s);
} example_files[] = {
	{ "privacy-example/rapport.html", LANGUAGE_DA, example_report },
	{ "privacy-example/report.html", LANGUAGE_EN, example_report },
	{ "privacy-example/dataflow-da.svg", LANGUAGE_DA, picture_write },
	{ "privacy-example/dataflow-en.svg", LANGUAGE_EN, picture_write },
};
