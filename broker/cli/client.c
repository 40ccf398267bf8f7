/* SPDX-License-Identifier: MPL-2.0
 *
 * One request, its answers, the exit code. Blocking: there is nothing else to do.
 */
#include "client.h"

#include "samtale/base/fault.h"
#include "samtale/link/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_MAX (LIMIT_FRAME)

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static int connect_to(const char *path, int *ret_fd)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	owned(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fault_here(errno);
	if (!bytes_to_str(bytes_str(path), to.sun_path, sizeof(to.sun_path)))
		return fault_here(ENAMETOOLONG);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		return errno == ENOENT || errno == ECONNREFUSED ? CLIENT_E_NOBODY
								: fault_here(errno);
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static int send_request(int fd, const struct client_request *request)
{
	struct control_request q = {
		.count = request->count < CONTROL_WORDS ? request->count : CONTROL_WORDS
	};
	owned(heap_freep) uint8_t *buf = malloc(REQUEST_MAX);
	struct writer w;
	size_t sent = 0;

	if (!buf)
		return fault_here(ENOMEM);
	for (unsigned i = 0; i < q.count; i++)
		q.words[i] = bytes_str(request->words[i]);
	w = writer_of(buf, REQUEST_MAX);
	control_request_write(&w, 1, &q);
	if (!writer_ok(&w))
		return fault_here(EINVAL);
	while (sent < w.len) {
		ssize_t n = send(fd, buf + sent, w.len - sent, MSG_NOSIGNAL);

		if (n < 0)
			return CLIENT_E_BROKEN;
		sent += (size_t)n;
	}
	return 0;
}

/* 0: the exit code came; FRAME_E_MORE: go on reading. */
static int take_answers(
	struct frame_stream *s, const struct client_request *to, int *ret_code)
{
	struct control_answer a;
	struct frame f;
	int r;

	while ((r = frame_stream_next(s, &f)) == 0) {
		if (control_answer_read(&f, &a) != 0)
			return CLIENT_E_BROKEN;
		if (a.kind == CONTROL_EXIT) {
			*ret_code = a.code;
			return 0;
		}
		(void)fwrite(a.chunk.at, 1, a.chunk.len,
			a.kind == CONTROL_STDOUT ? to->out : to->err);
	}
	return r == FRAME_E_MORE ? FRAME_E_MORE : CLIENT_E_BROKEN;
}

static int read_answers(int fd, const struct client_request *to, int *ret_code)
{
	owned(frame_stream_freep) struct frame_stream *s = NULL;
	int r = frame_stream_new(&s);

	while (r == 0) {
		uint8_t *at;
		size_t room;
		ssize_t n;

		r = frame_stream_room(s, &at, &room);
		if (r != 0)
			break;
		n = read(fd, at, room);
		if (n <= 0)
			return CLIENT_E_BROKEN;
		frame_stream_added(s, (size_t)n);
		r = take_answers(s, to, ret_code);
		if (r != FRAME_E_MORE)
			return r == 0 ? 0 : CLIENT_E_BROKEN;
		r = 0;
	}
	return fault_fold(r);
}

int client_run(
	const char *socket_path, const struct client_request *request, int *ret_code)
{
	owned(close_fd) int fd = -1;
	int r = connect_to(socket_path, &fd);

	if (r == 0)
		r = send_request(fd, request);
	return r == 0 ? read_answers(fd, request, ret_code) : r;
}

bool client_is_served(const char *socket_path)
{
	owned(close_fd) int fd = -1;

	return connect_to(socket_path, &fd) != CLIENT_E_NOBODY;
}
