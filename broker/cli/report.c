/* SPDX-License-Identifier: MPL-2.0
 *
 * `samtale report privacy`: writes what the data protection officer asks for, from the
 * configuration in force. New files only: what is there already is never replaced.
 */
#include "json_text.h"
#include "rows.h"

#include "samtale/audit/auditor.h"
#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/privacy/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SAMTALE_VERSION
#define SAMTALE_VERSION "unknown"
#endif

struct report_file {
	const char *name;
	enum language language;
	void (*write)(const struct speaker *s, const struct report_about *about);
};

static void write_report(const struct speaker *s, const struct report_about *about)
{
	report_write(s, about);
}

static void write_picture(const struct speaker *s, const struct report_about *about)
{
	(void)about;
	picture_write(s);
}

static void write_privacy(const struct speaker *s, const struct report_about *about)
{
	(void)about;
	report_notice_write(s, NOTICE_PRIVACY);
}

static void write_accessibility(const struct speaker *s, const struct report_about *about)
{
	(void)about;
	report_notice_write(s, NOTICE_ACCESSIBILITY);
}

static const struct report_file files[] = {
	{ "rapport.html", LANGUAGE_DA, write_report },
	{ "report.html", LANGUAGE_EN, write_report },
	{ "dataflow-da.svg", LANGUAGE_DA, write_picture },
	{ "dataflow-en.svg", LANGUAGE_EN, write_picture },
	{ "privatliv.html", LANGUAGE_DA, write_privacy },
	{ "privacy.html", LANGUAGE_EN, write_privacy },
	{ "tilgaengelighed.html", LANGUAGE_DA, write_accessibility },
	{ "accessibility.html", LANGUAGE_EN, write_accessibility },
};

static int write_whole(int fd, struct bytes text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.at, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_here(errno);
		text = bytes_of(text.at + n, text.len - (size_t)n);
	}
	return 0;
}

static int write_file(int folder, const char *name, struct bytes text)
{
	int fd = openat(
		folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	int r;

	if (fd < 0)
		return fault_here(errno);
	r = write_whole(fd, text);
	if (close(fd) != 0 && r == 0)
		r = fault_here(errno);
	if (r < 0)
		(void)unlinkat(folder, name, 0);
	return r;
}

struct writing {
	struct report_about about;
	int folder;
	char *text; /* REPORT_BYTES_MAX */
};

static int write_one(
	struct phrase_call *c, const struct writing *to, const struct report_file *f)
{
	struct writer w = writer_of(to->text, REPORT_BYTES_MAX);
	const struct speaker s = { &w, &c->place->settings, f->language, true };
	int r;

	f->write(&s, &to->about);
	if (!writer_ok(&w))
		return phrase_fault(c, fault_here(EMSGSIZE));
	r = write_file(to->folder, f->name, writer_bytes(&w));
	return r == 0 ? 0
		      : phrase_fail(
				c, "%s cannot be written: %s.", f->name, strerror(-r));
}

/* Who is not let into the vault's folder can write the report all the same. */
static struct report_about about_here(const struct place *p)
{
	struct report_about about = { .version = SAMTALE_VERSION,
		.utc_ms = clock_utc_ms() };
	struct auditor_set auditors;

	if (auditor_set_load(p->auditors, &auditors) != 0)
		return about;
	about.auditors = (unsigned)auditors.n;
	about.development = auditor_set_is_development(&auditors);
	return about;
}

/* Before the first file is written: all or nothing, as far as one can tell. */
static int see_that_none_is_there(struct phrase_call *c, int folder)
{
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (fstatat(folder, files[i].name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return phrase_fail(c,
				"%s is there already and is not replaced: name an empty "
				"folder, or move it away.",
				files[i].name);
	return 0;
}

static int write_all(struct phrase_call *c, int folder)
{
	owned(heap_freep) char *text = malloc(REPORT_BYTES_MAX);
	const struct writing to = { about_here(c->place), folder, text };
	int r = see_that_none_is_there(c, folder);

	if (!text)
		return phrase_fault(c, fault_here(ENOMEM));
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(files); i++)
		r = write_one(c, &to, &files[i]);
	return r;
}

static void print_done(struct phrase_call *c, const char *folder)
{
	bool json = phrase_value(&c->words, "json");

	if (json) {
		(void)fputs("{\"folder\":", c->out);
		json_text_put(c->out, folder);
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		(void)fprintf(c->out, json ? "%s\"%s\"" : "%s%s\n",
			!json    ? ""
			: i == 0 ? ",\"files\":["
				 : ",",
			files[i].name);
	if (json)
		(void)fputs("]}\n", c->out);
	else
		(void)fprintf(c->out,
			"are written to %s. rapport.html begins with what you fill in "
			"yourselves.\n",
			folder);
}

int run_report_privacy(struct phrase_call *c)
{
	const char *folder = phrase_value(&c->words, "out");
	int fd, r;

	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return phrase_fail(c, "%s cannot be made: %s.", folder, strerror(errno));
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return phrase_fail(
			c, "%s cannot be opened: %s.", folder, strerror(errno));
	r = write_all(c, fd);
	(void)close(fd);
	if (r == 0)
		print_done(c, folder);
	return r;
}
