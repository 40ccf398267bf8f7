/* SPDX-License-Identifier: MPL-2.0
 *
 * The deadlines of all meetings: a binary heap, so that one timer of the loop is enough
 * for any number of them.
 */
#include "inner.h"

static void place(struct house *h, size_t at, struct live *l)
{
	h->heap[at] = l;
	l->heap_at = at + 1;
}

static void rise(struct house *h, size_t at, struct live *l)
{
	while (at > 0 && h->heap[(at - 1) / 2]->due_ms > l->due_ms) {
		place(h, at, h->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	place(h, at, l);
}

static void sink(struct house *h, size_t at, struct live *l)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= h->heap_n)
			break;
		if (child + 1 < h->heap_n &&
			h->heap[child + 1]->due_ms < h->heap[child]->due_ms)
			child++;
		if (h->heap[child]->due_ms >= l->due_ms)
			break;
		place(h, at, h->heap[child]);
		at = child;
	}
	place(h, at, l);
}

static int grow(struct house *h)
{
	size_t cap = h->heap_cap ? 2 * h->heap_cap : 64;
	struct live **heap = realloc(h->heap, cap * sizeof(*heap));

	if (!heap)
		return fault_here(ENOMEM);
	h->heap = heap;
	h->heap_cap = cap;
	return 0;
}

int timeline_put(struct house *h, struct live *l, int64_t due_ms)
{
	int r = h->heap_n == h->heap_cap ? grow(h) : 0;

	if (r < 0)
		return fault_pass(r);
	timeline_drop(h, l);
	l->due_ms = due_ms;
	rise(h, h->heap_n++, l);
	return 0;
}

void timeline_drop(struct house *h, struct live *l)
{
	size_t at = l->heap_at;
	struct live *last;

	if (at == 0)
		return;
	l->heap_at = 0;
	last = h->heap[--h->heap_n];
	if (last == l)
		return;
	if (at > 1 && h->heap[(at - 2) / 2]->due_ms > last->due_ms)
		rise(h, at - 1, last);
	else
		sink(h, at - 1, last);
}

struct live *timeline_first(const struct house *h)
{
	return h->heap_n ? h->heap[0] : NULL;
}
