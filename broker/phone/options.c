/* SPDX-License-Identifier: MPL-2.0
 *
 * Reads the command line: the same words as the broker's, which passes its own on. No
 * secret is ever taken from it.
 */
#include "options.h"

#include "samtale/base/bytes.h"
#include "samtale/base/fault.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef SAMTALE_VERSION
#define SAMTALE_VERSION "unknown"
#endif
#ifndef SAMTALE_PROMPTS
#define SAMTALE_PROMPTS "/usr/share/samtale/prompts"
#endif
#define BUILT_PROMPTS                                                                    \
	"../../packaging/prompts" /* from the program, in the build folder */

static const char help[] =
	"usage: samtale-phone --config FILE [options]\n"
	"\n"
	"The telephone gateway of samtale-broker, which starts it; not to be run by "
	"hand.\n"
	"\n"
	"  --config FILE            settings; docs/configuration.md lists them\n"
	"  --set SECTION.KEY=VALUE  one setting over the file; may be repeated\n"
	"  --prompts DIR            folder of the spoken sentences\n"
	"  --test-clock             let SIGUSR1 move the clock by ten seconds\n"
	"  --version, --help        print and end\n";

static int bad(struct setting_error *e, const char *sentence)
{
	e->line = 0;
	(void)snprintf(e->sentence, sizeof(e->sentence), "%s", sentence);
	return OPTIONS_E_BAD;
}

static int set_one(struct options *o, const char *pair, struct setting_error *e)
{
	const char *equals = strchr(pair, '=');
	char name[64];

	if (!equals || !bytes_to_str(bytes_of(pair, (size_t)(equals - pair)), name,
			       sizeof(name)))
		return bad(e, "--set needs section.key=value");
	return settings_set(&o->settings, name, equals + 1, e) == 0 ? 0 : OPTIONS_E_BAD;
}

static int read_file(struct options *o, const char *path, struct setting_error *e)
{
	char sentence[sizeof(e->sentence)];
	int r = settings_load(&o->settings, path, e);

	if (r <= 0)
		return r < 0 ? fault_pass(r) : 0;
	(void)snprintf(sentence, sizeof(sentence), "line %u: %.*s", e->line,
		(int)sizeof(sentence) - 32, e->sentence);
	return bad(e, sentence);
}

/* What --set says stands over the file, whatever their order. */
static int take_values(
	struct options *o, int argc, char *const argv[], struct setting_error *e)
{
	const char *file = NULL;
	int r = 0;

	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "--config") == 0)
			file = argv[++i];
	if (file)
		r = read_file(o, file, e);
	for (int i = 1; r == 0 && i < argc; i += 2) {
		if (strcmp(argv[i], "--test-clock") == 0) {
			o->test_clock = true;
			i--;
			continue;
		}
		if (i + 1 == argc)
			return bad(e, "an option lacks its value, or is unknown");
		if (strcmp(argv[i], "--set") == 0)
			r = set_one(o, argv[i + 1], e);
		else if (strcmp(argv[i], "--prompts") == 0)
			(void)snprintf(o->prompts, sizeof(o->prompts), "%s", argv[i + 1]);
		else if (strcmp(argv[i], "--config") != 0)
			return bad(e, "unknown option; see samtale-phone --help");
	}
	return r;
}

/* Those of the build folder that the program lies in, else the installed ones. */
static void find_prompts(struct options *o)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self));
	const char *slash = len > 0 ? memrchr(self, '/', (size_t)len) : NULL;
	int n = slash ? snprintf(o->prompts, sizeof(o->prompts), "%.*s/" BUILT_PROMPTS,
				(int)(slash - self), self)
		      : -1;

	if (n < 0 || (size_t)n >= sizeof(o->prompts) || access(o->prompts, R_OK) != 0)
		(void)snprintf(o->prompts, sizeof(o->prompts), "%s", SAMTALE_PROMPTS);
}

int options_parse(struct options *ret, int argc, char *const argv[],
	struct setting_error *ret_error)
{
	int r;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			(void)fputs(help, stdout);
			return OPTIONS_E_END;
		}
		if (strcmp(argv[i], "--version") == 0) {
			(void)puts("samtale-phone " SAMTALE_VERSION);
			return OPTIONS_E_END;
		}
	}
	settings_init(&ret->settings);
	find_prompts(ret);
	r = take_values(ret, argc, argv, ret_error);
	return r < 0 ? fault_pass(r) : r;
}
