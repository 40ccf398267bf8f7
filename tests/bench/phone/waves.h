/* SPDX-License-Identifier: MPL-2.0
 *
 * Call after call of every kind, begun and ended, and what the gateway holds afterwards.
 */
#pragma once

/* An exit status: 0 when every leg was reported ended once and nothing has grown. */
int waves_run(const char *program, const char *prompts, unsigned calls);
