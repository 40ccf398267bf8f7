/* SPDX-License-Identifier: MPL-2.0
 *
 * libre decodes, sums and compares; it takes for granted that MESSAGE-INTEGRITY and
 * FINGERPRINT are the last attributes, takes the first of two of a kind, and lets bytes
 * follow the message. So the shape is checked here first, without allocating anything.
 */
#include "stun_door.h"

#include <netinet/in.h>

#include "re.h"

#define COOKIE          UINT32_C(0x2112a442)
#define BINDING_REQUEST 0x0001
#define INTEGRITY_LEN   20
#define FINGERPRINT_LEN 4

bool stun_door_shape(struct bytes datagram)
{
	struct reader r = reader_of(datagram);
	bool integrity = false;

	if (datagram.len > STUN_DOOR_MAX || read_u16(&r) != BINDING_REQUEST ||
		read_u16(&r) + (size_t)STUN_HEADER_SIZE != datagram.len ||
		read_u32(&r) != COOKIE)
		return false;
	read_bytes(&r, STUN_TID_SIZE);
	while (!r.bad && r.left.len > 0) {
		uint16_t type = read_u16(&r), len = read_u16(&r);

		read_bytes(&r, (len + 3u) & ~3u);
		if (type == STUN_ATTR_FINGERPRINT)
			return integrity && len == FINGERPRINT_LEN && reader_done(&r);
		if (integrity) /* nothing but the fingerprint follows it */
			return false;
		if (type == STUN_ATTR_MSG_INTEGRITY && len != INTEGRITY_LEN)
			return false;
		integrity = type == STUN_ATTR_MSG_INTEGRITY;
	}
	return false;
}

/* A socket for both families shows IPv4 as ::ffff:a.b.c.d; the peer must see itself as
 * it is. */
static void unmap(const struct sa *from, struct sa *ret)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	uint8_t a[16];

	*ret = *from;
	if (sa_af(from) != AF_INET6)
		return;
	sa_in6(from, a);
	if (memcmp(a, mapped, sizeof(mapped)) == 0)
		sa_set_in(ret,
			(uint32_t)a[12] << 24 | (uint32_t)a[13] << 16 |
				(uint32_t)a[14] << 8 | a[15],
			sa_port(from));
}

static bool is_right(const struct stun_door *door, const struct stun_msg *msg)
{
	const struct stun_attr *user = stun_msg_attr(msg, STUN_ATTR_USERNAME);

	return stun_msg_chk_fingerprint(msg) == 0 && user &&
	       strcmp(user->v.username, door->username) == 0 &&
	       stun_msg_chk_mi(msg, door->password.at, door->password.len) == 0;
}

/* An answer that cannot be sent is one that got lost: the peer checks again. */
static enum stun_verdict answer(const struct stun_door *door, struct udp_sock *us,
	const struct sa *src, const struct stun_msg *msg,
	const struct stun_unknown_attr *odd)
{
	const uint8_t *key = door->password.at;
	size_t len = door->password.len;
	struct sa mapped;

	if (odd->typec > 0) {
		(void)stun_ereply(IPPROTO_UDP, us, src, 0, msg, 420, stun_reason_420, key,
			len, true, 1, STUN_ATTR_UNKNOWN_ATTR, odd);
		return STUN_PUZZLE;
	}
	if (stun_msg_attr(msg, STUN_ATTR_CONTROLLED)) {
		(void)stun_ereply(IPPROTO_UDP, us, src, 0, msg, 487, "Role Conflict", key,
			len, true, 0);
		return STUN_CONFLICT;
	}
	unmap(src, &mapped);
	(void)stun_reply(IPPROTO_UDP, us, src, 0, msg, key, len, true, 1,
		STUN_ATTR_XOR_MAPPED_ADDR, &mapped);
	return stun_msg_attr(msg, STUN_ATTR_USE_CAND) ? STUN_NOMINATION : STUN_CHECK;
}

enum stun_verdict stun_door_knock(const struct stun_door *door, struct udp_sock *us,
	const struct sa *src, struct mbuf *mb)
{
	enum stun_verdict verdict = STUN_REFUSED;
	struct stun_unknown_attr odd = { .typec = 0 };
	struct stun_msg *msg = NULL;

	if (!stun_door_shape(bytes_of(mbuf_buf(mb), mbuf_get_left(mb))) ||
		stun_msg_decode(&msg, mb, &odd))
		return STUN_REFUSED;
	if (is_right(door, msg))
		verdict = answer(door, us, src, msg, &odd);
	mem_deref(msg);
	return verdict;
}
