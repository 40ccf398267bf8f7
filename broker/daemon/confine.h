/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what the serving process keeps when it locks itself down. It cannot
 * call out, and can open no file that is none of ours.
 */
#pragma once

#include "samtale/cli/place.h"

/* lockdown_files() with the data folder, the folders of certificate, secrets and
 * configuration (read only), and the time zones. */
must_check int confine_files(const char *config, const struct place *p);
/* lockdown_calls() with what serving needs. */
must_check int confine_calls(void);
