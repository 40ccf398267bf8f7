/* SPDX-License-Identifier: MPL-2.0
 *
 * Our reader of JSON against jansson: what one takes the other takes, except where our
 * limits are tighter; and what both took holds the same values, read back from our
 * writer.
 */
#include "json_tree.h"

#include "fuzz.h"

#include <jansson.h>

/* Why ours may refuse what jansson took. */
struct size {
	size_t nodes, depth, fields;
};

static void measure(const json_t *v, size_t depth, struct size *s)
{
	const char *key;
	json_t *child;
	size_t i;

	s->nodes++;
	if (json_is_object(v) || json_is_array(v))
		depth++;
	if (depth > s->depth)
		s->depth = depth;
	if (json_is_object(v) && json_object_size(v) > s->fields)
		s->fields = json_object_size(v);
	json_array_foreach(v, i, child) measure(child, depth, s);
	json_object_foreach((json_t *)(uintptr_t)v, key, child) measure(child, depth, s);
}

static void check_equal(const struct jtree *t, const struct jnode *n, const json_t *v);

static void check_children(const struct jtree *t, const struct jnode *n, const json_t *v)
{
	const struct jnode *child = n + 1;

	for (size_t i = 0; i < n->count; i++, child = &t->node[child->end]) {
		const char *key = (const char *)t->text + child->key;

		if (n->kind == JNODE_ARRAY)
			check_equal(t, child, json_array_get(v, i));
		else
			check_equal(t, child, json_object_getn(v, key, child->key_len));
	}
}

static void check_equal(const struct jtree *t, const struct jnode *n, const json_t *v)
{
	switch (n->kind) {
	case JNODE_TEXT:
		PROMISE(json_is_string(v));
		PROMISE(bytes_equal(jtree_text(t, n),
			bytes_of(json_string_value(v), json_string_length(v))));
		break;
	case JNODE_INTEGER:
		PROMISE(json_is_integer(v) && json_integer_value(v) == n->number);
		break;
	case JNODE_REAL:
		PROMISE(json_is_real(v));
		break;
	case JNODE_BOOL:
		PROMISE(json_is_boolean(v) && json_is_true(v) == (n->number != 0));
		break;
	case JNODE_NULL:
		PROMISE(json_is_null(v));
		break;
	case JNODE_ARRAY:
		PROMISE(json_is_array(v) && json_array_size(v) == n->count);
		check_children(t, n, v);
		break;
	case JNODE_OBJECT:
		PROMISE(json_is_object(v) && json_object_size(v) == n->count);
		check_children(t, n, v);
		break;
	}
}

/* Every text of the root, written and read again. */
static void check_writer(const struct jtree *t)
{
	static uint8_t buffer[1 << 20];
	struct jtree *again = NULL;

	for (uint32_t i = 1; i < t->node[0].end; i = t->node[i].end) {
		struct jout o = jout_of(buffer, sizeof(buffer));

		if (t->node[i].kind != JNODE_TEXT)
			continue;
		jout_object(&o, NULL);
		jout_text(&o, "t", jtree_text(t, &t->node[i]));
		jout_end_object(&o);
		PROMISE(jout_ok(&o) && jtree_new(&again, jout_bytes(&o)) == 0);
		PROMISE(bytes_equal(
			jtree_text(again, jtree_field(again, again->node, "t")),
			jtree_text(t, &t->node[i])));
		again = jtree_free(again);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	json_error_t error;
	json_t *theirs =
		json_loadb((const char *)at, len, JSON_REJECT_DUPLICATES, &error);
	struct jtree *ours = NULL;
	struct size size = { 0 };

	if (jtree_new(&ours, bytes_of(at, len)) == 0) {
		PROMISE(theirs || json_error_code(&error) == json_error_numeric_overflow);
		if (theirs)
			check_equal(ours, ours->node, theirs);
		check_writer(ours);
	} else if (theirs && json_is_object(theirs) && !memchr(at, 0, len)) {
		/* jansson 2.14 reads over a NUL that follows a literal; we do not. */
		measure(theirs, 0, &size);
		PROMISE(size.depth > JSON_DEPTH || size.fields > JSON_FIELDS ||
			size.nodes > JSON_NODES);
	}
	ours = jtree_free(ours);
	json_decref(theirs);
	return 0;
}
