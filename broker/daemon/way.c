/* SPDX-License-Identifier: MPL-2.0
 *
 * Nothing passes between two children but what their link carries, and the parent keeps
 * no end of it, so that one end's death is seen by the other at once.
 */
#include "way.h"

#include "samtale/base/clock.h"

#define CALM_MS      MS_MINUTE /* linked so long: the next loss is the first again */
#define WAIT_LAST_MS (30 * MS_SECOND)

static const struct row {
	enum child_name other; /* than the serving process */
	enum report_kind link, bad;
	int64_t wait_first_ms;
	bool from_birth; /* the serving process cannot become ready without it */
} rows[WAY_COUNT] = {
	[WAY_VAULT] = { CHILD_VAULT, REPORT_VAULT_LINK, REPORT_VAULT_LINK_BAD, 100,
		true },
	[WAY_PHONE] = { CHILD_PHONE, REPORT_PHONE_LINK, REPORT_PHONE_LINK_BAD, MS_SECOND,
		false },
};

void way_open(struct way *w, enum way_name which, const struct child *children)
{
	const struct row *row = &rows[which];
	const struct child *serve = &children[CHILD_SERVE],
			   *other = &children[row->other];

	w->due_ms = 0;
	if (!other->is_ready || !(serve->is_ready || (row->from_birth && serve->pid > 0)))
		return;
	if (child_link(serve, other, row->link) == 0)
		w->linked_ms = clock_boot_ms();
	else /* no descriptor was left, say: nobody else would ask again */
		way_open_later(w, which);
}

void way_open_later(struct way *w, enum way_name which)
{
	int64_t now = clock_boot_ms();

	if (now - w->linked_ms > CALM_MS || w->wait_ms == 0)
		w->wait_ms = rows[which].wait_first_ms;
	w->due_ms = now + w->wait_ms;
	w->wait_ms = w->wait_ms * 2 < WAIT_LAST_MS ? w->wait_ms * 2 : WAIT_LAST_MS;
}

bool way_of_complaint(unsigned report, enum way_name *ret)
{
	for (int i = 0; i < WAY_COUNT; i++)
		if (rows[i].bad == report) {
			*ret = (enum way_name)i;
			return true;
		}
	return false;
}
