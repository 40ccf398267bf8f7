/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the process that everybody else sees as "the broker".
 */
#pragma once

#include <stdbool.h>

struct options;

/* Runs until a signal or until the first start failed. phone_wanted: a trunk is
 * configured. Returns the exit code. */
int parent_run(const struct options *options, bool phone_wanted);
