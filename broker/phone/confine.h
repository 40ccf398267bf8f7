/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what the gateway may no longer do once it serves: no file at all,
 * no program, no look into another process; sockets are its trade and stay.
 */
#pragma once

#include "samtale/base/settings.h"

/* After everything was read and the ports were opened. Faults. */
must_check int confine_gateway(const struct settings *s);
