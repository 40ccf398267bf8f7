/* SPDX-License-Identifier: MPL-2.0
 *
 * What we ask of the compiler: ownership that ends with the scope, results that
 * must be looked at, formats that are checked.
 */
#pragma once

#include <stddef.h>

#define must_check             __attribute__((warn_unused_result))
#define printf_like(at, first) __attribute__((format(printf, at, first)))

/* owned(x_freep) struct x *x = NULL;  -- x_freep(struct x **) runs at scope end.
 * Success hands over: *ret_x = x; x = NULL; */
#define owned(freep) __attribute__((cleanup(freep)))

/* Defines x_freep() for owned() from x_free(). */
#define DEFINE_FREEP(type, free_fn, name)                                                \
	static inline void name(type **at)                                               \
	{                                                                                \
		if (*at)                                                                 \
			free_fn(*at);                                                    \
		*at = NULL;                                                              \
	}

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#define container_of(ptr, type, member)                                                  \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* owned(heap_freep) char *text: plain memory from malloc/strdup. */
void heap_freep(void *at_pointer);
