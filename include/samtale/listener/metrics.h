/* SPDX-License-Identifier: MPL-2.0
 *
 * Figures for monitoring as Prometheus text, on a loopback address or a unix socket only,
 * whatever is configured. A few lines of HTTP of its own: it shares nothing with the port
 * that browsers reach.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/base/compiler.h"
#include "samtale/listener/loop.h"

#include <stdint.h>

struct metrics;

/* Writes the whole text. Over the writer's room: the scraper gets 503. */
typedef void metrics_fn(void *arg, struct writer *to);

#define METRICS_E_ADDRESS 1 /* not a loopback address with port, nor a socket's path */

/* address: "127.0.0.1:9464", "[::1]:9464" or a path that starts with '/'; port 0 lets the
 * system choose. Faults: -errno of opening it. */
must_check int metrics_new(struct metrics **ret, struct loop *loop, const char *address,
	metrics_fn *fn, void *arg);
struct metrics *metrics_free(struct metrics *m);
DEFINE_FREEP(struct metrics, metrics_free, metrics_freep)
uint16_t metrics_port(const struct metrics *m); /* 0 on a unix socket */
