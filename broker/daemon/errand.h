/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: one phrase on its way through the broker, from its words to what it
 * wrote and its exit code.
 */
#pragma once

#include "samtale/link/control.h"

struct broker;

struct errand_result { /* borrowed for the call */
	struct bytes out, err;
	int code;
};

/* Comes exactly once, on the loop, perhaps before errand_run() returns. */
typedef void errand_done_fn(void *arg, const struct errand_result *result);

/* The request is copied. */
void errand_run(struct broker *b, const struct control_request *request,
	errand_done_fn *done, void *arg);
