/* SPDX-License-Identifier: MPL-2.0
 *
 * A signal while a passphrase is typed gives the terminal its echo back before it does
 * what it does.
 */
#include "terminal.h"

#include "samtale/base/fault.h"
#include "samtale/vault/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TERMINAL "/dev/tty"

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	interrupted = number;
}

static const int ending[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

static void say(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text)); /* nobody there: the answer will not come */
}

/* One line without its end. -1: none came, or it is longer. */
static ssize_t read_line(int fd, uint8_t *ret, size_t cap)
{
	size_t len = 0;
	ssize_t n;

	for (;;) {
		uint8_t ch;

		n = read(fd, &ch, 1);
		if (n < 0 && errno == EINTR && !interrupted)
			continue;
		if (n != 1)
			return -1;
		if (ch == '\n')
			return (ssize_t)len;
		if (len == cap)
			return -1;
		ret[len++] = ch;
	}
}

/* Asks once nothing is shown any more, so that the first letter is hidden too. */
static ssize_t read_hidden(int fd, const char *question, struct passphrase *ret)
{
	struct sigaction catch = { .sa_handler = interrupt }, before[ARRAY_LEN(ending)];
	struct termios shown, hidden;
	ssize_t n;

	if (tcgetattr(fd, &shown) != 0)
		return -1;
	interrupted = 0;
	for (size_t i = 0; i < ARRAY_LEN(ending); i++)
		(void)sigaction(ending[i], &catch, &before[i]);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	hidden.c_lflag |= ICANON | ECHONL;
	n = tcsetattr(fd, TCSAFLUSH, &hidden) == 0 ? 0 : -1;
	if (n == 0) {
		say(fd, question);
		n = read_line(fd, ret->at, sizeof(ret->at));
	}
	(void)tcsetattr(fd, TCSAFLUSH, &shown);
	for (size_t i = 0; i < ARRAY_LEN(ending); i++)
		(void)sigaction(ending[i], &before[i], NULL);
	if (interrupted)
		(void)raise(interrupted);
	return n;
}

static int type(struct phrase_call *c, const char *question, struct passphrase *ret)
{
	int fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
	ssize_t n;

	if (fd < 0)
		return phrase_fail(c, "There is no terminal to type a passphrase at; use "
				      "--passphrase-file.");
	n = read_hidden(fd, question, ret);
	(void)close(fd);
	if (n < 0)
		return phrase_fail(c, "No passphrase was typed, or one over %d bytes.",
			PASSPHRASE_MAX);
	ret->len = (size_t)n;
	return ret->len > 0 ? 0 : phrase_fail(c, "The passphrase must not be empty.");
}

static int load(struct phrase_call *c, const char *file, struct passphrase *ret)
{
	owned(secret_freep) struct secret *s = NULL;
	struct place_error e;
	int r = secret_line_load(&s, file, PASSPHRASE_MAX);

	if (r != 0) {
		place_secret_sentence(r, "The passphrase file", file, &e);
		return phrase_fail(c, "%s", e.sentence);
	}
	ret->len = s->len;
	memcpy(ret->at, s->at, s->len);
	return 0;
}

int terminal_passphrase(
	struct phrase_call *c, const char *file, bool twice, struct passphrase *ret)
{
	wiped(struct passphrase, again);
	int r = file ? load(c, file, ret) : type(c, "Passphrase: ", ret);

	if (r != 0 || file || !twice)
		return r;
	r = type(c, "The same once more: ", &again);
	if (r == 0 &&
		!secret_equal(bytes_of(ret->at, ret->len), bytes_of(again.at, again.len)))
		r = phrase_fail(c, "The two are not the same.");
	return r;
}

bool terminal_line(const char *question, char *ret, size_t cap)
{
	int fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);
	ssize_t n = -1;

	interrupted = 0;
	if (fd >= 0) {
		say(fd, question);
		n = read_line(fd, (uint8_t *)ret, cap - 1);
		(void)close(fd);
	}
	if (n >= 0)
		ret[n] = '\0';
	return n > 0;
}

bool terminal_confirm(const char *what)
{
	char question[1024], answer[8];

	(void)snprintf(question, sizeof(question), "%s\nType yes to go on: ", what);
	return terminal_line(question, answer, sizeof(answer)) &&
	       strcmp(answer, "yes") == 0;
}
