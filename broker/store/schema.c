/* SPDX-License-Identifier: MPL-2.0
 *
 * The tables of both databases, step by step. A released step is history: its checksum is
 * in every database, and a change of it is refused at the next start. New things are new
 * steps at the end.
 */
#include "database.h"

static const char *const samtale_steps[] = {
	/* 1: as released first */
	"CREATE TABLE user ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL,"
	" name TEXT NOT NULL UNIQUE, given TEXT NOT NULL, team TEXT NOT NULL,"
	" phone BLOB, roles INTEGER NOT NULL, password TEXT NOT NULL, totp BLOB,"
	" totp_last_step INTEGER NOT NULL, recovery BLOB, setup BLOB UNIQUE,"
	" setup_expires INTEGER NOT NULL, failures INTEGER NOT NULL,"
	" locked_until INTEGER NOT NULL, disabled INTEGER NOT NULL,"
	" created INTEGER NOT NULL, last_sign_in INTEGER NOT NULL) STRICT;"
	"CREATE TABLE staff_session ("
	" hash BLOB PRIMARY KEY NOT NULL,"
	" user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,"
	" created INTEGER NOT NULL, used INTEGER NOT NULL, expires INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX staff_session_user ON staff_session (user);"
	"CREATE TABLE booking ("
	" id INTEGER PRIMARY KEY, version INTEGER NOT NULL,"
	" number INTEGER NOT NULL UNIQUE, owner INTEGER NOT NULL REFERENCES user (id),"
	" team TEXT NOT NULL, starts INTEGER NOT NULL, minutes INTEGER NOT NULL,"
	" form INTEGER NOT NULL, chosen_by INTEGER NOT NULL, state INTEGER NOT NULL,"
	" outcome INTEGER NOT NULL, language TEXT NOT NULL,"
	" pin_required INTEGER NOT NULL, phone_by_citizen INTEGER NOT NULL,"
	" contact_phone TEXT NOT NULL, label BLOB, phone BLOB, way BLOB, case_ref BLOB,"
	" case_tag BLOB, link BLOB UNIQUE, pin BLOB, link_generation INTEGER NOT NULL,"
	" contact_gone INTEGER NOT NULL, record_gone INTEGER NOT NULL,"
	" created INTEGER NOT NULL, changed INTEGER NOT NULL, started INTEGER NOT NULL,"
	" ended INTEGER NOT NULL,"
	" over INTEGER NOT NULL GENERATED ALWAYS AS (CASE WHEN state = 5 AND ended > 0"
	"  THEN ended ELSE starts + minutes * 60000 END) STORED) STRICT;"
	"CREATE INDEX booking_starts ON booking (starts);"
	"CREATE INDEX booking_owner ON booking (owner, starts);"
	"CREATE INDEX booking_case ON booking (case_tag) WHERE case_tag IS NOT NULL;"
	"CREATE INDEX booking_running ON booking (state) WHERE state IN (2, 3, 4);"
	"CREATE INDEX booking_contact ON booking (over) WHERE contact_gone = 0;"
	"CREATE TABLE live ("
	" meeting INTEGER PRIMARY KEY, changed INTEGER NOT NULL, sealed BLOB NOT NULL"
	") STRICT;"
	"CREATE TABLE attendance ("
	" meeting INTEGER PRIMARY KEY, changed INTEGER NOT NULL, sealed BLOB NOT NULL"
	") STRICT;"
	/* Bookings that are gone while their mk lives on with the log. */
	"CREATE TABLE shredding ("
	" meeting INTEGER PRIMARY KEY, over INTEGER NOT NULL) STRICT;"
	"CREATE TABLE stat ("
	" week INTEGER NOT NULL, team TEXT NOT NULL, form INTEGER NOT NULL,"
	" outcome INTEGER NOT NULL, cause INTEGER NOT NULL, waiting INTEGER NOT NULL,"
	" count INTEGER NOT NULL,"
	" PRIMARY KEY (week, team, form, outcome, cause, waiting)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE meta ("
	" key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
	/* 2: the telephone */
	"ALTER TABLE booking ADD COLUMN phone_tag BLOB;"
	"CREATE INDEX booking_phone ON booking (phone_tag) WHERE phone_tag IS NOT NULL;"
	"CREATE TABLE call ("
	" id INTEGER PRIMARY KEY, meeting INTEGER NOT NULL, user INTEGER NOT NULL,"
	" leg INTEGER NOT NULL, at INTEGER NOT NULL, seconds INTEGER, ore INTEGER"
	") STRICT;"
	"CREATE INDEX call_at ON call (at);"
	"CREATE INDEX call_meeting ON call (meeting, at);"
	"CREATE TABLE call_back ("
	" id INTEGER PRIMARY KEY, team TEXT NOT NULL, number BLOB NOT NULL,"
	" created INTEGER NOT NULL) STRICT;",
};

static const char *const keys_steps[] = {
	"CREATE TABLE shelf ("
	" meeting INTEGER PRIMARY KEY, created INTEGER NOT NULL, ck BLOB, mk BLOB"
	") STRICT;",
	/* 2: the root key, and which case a meeting is of */
	"CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1),"
	" root BLOB NOT NULL, key_id BLOB NOT NULL) STRICT;"
	"ALTER TABLE shelf ADD COLUMN case_tag BLOB;"
	"ALTER TABLE shelf ADD COLUMN case_ref BLOB;"
	"CREATE INDEX shelf_case ON shelf (case_tag, meeting) WHERE case_tag IS NOT "
	"NULL;",
};

const struct schema schema_samtale = {
	.application_id = 0x534d5431, /* SMT1 */
	.steps = samtale_steps,
	.count = ARRAY_LEN(samtale_steps),
};

const struct schema schema_keys = {
	.application_id = 0x534d544b, /* SMTK */
	.steps = keys_steps,
	.count = ARRAY_LEN(keys_steps),
};

unsigned sqlite_store_schema(void)
{
	return schema_samtale.count;
}
