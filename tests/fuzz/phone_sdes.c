/* SPDX-License-Identifier: MPL-2.0
 *
 * `a=crypto` from a SIP peer. What is accepted, written and read again is the same; what
 * is refused leaves no trace.
 */
#include "sdes.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct sdes s = { 0 }, again;
	const struct sdes none = { 0 };
	char text[128];
	struct writer w = writer_of(text, sizeof(text));

	if (!sdes_read(bytes_of(at, len), &s)) {
		PROMISE(memcmp(&s, &none, sizeof(s)) == 0);
		return 0;
	}
	PROMISE(s.tag >= 1 && s.tag <= 999999999);
	sdes_write(&w, &s);
	PROMISE(writer_ok(&w));
	PROMISE(sdes_read(writer_bytes(&w), &again));
	PROMISE(again.tag == s.tag && memcmp(again.key, s.key, sizeof(s.key)) == 0);
	return 0;
}
