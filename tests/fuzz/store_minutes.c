/* SPDX-License-Identifier: MPL-2.0
 *
 * A file that somebody says holds minutes, and the plain text of an attendance. Nothing
 * but a signature by the key makes minutes good; an attendance that was read comes out
 * the same when it is written, but for the version that it was in.
 */
#include "samtale/store/minutes.h"

#include "fuzz.h"

static void hear_attendance(struct bytes plain)
{
	uint8_t again[ATTENDANCE_BYTES_MAX];
	struct writer w = writer_of(again, sizeof(again));
	struct attendance a;

	if (!attendance_read(plain, &a))
		return;
	PROMISE(a.intervals <= LIMIT_INTERVALS);
	attendance_write(&w, &a);
	PROMISE(writer_ok(&w));
	if (plain.at[0] == again[0])
		PROMISE(w.len == plain.len && memcmp(again, plain.at, w.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static const uint8_t key[SIGN_PUBLIC] = { 0x19, 0xbf, 0x44 };
	uint8_t pem_key[SIGN_PUBLIC];
	struct bytes all = bytes_of(at, len);
	unsigned n;
	int r = minutes_check(all, key, &n);

	PROMISE(r == MINUTES_E_OTHER || r == MINUTES_E_FORGED);
	PROMISE(n == 0);
	hear_attendance(all);
	if (sign_public_of_pem(all, pem_key)) {
		char pem[SIGN_PEM_TEXT];

		sign_public_pem(pem_key, pem);
		PROMISE(sign_public_of_pem(bytes_str(pem), pem_key));
	}
	(void)receipt_fits("7F3K-29QD", all);
	return 0;
}
