/* SPDX-License-Identifier: MPL-2.0
 *
 * The inventory: every datum that is kept, why, on which legal basis, for how long, where
 * it lies, sealed under which key, and who can read it. One table (data.def); what is
 * printed anywhere comes from it and from the settings in force.
 */
#pragma once

#include "samtale/privacy/words.h"
#include "samtale/store/retention.h"

enum data_basis {
	BASIS_TASK,          /* the authority's task */
	BASIS_TASK_RECORD,   /* and its duty to take notes */
	BASIS_TASK_SECURITY, /* and security of processing */
	BASIS_SECURITY,
	BASIS_SECURITY_ACCOUNT, /* and accountability */
	BASIS_HEALTH,           /* may tell of health */
	BASIS_COUNT
};
enum data_subject {
	SUBJECT_CITIZEN,
	SUBJECT_STAFF,
	SUBJECT_BOTH,
	SUBJECT_NOBODY,
	SUBJECT_COUNT
};
enum data_place {
	PLACE_DATABASE,
	PLACE_KEYS,
	PLACE_LOG,
	PLACE_VAULT,
	PLACE_FOLDER,
	PLACE_BACKUP,
	PLACE_MEMORY,
	PLACE_PASSING, /* through our hands, or past them, and kept nowhere */
	PLACE_JOURNAL,
	PLACE_DEVICE,
	PLACE_COUNT
};
enum data_seal {
	DATA_OPEN,
	DATA_CK,
	DATA_MK,
	DATA_NODE,
	DATA_HASH,
	DATA_AUDITORS,
	DATA_OFFLINE,
	DATA_MEDIA,
	DATA_SEAL_COUNT
};

struct datum {
	const char *id;
	const char *columns;  /* "table(column column) table(column)" */
	unsigned kinds;       /* bits of enum retention_kind that delete it */
	const char *settings; /* that rule the period, separated by spaces */
	enum data_basis basis;
	enum data_subject subject;
	enum data_place place;
	enum data_seal seal;
	enum fact when; /* kept at all */
	struct said what, purpose, until, readers;
};

extern const struct datum data_table[];
extern const size_t data_count;

const struct said *data_basis_said(enum data_basis basis);
const struct said *data_subject_said(enum data_subject subject);
const struct said *data_place_said(enum data_place place);
const struct said *data_seal_said(enum data_seal seal);
/* "contact_hours = 24 h (1–168)", one after the other: what is in force, then floor and
 * ceiling. Nothing when no setting rules the period. */
void data_write_limits(const struct speaker *s, const struct datum *d);
/* What is never kept, one sentence. */
const struct said *data_never(void);

/* -- the whole table --------------------------------------------------------------- */
#define DATA_TEXT_MAX (64 * 1024)
/* For a terminal, in the speaker's language. */
void data_explain(const struct speaker *s);
/* docs/retention.md, whole; the speaker's settings are to be the defaults. */
void data_manual(struct writer *to, const struct settings *s);
