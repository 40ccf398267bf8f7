/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what the serving process and the vault keep when they lock
 * themselves down. The one cannot call out, and opens no file of the vault; the other has
 * no network, and opens no other file than its own.
 */
#pragma once

#include "samtale/cli/place.h"

/* lockdown_files() with the data folder, the folders of certificate, secrets and
 * configuration (read only), and the time zones. */
must_check int confine_files(const char *config, const struct place *p);
/* lockdown_calls() with what serving needs. */
must_check int confine_calls(void);
/* Both of the vault process: its folder and the node key; no call that makes, names or
 * accepts a socket. */
must_check int confine_vault(const struct place *p);
