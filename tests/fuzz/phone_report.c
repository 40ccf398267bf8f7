/* SPDX-License-Identifier: MPL-2.0
 *
 * Packets and reports of a browser, decrypted. Whatever they say, our report stays whole
 * and of its size.
 */
#include "reception.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	const struct sending s = {
		.ssrc = 7, .packets = len % 3 ? 1 : 0, .cname = "name"
	};
	struct reception r = { .started = false };
	struct reader in = reader_of(bytes_of(at, len));
	uint8_t buf[RECEPTION_REPORT_MAX];
	struct writer w = writer_of(buf, sizeof(buf));
	int64_t now = 1000;

	while (in.left.len >= 12 && !in.bad) {
		uint8_t what = read_u8(&in);

		now += read_u8(&in);
		if (what % 4 == 0) {
			reception_read_report(&r, read_var(&in, 2048), now);
		} else {
			uint32_t ssrc = read_u32(&in);
			uint16_t seq = read_u16(&in);

			reception_packet(&r, ssrc, seq, read_u32(&in), now);
		}
	}
	reception_write_report(&r, &s, now, now, &w);
	PROMISE(writer_ok(&w) && w.len % 4 == 0 && w.at[0] >> 6 == 2);
	PROMISE(w.len == (s.packets ? 28u : 8u) + (r.started ? 24u : 0u) + 16u);
	return 0;
}
