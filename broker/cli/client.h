/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: hands words to the broker that serves.
 */
#pragma once

#include "samtale/base/compiler.h"

#include <stdbool.h>
#include <stdio.h>

#define CLIENT_E_NOBODY 1 /* no broker serves this folder */
#define CLIENT_E_BROKEN 2 /* it went away, or does not speak our frames */

struct client_request {
	unsigned count;
	const char *const *words;
	FILE *out, *err; /* where what comes back is written, as it comes */
};
/* Faults: -errno (-EACCES: not our user). */
must_check int client_run(
	const char *socket_path, const struct client_request *request, int *ret_code);
/* Somebody takes connections there at this moment. */
bool client_is_served(const char *socket_path);
