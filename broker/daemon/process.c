/* SPDX-License-Identifier: MPL-2.0
 *
 * The same first steps for all, so that none of them forgets one.
 */
#include "process.h"

#include "samtale/base/ops_log.h"
#include "samtale/lockdown/lockdown.h"

#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define ARENAS 1 /* one loop does nearly all the work: more arenas are only memory */

int process_begin(const char *name, int death)
{
	(void)prctl(PR_SET_NAME, name);
	(void)prctl(PR_SET_PDEATHSIG, death);
	(void)signal(SIGINT, SIG_IGN); /* the terminal's; the parent passes its own on */
	(void)signal(SIGHUP, SIG_IGN); /* until the loop takes it */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)umask(077);
	(void)mallopt(M_ARENA_MAX, ARENAS);
	return lockdown_process();
}

void process_log_level(const struct settings *s)
{
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = { { "error", LOG_E_ERROR }, { "warning", LOG_E_WARNING },
		{ "info", LOG_E_INFO }, { "debug", LOG_E_DEBUG } };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(levels[i].word, s->log_level) == 0)
			log_set_level(levels[i].level);
}

int process_complain(const char *sentence)
{
	(void)fprintf(stderr, "samtale-broker: %s\n", sentence);
	return EXIT_FAILURE;
}
