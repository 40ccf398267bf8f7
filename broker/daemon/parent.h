/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the process that everybody else sees as "the broker".
 */
#pragma once

struct options;

/* Runs until a signal or until the first start failed. Returns the exit code. */
int parent_run(const struct options *options);
