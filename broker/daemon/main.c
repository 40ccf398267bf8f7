/* SPDX-License-Identifier: MPL-2.0
 *
 * samtale-broker: reads the command line and the configuration, then becomes the parent.
 * A bad configuration ends it here, before anything was started.
 */
#include "parent.h"

#include "samtale/daemon/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char *argv[])
{
	struct options options;
	struct place place;
	struct place_error error;
	const char *complaint = "";
	int r = options_parse(&options, argc, argv, &complaint);

	if (r == OPTIONS_E_END)
		return EXIT_SUCCESS;
	if (r != 0) {
		(void)fprintf(stderr, "samtale-broker: %s; see samtale-broker --help\n",
			complaint);
		return 2;
	}
	if (place_load(&place, &options.source, &error) != 0) {
		(void)fprintf(stderr, "samtale-broker: %s\n", error.sentence);
		return EXIT_FAILURE;
	}
	return parent_run(&options, place.settings.phone_server[0] != '\0');
}
