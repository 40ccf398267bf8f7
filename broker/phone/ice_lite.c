/* SPDX-License-Identifier: MPL-2.0
 *
 * The table of one peer's addresses. Only a check whose integrity held gets in, so its
 * size bounds what a peer that hops between networks costs, not what a stranger does.
 */
#include "ice_lite.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

void ice_random_text(char *buf, size_t len)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

	_Static_assert(sizeof(alphabet) == 32 + 1, "5 bits a character");
	assert(len <=
		256); /* getrandom() gives so many whole, or fails only before boot */
	if (getrandom(buf, len, 0) != (ssize_t)len)
		abort();
	for (size_t i = 0; i < len; i++)
		buf[i] = alphabet[(uint8_t)buf[i] & 31];
	buf[len] = 0;
}

void ice_lite_init(struct ice_lite *ice)
{
	memset(ice, 0, sizeof(*ice));
	ice_random_text(ice->ufrag, ICE_UFRAG);
	ice_random_text(ice->pwd, ICE_PWD);
}

static bool is_ice_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '+' || c == '/';
}

bool ice_lite_set_peer(struct ice_lite *ice, struct bytes ufrag)
{
	struct writer w = writer_of(ice->username, sizeof(ice->username) - 1);

	if (ufrag.len < 4 || ufrag.len > ICE_UFRAG_MAX)
		return false;
	for (size_t i = 0; i < ufrag.len; i++)
		if (!is_ice_char(ufrag.at[i]))
			return false;
	write_str(&w, ice->ufrag);
	write_u8(&w, ':');
	write_bytes(&w, ufrag);
	ice->username[w.len] = 0;
	return writer_ok(&w);
}

/* -- paths ------------------------------------------------------------------------- */
static unsigned find(const struct ice_lite *ice, const struct sa *src)
{
	unsigned i = 0;

	while (i < ice->paths && !sa_cmp(&ice->path[i].at, src, SA_ALL))
		i++;
	return i;
}

/* The place of a new path: a free one, else that of the oldest that is not chosen. */
static unsigned make_room(struct ice_lite *ice)
{
	unsigned oldest = ice->chosen == 0 ? 1 : 0;

	if (ice->paths < ICE_PATHS)
		return ice->paths++;
	for (unsigned i = 0; i < ICE_PATHS; i++)
		if (i != ice->chosen &&
			ice->path[i].checked_ms < ice->path[oldest].checked_ms)
			oldest = i;
	return oldest;
}

void ice_lite_checked(
	struct ice_lite *ice, const struct sa *src, bool nominates, int64_t now_ms)
{
	unsigned i = find(ice, src);

	if (i == ice->paths) {
		i = make_room(ice);
		sa_cpy(&ice->path[i].at, src);
	}
	ice->path[i].checked_ms = now_ms;
	ice->checked_ms = now_ms;
	if (nominates)
		ice->chosen = i;
}

bool ice_lite_is_known(const struct ice_lite *ice, const struct sa *src)
{
	return find(ice, src) < ice->paths;
}

const struct sa *ice_lite_chosen(const struct ice_lite *ice)
{
	return ice->paths > 0 ? &ice->path[ice->chosen].at : NULL;
}
