/* SPDX-License-Identifier: MPL-2.0
 *
 * What lies on the shelf: keys wrapped by the node key, each bound to its meeting and to
 * which of the two it is, and case references sealed under mk. Moved to another place
 * they do not open.
 */
#include "samtale/vault/key_shelf.h"

#include "parts.h"
#include "samtale/base/fault.h"
#include "samtale/vault/vault.h"

#include <errno.h>

#define CONTEXT_CK   "shelf.ck"
#define CONTEXT_MK   "shelf.mk"
#define CONTEXT_CASE "shelf.case"
#define CONTEXT_ROOT "meta.root"
#define STEP         64

_Static_assert(WRAPPED_KEY_BYTES == KEY_BYTES + AEAD_EXTRA, "wrapped key");

void shelf_wrap(
	const struct key *wrap, const struct meeting_keys *keys, struct shelf_row *row)
{
	row->has_ck = keys->has_ck;
	row->has_mk = keys->has_mk;
	if (keys->has_ck)
		aead_seal(wrap, CONTEXT_CK, row->meeting,
			bytes_of(keys->ck.at, KEY_BYTES), row->ck);
	if (keys->has_mk)
		aead_seal(wrap, CONTEXT_MK, row->meeting,
			bytes_of(keys->mk.at, KEY_BYTES), row->mk);
}

int shelf_unwrap(
	const struct key *wrap, const struct shelf_row *row, struct meeting_keys *ret)
{
	if (row->has_ck && !aead_open(wrap, CONTEXT_CK, row->meeting,
				   bytes_of(row->ck, WRAPPED_KEY_BYTES), ret->ck.at))
		return fault_here(EBADMSG);
	if (row->has_mk && !aead_open(wrap, CONTEXT_MK, row->meeting,
				   bytes_of(row->mk, WRAPPED_KEY_BYTES), ret->mk.at))
		return fault_here(EBADMSG);
	ret->meeting = row->meeting;
	ret->has_ck = row->has_ck;
	ret->has_mk = row->has_mk;
	return 0;
}

int shelf_set_case(const struct node_key *node, const struct key *mk,
	struct bytes case_ref, struct shelf_row *row)
{
	char text[OPEN_TEXT_CAP] = "";
	struct sealed sealed = { 0 };
	int r = 0;

	WIPE_AT_END(text, text);
	if (case_ref.len > LIMIT_CASE_REF || !bytes_is_clean_text(case_ref, false) ||
		!bytes_to_str(case_ref, text, sizeof(text)))
		return fault_here(EINVAL);
	/* One of blanks alone has no tag, and is none. */
	row->has_case = case_tag(node, case_ref, &row->case_tag);
	if (row->has_case)
		r = seal_text(mk, CONTEXT_CASE, row->meeting, text, &sealed);
	else
		row->case_tag = (struct token_hash){ 0 };
	if (r == 0)
		row->case_ref = sealed;
	return fault_fold(r);
}

int shelf_case(const struct shelf_row *row, const struct key *mk, char ret[OPEN_TEXT_CAP])
{
	int r = 0;

	ret[0] = '\0';
	if (row->has_case)
		r = open_text(mk, CONTEXT_CASE, row->meeting, &row->case_ref, ret);
	return r == SEAL_E_BAD ? fault_here(EBADMSG) : r;
}

static int rewrap_one(const struct key_shelf *shelf, const struct key *from,
	const struct key *to, struct shelf_row *row)
{
	wiped(struct meeting_keys, keys);
	int r = shelf_unwrap(from, row, &keys);

	if (r < 0)
		return fault_pass(r);
	shelf_wrap(to, &keys, row);
	return fault_fold(shelf->change(shelf->arg, row));
}

int shelf_rewrap(
	const struct key_shelf *shelf, const struct key *from, const struct key *to)
{
	struct shelf_row rows[STEP];
	size_t got = STEP;
	int64_t after = 0;

	while (got == STEP) {
		int r = shelf->list(shelf->arg, after, rows, STEP, &got);

		for (size_t i = 0; r == 0 && i < got; i++) {
			after = rows[i].meeting;
			r = rewrap_one(shelf, from, to, &rows[i]);
		}
		if (r != 0)
			return fault_fold(r);
	}
	return 0;
}

void root_wrap(
	const struct key *wrap, const struct key *root, uint8_t ret[WRAPPED_KEY_BYTES])
{
	aead_seal(wrap, CONTEXT_ROOT, 1, bytes_of(root->at, KEY_BYTES), ret);
}

bool root_unwrap(
	const struct key *wrap, const uint8_t wrapped[WRAPPED_KEY_BYTES], struct key *ret)
{
	return aead_open(
		wrap, CONTEXT_ROOT, 1, bytes_of(wrapped, WRAPPED_KEY_BYTES), ret->at);
}
