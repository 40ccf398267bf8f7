/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the socket at which `samtale` hands in phrases. Only root and the
 * broker's own user get past it.
 */
#pragma once

#include "samtale/base/compiler.h"

struct broker;
struct control;

/* Faults: -errno of opening it. */
must_check int control_new(struct control **ret, struct broker *b);
/* Call it when nothing of the store's worker is left to answer. */
struct control *control_free(struct control *c);
DEFINE_FREEP(struct control, control_free, control_freep)
