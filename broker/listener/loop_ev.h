/* SPDX-License-Identifier: MPL-2.0
 * For this room only: the libev loop inside a struct loop, for libwebsockets to run on.
 */
#pragma once

struct loop;
struct ev_loop;

struct ev_loop *loop_ev(struct loop *loop);
