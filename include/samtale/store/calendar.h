/* SPDX-License-Identifier: MPL-2.0
 *
 * Working days (Monday to Friday, days of UTC) and ISO weeks, from milliseconds alone.
 */
#pragma once

#include <stdint.h>

/* t plus n working days at the same time of day. A weekend counts as the Monday 00:00
 * after it. Never decreases when t grows. */
int64_t calendar_working_days_after(int64_t t_ms, unsigned n);
/* The latest t whose calendar_working_days_after(t, n) is at or before now. */
int64_t calendar_working_days_before(int64_t now_ms, unsigned n);
/* ISO 8601 year * 100 + week. */
int32_t calendar_iso_week(int64_t t_ms);
