/* SPDX-License-Identifier: MPL-2.0
 *
 * A datagram as a connectivity check. Nothing is believed that was not sealed with the
 * leg's password; the target seals every second input itself, so that what lies behind
 * the seal is reached as well.
 */
#include "stun_door.h"

#include "fuzz.h"
#include "re.h"

#define PASSWORD "abcdefghijklmnopqrstuvwxyz234567"
#define USERNAME "ours:theirs"
#define SEAL     32 /* MESSAGE-INTEGRITY and FINGERPRINT */

static struct udp_sock *socket_once(struct sa *at)
{
	static struct udp_sock *us;
	static struct sa where;

	if (!us)
		PROMISE(!sa_set_str(&where, "127.0.0.1", 0) &&
			!udp_listen(&us, &where, NULL, NULL) &&
			!udp_local_get(us, &where));
	*at = where;
	return us;
}

static uint32_t crc_of(const uint8_t *at, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len * 8; i++) {
		if (i % 8 == 0)
			crc ^= at[i / 8];
		crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc ^ UINT32_C(0x5354554e);
}

/* Writes the two last attributes and the length over the end of the message. */
static void seal(uint8_t *at, size_t len)
{
	struct writer w = writer_of(at + len - SEAL, SEAL);
	uint8_t mac[20];

	at[2] = (uint8_t)((len - STUN_HEADER_SIZE - 8) >> 8);
	at[3] = (uint8_t)(len - STUN_HEADER_SIZE - 8);
	hmac_sha1((const uint8_t *)PASSWORD, strlen(PASSWORD), at, len - SEAL, mac,
		sizeof(mac));
	write_u32(&w, UINT32_C(0x00080014));
	write_bytes(&w, bytes_of(mac, sizeof(mac)));
	at[2] = (uint8_t)((len - STUN_HEADER_SIZE) >> 8);
	at[3] = (uint8_t)(len - STUN_HEADER_SIZE);
	write_u32(&w, UINT32_C(0x80280004));
	write_u32(&w, crc_of(at, len - 8));
}

static bool holds(const uint8_t *at, size_t len, const char *part)
{
	return memmem(at, len, part, strlen(part)) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	const struct stun_door door = { USERNAME, BYTES_LIT(PASSWORD) };
	bool sealed = len > 0 && at[0] % 2 == 1;
	enum stun_verdict verdict;
	struct udp_sock *us;
	struct mbuf *mb;
	struct sa here;

	if (len-- == 0 || len > 2048)
		return 0;
	mb = mbuf_alloc(len + 1);
	PROMISE(mb && mbuf_write_mem(mb, at + 1, len) == 0);
	mb->pos = 0;
	sealed = sealed && len >= STUN_HEADER_SIZE + SEAL;
	if (sealed)
		seal(mb->buf, len);
	us = socket_once(&here);
	verdict = stun_door_knock(&door, us, &here, mb);
	PROMISE(mb->pos == 0 && mb->end == len);
	if (verdict != STUN_REFUSED)
		PROMISE(sealed && holds(mb->buf, len, USERNAME) &&
			stun_door_shape(bytes_of(mb->buf, len)));
	mem_deref(mb);
	return 0;
}
