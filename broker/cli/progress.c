/* SPDX-License-Identifier: MPL-2.0
 *
 * An alarm looks at the descriptor's place once a second: so the work knows nothing of
 * it, and a step without a place (a check of the whole file) is seen as well. The handler
 * calls nothing but what is safe in one.
 */
#include "progress.h"

#include "samtale/base/bytes.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static struct {
	int to, fd;
	struct bytes what;
	int64_t size;
} watched;

struct line {
	uint8_t at[128];
	size_t len;
};

static void put_text(struct line *l, struct bytes text)
{
	for (size_t i = 0; i < text.len && l->len < sizeof(l->at); i++)
		l->at[l->len++] = text.at[i];
}

static void put_mib(struct line *l, int64_t size)
{
	uint64_t n = (uint64_t)size >> 20;
	uint8_t digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (uint8_t)('0' + n % 10);
	while (n /= 10);
	put_text(l, bytes_of(digits + at, sizeof(digits) - at));
}

static void tell(int signal)
{
	int before = errno;
	off_t at = lseek(watched.fd, 0, SEEK_CUR);
	struct line l = { .len = 0 };

	(void)signal;
	put_text(&l, watched.what);
	put_text(&l, BYTES_LIT(": "));
	put_mib(&l, at > 0 ? at : 0);
	if (watched.size > 0) {
		put_text(&l, BYTES_LIT(" of "));
		put_mib(&l, watched.size);
	}
	put_text(&l, BYTES_LIT(" MiB\n"));
	(void)!write(watched.to, l.at, l.len); /* nobody listens: no matter */
	errno = before;
}

void progress_begin(int to, const char *what, int fd, int64_t size)
{
	const struct sigaction alarm = { .sa_handler = tell, .sa_flags = SA_RESTART };
	const struct itimerval every = { { 1, 0 }, { 1, 0 } };

	watched.to = to;
	watched.fd = fd;
	watched.what = bytes_str(what);
	watched.size = size;
	(void)sigaction(SIGALRM, &alarm, NULL);
	(void)setitimer(ITIMER_REAL, &every, NULL);
}

void progress_end(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };

	(void)setitimer(ITIMER_REAL, &never, NULL);
	(void)sigaction(SIGALRM, &ignore, NULL); /* one may be on its way */
}
