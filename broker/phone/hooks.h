/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what a party's port and its rules call. Each arg is the party.
 */
#pragma once

#include "gateway.h"

void hooks_of_call(struct party *p, struct call_hooks *ret);
void hooks_of_browser(struct party *p, struct port_hooks *ret);
extern const struct outgoing_hooks outgoing_to_party;
extern const struct dial_in_hooks dial_in_to_party;
