/* SPDX-License-Identifier: MPL-2.0
 *
 * A packet on the ports of a call: libre's readers of RTP and RTCP headers. Promise: a
 * header that was read left the position inside of the packet.
 */
#include "fuzz.h"
#include "media.h"

#include "re.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct mbuf *mb = mbuf_alloc(len + 1);
	struct rtp_header header;
	struct rtcp_msg *msg;
	if (!mb)
		return 0;
	memset(&header, 0, sizeof(header));
	(void)mbuf_write_mem(mb, at, len);
	mb->pos = 0;
	if (rtp_hdr_decode(&header, mb) == 0)
		PROMISE(mb->pos >= RTP_HEADER_SIZE && mb->pos <= mb->end);
	mb->pos = 0;
	while (mbuf_get_left(mb) && rtcp_decode(&msg, mb) == 0)
		mem_deref(msg);
	mem_deref(mb);
	return 0;
}
