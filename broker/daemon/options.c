/* SPDX-License-Identifier: MPL-2.0
 *
 * Reads the command line. No secret is ever taken from it: everybody on the machine can
 * read it.
 */
#include "samtale/daemon/options.h"

#include <string.h>

#ifndef SAMTALE_VERSION
#define SAMTALE_VERSION "unknown"
#endif

void options_help(FILE *to)
{
	(void)fputs(
		"usage: samtale-broker --config FILE [options]\n"
		"\n"
		"Serves meetings between a consultant and a citizen.\n"
		"\n"
		"  --config FILE            settings; docs/configuration.md lists them\n"
		"  --set SECTION.KEY=VALUE  one setting over the file; may be repeated\n"
		"  --foreground             started by hand: root is fine, for a trial\n"
		"  --test-clock             let `samtale clock shift` move the clock\n"
		"  --version, --help        print and end\n",
		to);
}

static const char *take_set(struct options *o, const char *value)
{
	if (o->source.set_count == PLACE_SETS_MAX)
		return "too many --set";
	o->source.sets[o->source.set_count++] = value;
	return NULL;
}

/* NULL or what is wrong. *at moves over a value. */
static const char *take(struct options *o, int argc, char *const argv[], int *at)
{
	const char *name = argv[*at];
	bool is_config = strcmp(name, "--config") == 0;

	if (strcmp(name, "--test-clock") == 0) {
		o->test_clock = true;
		return NULL;
	}
	if (strcmp(name, "--foreground") == 0) {
		o->foreground = true;
		return NULL;
	}
	if (!is_config && strcmp(name, "--set") != 0)
		return "unknown option";
	if (*at + 1 >= argc)
		return is_config ? "--config needs a file"
				 : "--set needs section.key=value";
	(*at)++;
	if (!is_config)
		return take_set(o, argv[*at]);
	o->source.config = argv[*at];
	return NULL;
}

int options_parse(
	struct options *ret, int argc, char *const argv[], const char **ret_complaint)
{
	struct options o = { 0 };

	for (int at = 1; at < argc; at++) {
		const char *wrong;

		if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
			options_help(stdout);
			return OPTIONS_E_END;
		}
		if (strcmp(argv[at], "--version") == 0) {
			(void)puts("samtale-broker " SAMTALE_VERSION);
			return OPTIONS_E_END;
		}
		wrong = take(&o, argc, argv, &at);
		if (wrong) {
			*ret_complaint = wrong;
			return OPTIONS_E_USAGE;
		}
	}
	if (!o.source.config) {
		*ret_complaint = "--config FILE is needed";
		return OPTIONS_E_USAGE;
	}
	*ret = o;
	return 0;
}
