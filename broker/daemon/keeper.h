/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: runs retention at start and every hour, as often as it says that
 * there is more. Nobody has to remember to delete.
 */
#pragma once

#include "samtale/base/compiler.h"

struct broker;
struct keeper;

must_check int keeper_new(struct keeper **ret, struct broker *b);
struct keeper *keeper_free(struct keeper *k);
DEFINE_FREEP(struct keeper, keeper_free, keeper_freep)
/* A run now; also when the clock was moved. */
void keeper_run(struct keeper *k);
