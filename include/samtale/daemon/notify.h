/* SPDX-License-Identifier: MPL-2.0
 *
 * The service manager's notification protocol, sd_notify(3), without its library.
 */
#pragma once

#include <stdint.h>

/* Sends lines such as "READY=1\nSTATUS=…" to $NOTIFY_SOCKET; nothing without it. */
void notify_send(const char *lines);
/* Says that a reload began; "READY=1" says that it is done. */
void notify_reloading(void);
/* How often the manager wants "WATCHDOG=1"; 0: never. */
int64_t notify_watchdog_ms(void);
