/* SPDX-License-Identifier: MPL-2.0
 *
 * One line of a file that is a secret. The same rules as for the broker's own: a regular
 * file that neither group nor others may read, but for systemd's credentials, whose ACL
 * shows as the group's bits.
 */
#include "secret_line.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 512

/* False: there is none to read. */
static bool find_file(
	const struct settings *s, char ret[PATH_BYTES], bool *ret_credential)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	*ret_credential = !s->phone_password_file[0];
	if (s->phone_password_file[0])
		(void)snprintf(ret, PATH_BYTES, "%s", s->phone_password_file);
	else if (folder)
		(void)snprintf(ret, PATH_BYTES, "%s/phone_password", folder);
	else
		return false;
	return true;
}

static const char *read_line(int fd, mode_t forbidden, char buf[SECRET_LINE_MAX + 1])
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return "phone.password_file is no file.";
	if (st.st_mode & forbidden)
		return "phone.password_file can be read by others: chmod 600.";
	n = read(fd, buf, SECRET_LINE_MAX);
	if (n <= 0 || n == SECRET_LINE_MAX)
		return "phone.password_file is empty or too long.";
	buf[n] = '\0';
	buf[strcspn(buf, "\r\n")] = '\0';
	return buf[0] ? NULL : "phone.password_file is empty.";
}

const char *secret_line_of_trunk(const struct settings *s, char buf[SECRET_LINE_MAX + 1])
{
	char path[PATH_BYTES];
	const char *wrong;
	bool credential;
	int fd;

	buf[0] = '\0';
	if (!s->phone_server[0] || !s->phone_user[0])
		return NULL;
	if (!find_file(s, path, &credential))
		return "phone.user needs its password: set phone.password_file.";
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return "phone.password_file cannot be opened.";
	wrong = read_line(fd, credential ? S_IRWXO | S_IWGRP : S_IRWXO | S_IRWXG, buf);
	(void)close(fd);
	return wrong;
}
