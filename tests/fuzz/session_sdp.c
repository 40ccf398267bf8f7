/* SPDX-License-Identifier: MPL-2.0
 *
 * A session description and, in its lines, candidates. What passed the filter passes it
 * unchanged a second time, is at most twice as long, and in relay mode tells no address
 * but a relayed one.
 */
#include "samtale/session/sdp_filter.h"

#include "samtale/base/limits.h"

#include "fuzz.h"

static bool holds(struct bytes text, const char *part)
{
	return text.at && memmem(text.at, text.len, part, strlen(part)) != NULL;
}

/* A line that begins so; its own text may hold anything. */
static void check_lines(struct bytes sdp)
{
	while (sdp.len > 0) {
		const uint8_t *end = memchr(sdp.at, '\n', sdp.len);

		PROMISE(end && end > sdp.at && end[-1] == '\r');
		struct bytes line = bytes_of(sdp.at, (size_t)(end - sdp.at) - 1);
		sdp = bytes_of(end + 1, sdp.len - line.len - 2);
		for (size_t i = 0; i < line.len; i++)
			PROMISE(line.at[i] >= 0x20 && line.at[i] <= 0x7e);
		if (line.at[0] == 'c')
			PROMISE(bytes_equal_str(line, "c=IN IP4 0.0.0.0"));
		if (line.at[0] == 'o')
			PROMISE(holds(line, " IN IP4 127.0.0.1"));
		if (line.len > 12 && memcmp(line.at, "a=candidate:", 12) == 0)
			PROMISE(holds(line, " typ relay"));
		PROMISE(line.len < 7 || memcmp(line.at, "a=rtcp:", 7) != 0);
	}
}

static void check_sdp(struct bytes sdp, bool relay_only)
{
	static uint8_t once[2 * LIMIT_SDP], twice[4 * LIMIT_SDP];
	struct writer w = writer_of(once, sizeof(once));
	struct writer v = writer_of(twice, sizeof(twice));

	if (sdp_filter(sdp, relay_only, &w) != 0)
		return;
	PROMISE(w.len <= 2 * sdp.len);
	if (relay_only)
		check_lines(writer_bytes(&w));
	if (w.len <= LIMIT_SDP) {
		PROMISE(sdp_filter(writer_bytes(&w), relay_only, &v) == 0);
		PROMISE(bytes_equal(writer_bytes(&w), writer_bytes(&v)));
	}
}

static void check_candidate(struct bytes line, bool relay_only)
{
	uint8_t once[2 * LIMIT_CANDIDATE];
	struct writer w = writer_of(once, sizeof(once));

	if (candidate_filter(line, relay_only, &w) != 0) {
		PROMISE(w.len == 0);
		return;
	}
	PROMISE(writer_ok(&w) && w.len <= 2 * line.len);
	PROMISE(!relay_only || holds(writer_bytes(&w), " typ relay"));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	check_sdp(bytes_of(at, len), false);
	check_sdp(bytes_of(at, len), true);
	check_candidate(bytes_of(at, len), false);
	check_candidate(bytes_of(at, len), true);
	return 0;
}
