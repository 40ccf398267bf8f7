/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the trunk's password from its file, which nobody else may read.
 */
#pragma once

#include "samtale/base/settings.h"

#define SECRET_LINE_MAX 256

/* phone.password_file, else the systemd credential phone_password; without phone.user
 * nothing is read and buf stays "". NULL, or what is wrong; never what was read. The
 * caller wipes buf. */
must_check const char *secret_line_of_trunk(
	const struct settings *s, char buf[SECRET_LINE_MAX + 1]);
