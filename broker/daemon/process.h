/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: how every process that is a copy of the parent begins.
 */
#pragma once

#include "samtale/base/settings.h"

/* Its name, its signals, no core image, no new privileges. death: the signal that it
 * gets when the parent dies. Faults. */
must_check int process_begin(const char *name, int death);
void process_log_level(const struct settings *s);
/* Writes one sentence to stderr and returns the exit code of a start that failed. */
int process_complain(const char *sentence);
