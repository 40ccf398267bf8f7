/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: how the parts of `samtale doctor` say what they find.
 */
#pragma once

#include "samtale/cli/phrase.h"

enum mark { MARK_OK, MARK_WARN, MARK_BAD };

struct doctor {
	struct phrase_call *c;
	bool json;
	unsigned count[3];
};

/* One finding: one sentence, no secret. */
void printf_like(4, 5) doctor_find(
	struct doctor *d, enum mark mark, const char *topic, const char *fmt, ...);
/* A credential is seen by the service alone, and it starts with it or not at all.
 * loaded: what reading it came to. */
bool doctor_is_credential(const struct doctor *d, const char *setting, int loaded);

/* -- doctor_phone.c -------------------------------------------------------------- */
void doctor_phone(struct doctor *d);
/* -- doctor_vault.c -------------------------------------------------------------- */
void doctor_vault(struct doctor *d);
/* -- doctor_ports.c: not while the gateway runs, for then they are its own -------- */
void doctor_phone_ports(struct doctor *d);
void doctor_phone_addresses(struct doctor *d);
