/* SPDX-License-Identifier: MPL-2.0
 *
 * A star that stands alone for too long means nothing any more.
 */
#include "stars.h"

#include "samtale/base/clock.h"

#define STAR_MS (4 * MS_SECOND)

enum stars_said stars_key(struct stars *s, char key, int64_t now_ms, bool *ret_plain)
{
	bool after_star = s->star_ms && now_ms - s->star_ms < STAR_MS;

	s->star_ms = key == '*' ? now_ms : 0;
	*ret_plain = !after_star && key != '*';
	if (!after_star)
		return STARS_NOTHING;
	return key == '6' ? STARS_MUTE : key == '1' ? STARS_HAND : STARS_NOTHING;
}
