/* SPDX-License-Identifier: MPL-2.0
 *
 * One JSON object, taken apart strictly (RFC 8259) into a flat list of nodes over a copy
 * of its own text. Two allocations, however much it holds; see json.h for the door.
 */
#pragma once

#include "samtale/session/json.h"

enum jnode_kind {
	JNODE_OBJECT,
	JNODE_ARRAY,
	JNODE_TEXT,
	JNODE_INTEGER,
	JNODE_REAL,
	JNODE_BOOL,
	JNODE_NULL
};

struct jnode {
	uint32_t end; /* index behind its last descendant; children follow it directly */
	uint32_t key, key_len; /* in text; of a field */
	uint32_t count;        /* children of an object or array */
	enum jnode_kind kind;
	union {
		int64_t number; /* INTEGER, BOOL */
		struct {
			uint32_t at, len; /* TEXT, unescaped */
		};
	};
};

struct jtree {
	struct jnode *node; /* [0] is the object */
	size_t nodes, cap;
	uint8_t *text;
};

/* Outcomes: JIN_E_BAD, JIN_E_NOT_UTF8. Faults: -ENOMEM. */
must_check int jtree_new(struct jtree **ret, struct bytes text);
struct jtree *jtree_free(struct jtree *t);

/* The field of an object, NULL when there is none. */
const struct jnode *jtree_field(
	const struct jtree *t, const struct jnode *object, const char *key);
static inline struct bytes jtree_text(const struct jtree *t, const struct jnode *n)
{
	return bytes_of(t->text + n->at, n->len);
}
