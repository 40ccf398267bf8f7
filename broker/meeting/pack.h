/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the version of a packed meeting, for who writes and who reads it.
 */
#pragma once

#include "rules.h"

#define PACK_VERSION 2
