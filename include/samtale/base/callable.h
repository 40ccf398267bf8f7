/* SPDX-License-Identifier: MPL-2.0
 *
 * Which telephone numbers may be called. The broker asks before it orders a call, and the
 * telephone gateway asks again before it places one: whoever takes over the broker calls
 * no premium number with our trunk.
 */
#pragma once

#include "samtale/base/settings.h"

struct callable { /* a copy of two settings, for workers */
	char allowed[SETTING_TEXT_MAX + 1], refused[SETTING_TEXT_MAX + 1];
};

void callable_of(const struct settings *s, struct callable *ret);
/* Whether that number, "+4512345678", may be called at all; anything else may not. */
must_check bool callable_is(const struct callable *c, const char *number);
