/* SPDX-License-Identifier: MPL-2.0
 *
 * Small frames from a child to its parent. Never blocks: a parent that does not read
 * loses a status line, not the meeting.
 */
#include "broker.h"

#include "samtale/link/frame.h"

#include <sys/socket.h>

void report_send(int fd, enum report_kind kind, const char *text)
{
	uint8_t buf[FRAME_HEAD + 512];
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f = { .kind = (uint8_t)kind, .body = bytes_str(text) };

	frame_write(&w, &f);
	if (writer_ok(&w))
		(void)send(fd, buf, w.len, MSG_NOSIGNAL | MSG_DONTWAIT);
}
