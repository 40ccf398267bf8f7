/* SPDX-License-Identifier: MPL-2.0
 *
 * The SQLite store: its tables of questions over one open database.
 */
#include "database.h"
#include "questions.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <stdlib.h>

int sqlite_store_open(
	struct store **ret, const struct sqlite_parts *parts, const char **ret_sentence)
{
	struct sqlite_store *s = calloc(1, sizeof(*s));
	int r;

	if (!s) {
		if (ret_sentence)
			*ret_sentence = store_fault_sentence(-ENOMEM);
		return fault_here(ENOMEM);
	}
	r = database_open(&s->db, &schema_samtale, parts, ret_sentence);
	if (r != 0) {
		free(s);
		return r;
	}
	s->store = (struct store){
		.user = &sqlite_user,
		.staff_session = &sqlite_staff_session,
		.meeting = &sqlite_meeting,
		.record = &sqlite_record,
		.stats = &sqlite_stats,
		.call = &sqlite_call,
		.meta = &sqlite_meta,
		.retention = &sqlite_retention,
		.batch = &sqlite_batch,
	};
	*ret = &s->store;
	return 0;
}

struct store *sqlite_store_close(struct store *s)
{
	if (!s)
		return NULL;
	database_close(database_of(s));
	free(container_of(s, struct sqlite_store, store));
	return NULL;
}
