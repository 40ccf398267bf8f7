/* SPDX-License-Identifier: MPL-2.0
 *
 * Each frame is one sendmsg() of a few bytes, which a stream socket takes whole or not at
 * all, and a descriptor ends what one recvmsg() gives: so a link is read with its frame
 * and nothing else.
 */
#include "samtale/link/report.h"

#include "samtale/base/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define TEXT_MAX 512
#define LINKS    4 /* room for more than the one, so that a second one is not lost open */

/* -- up -------------------------------------------------------------------------- */
void report_send(int fd, enum report_kind kind, const char *text)
{
	uint8_t buf[FRAME_HEAD + TEXT_MAX];
	struct writer w = writer_of(buf, sizeof(buf));
	struct frame f = { .kind = (uint8_t)kind, .body = bytes_str(text) };

	frame_write(&w, &f);
	if (writer_ok(&w))
		(void)send(fd, buf, w.len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* -- down ------------------------------------------------------------------------ */
union room { /* aligned as the kernel wants it */
	struct cmsghdr head;
	uint8_t at[CMSG_SPACE(LINKS * sizeof(int))];
};

int report_give_link(int child_fd, enum report_kind kind, int fd)
{
	uint8_t buf[FRAME_HEAD];
	struct writer w = writer_of(buf, sizeof(buf));
	struct iovec body = { buf, sizeof(buf) };
	union room room = { 0 };
	struct msghdr m = { .msg_iov = &body,
		.msg_iovlen = 1,
		.msg_control = room.at,
		.msg_controllen = CMSG_SPACE(sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	frame_write(&w, &(struct frame){ .kind = (uint8_t)kind });
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	if (sendmsg(child_fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof(buf))
		return fault_here(errno);
	return 0;
}

/* The first descriptor that came along, -1 for none; any other is closed. */
static int only_descriptor(struct msghdr *m)
{
	int fds[LINKS], first = -1;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		memcpy(fds, CMSG_DATA(c), n * sizeof(int));
		for (size_t i = 0; i < n; i++) {
			if (first < 0)
				first = fds[i];
			else
				(void)close(fds[i]);
		}
	}
	return first;
}

static bool is_link(const uint8_t *at, ssize_t len, enum report_kind *ret_kind)
{
	struct reader r = reader_of(bytes_of(at, (size_t)len));
	uint32_t rest = read_u32(&r);

	*ret_kind = (enum report_kind)read_u8(&r);
	return rest == FRAME_HEAD - sizeof(uint32_t) && read_u32(&r) == 0 &&
	       reader_done(&r) &&
	       (*ret_kind == REPORT_PHONE_LINK || *ret_kind == REPORT_VAULT_LINK);
}

int report_take_link(int parent_fd, enum report_kind *ret_kind, int *ret_fd)
{
	uint8_t buf[FRAME_HEAD];
	struct iovec body = { buf, sizeof(buf) };
	union room room;
	struct msghdr m = { .msg_iov = &body,
		.msg_iovlen = 1,
		.msg_control = room.at,
		.msg_controllen = sizeof(room) };
	ssize_t n = recvmsg(parent_fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	enum report_kind kind;
	int fd;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return REPORT_E_AGAIN;
	if (n <= 0)
		return REPORT_E_GONE;
	fd = only_descriptor(&m);
	if (fd < 0)
		return fault_here(EPROTO);
	if (!is_link(buf, n, &kind) || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		(void)close(fd);
		return fault_here(EPROTO);
	}
	*ret_kind = kind;
	*ret_fd = fd;
	return 0;
}
