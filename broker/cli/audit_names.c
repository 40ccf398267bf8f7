/* SPDX-License-Identifier: MPL-2.0
 *
 * Whose number is it? Asked as a person would ask, by the phrase that lists accounts: so
 * it goes on record, and nothing is opened that the phrase would not open.
 */
#include "audit_inner.h"
#include "client.h"
#include "rows.h"
#include "session.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int list_here(struct phrase_call *c)
{
	owned(session_closep) struct session *s = NULL;
	int r = session_open(&s, c);

	return r == 0 ? session_run(s, c, run_user_list) : r;
}

void staff_names_read(struct phrase_call *c, struct staff_names *ret)
{
	static const char *const list[] = { "user", "list", "--json" };
	struct phrase_call call = *c;
	size_t len;
	int code = 1, r;

	ret->text = NULL;
	if (!c->has_place || access(c->place->database, F_OK) != 0 ||
		phrase_parse(&call.words, ARRAY_LEN(list), list) != 0)
		return;
	call.out = open_memstream(&ret->text, &len);
	call.err = fopen("/dev/null", "we");
	if (call.out && call.err) {
		struct client_request q = { ARRAY_LEN(list), list, call.out, call.err };

		r = client_run(c->place->control, &q, &code);
		if (r == CLIENT_E_NOBODY)
			(void)list_here(&call);
	}
	if (call.out)
		(void)fclose(call.out);
	if (call.err)
		(void)fclose(call.err);
}

void staff_names_deinit(struct staff_names *n)
{
	free(n->text);
	n->text = NULL;
}

/* A sign-in name has no character that JSON would escape. */
void staff_name(
	const struct staff_names *n, uint32_t account, char ret[LIMIT_USERNAME + 1])
{
	char key[48];
	const char *at;

	ret[0] = '\0';
	(void)snprintf(key, sizeof(key), "{\"id\":%" PRIu32 ",\"name\":\"", account);
	at = n->text ? strstr(n->text, key) : NULL;
	if (!at)
		return;
	at += strlen(key);
	(void)snprintf(ret, LIMIT_USERNAME + 1, "%.*s", (int)strcspn(at, "\""), at);
}
