/* SPDX-License-Identifier: MPL-2.0
 *
 * Changes of the log's own keys and its way on after a loss: rare, by hand, and each on
 * record under those who could read before it.
 */
#include "audit_inner.h"
#include "client.h"
#include "rows.h"
#include "session.h"

#include <errno.h>
#include <string.h>

/* -- other auditors -------------------------------------------------------------- */
int run_audit_reload(struct phrase_call *c)
{
	int r = c->at_vault->reload(c->at_vault->arg);

	return r == 0 ? 0 : phrase_fault(c, r);
}

/* The log is opened with the former ones, so that the change is sealed to them. */
static int change_here(struct phrase_call *c, const struct auditors_file *f)
{
	owned(session_closep) struct session *s = NULL;
	int r = session_open_log(&s, c);

	if (r == 0)
		r = audit_put_auditors(c, f);
	return r == 0 ? session_run(s, c, run_audit_reload) : r;
}

static int change_at_broker(struct phrase_call *c, const struct auditors_file *f)
{
	static const char *const reload[] = { "audit", "reload" };
	struct client_request q = { ARRAY_LEN(reload), reload, c->out, c->err };
	int code = 1, r = audit_put_auditors(c, f);

	if (r != 0)
		return r;
	r = client_run(c->place->control, &q, &code);
	if (r == 0 && code == 0)
		return 0;
	return phrase_fail(c,
		"The broker did not take the new auditors. The file is in place: they "
		"are in force with the next reload or start.");
}

int run_audit_auditors(struct phrase_call *c)
{
	struct auditors_file f = { 0 };
	int r = audit_read_auditors(c, phrase_value(&c->words, "file"), &f);

	if (r != 0)
		return r;
	return client_is_served(c->place->control) ? change_at_broker(c, &f)
						   : change_here(c, &f);
}

/* -- after a loss ---------------------------------------------------------------- */
int run_audit_accept_loss(struct phrase_call *c)
{
	owned(session_closep) struct session *s = NULL;
	int r;

	if (client_is_served(c->place->control))
		return phrase_fail(c, "The broker serves with this log: there is no loss "
				      "to accept.");
	r = session_open_loss(&s, c);
	if (r == 0)
		(void)fprintf(c->out, "The log goes on. What is missing is on record; "
				      "tell the data protection officer.\n");
	return r;
}

/* -- the node key ---------------------------------------------------------------- */
static bool is_credential(const struct place *p)
{
	size_t len = strlen(p->vault);

	return !p->settings.data_node_key_file[0] &&
	       (strncmp(p->node_key, p->vault, len) != 0 || p->node_key[len] != '/');
}

int run_key_rotate(struct phrase_call *c)
{
	int r;

	if (is_credential(c->place))
		return phrase_fail(c,
			"The node key is a credential of the service, which the service "
			"cannot replace: put it back as %s/node.key, take it out of the "
			"unit, restart, rotate, and make the credential anew.",
			c->place->vault);
	r = c->at_vault->rotate(c->at_vault->arg);
	if (r != 0)
		return phrase_fail(c,
			"The node key was not replaced: %s The old one stays in force.",
			r == -EROFS || r == -EACCES || r == -EPERM
				? "its file cannot be written."
				: "the vault could not do it; its journal says why.");
	(void)fprintf(c->out,
		"A new node key is in force; links, PINs and sign-ins stay valid.\n"
		"Copy %s to where its copy is kept, and run `samtale key backup`: the "
		"former key backup opens with the former node key only.\n",
		c->place->node_key);
	return 0;
}
