/* SPDX-License-Identifier: MPL-2.0
 *
 * `samtale report privacy` writes every file, names them, and replaces none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "samtale/cli/phrase.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const files[] = { "rapport.html", "report.html", "dataflow-da.svg",
	"dataflow-en.svg", "privatliv.html", "privacy.html", "tilgaengelighed.html",
	"accessibility.html" };

struct asked {
	char folder[64];
	struct place place;
	char *out, *err;
	size_t out_len, err_len;
};

static int start(void **state)
{
	static struct asked asked;

	asked = (struct asked){ .folder = "/tmp/samtale-report-XXXXXX" };
	assert_non_null(mkdtemp(asked.folder));
	settings_init(&asked.place.settings);
	*state = &asked;
	return 0;
}

static int stop(void **state)
{
	struct asked *a = *state;
	int fd = open(a->folder, O_RDONLY | O_DIRECTORY);

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		(void)unlinkat(fd, files[i], 0);
	(void)close(fd);
	assert_int_equal(rmdir(a->folder), 0);
	return 0;
}

static int ask(struct asked *a, const char *flag)
{
	const char *words[] = { "report", "privacy", "--out", a->folder, flag };
	struct phrase_call c = { .place = &a->place };
	int code;

	free(a->out);
	free(a->err);
	assert_int_equal(phrase_parse(&c.words, flag ? 5 : 4, words), 0);
	c.out = open_memstream(&a->out, &a->out_len);
	c.err = open_memstream(&a->err, &a->err_len);
	code = c.words.phrase->run(&c);
	(void)fclose(c.out);
	(void)fclose(c.err);
	return code;
}

static void forget(struct asked *a)
{
	free(a->out);
	free(a->err);
	a->out = a->err = NULL;
}

static void every_file_is_written_and_named(void **state)
{
	struct asked *a = *state;
	int fd = open(a->folder, O_RDONLY | O_DIRECTORY);
	struct stat st;

	assert_int_equal(ask(a, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		assert_int_equal(fstatat(fd, files[i], &st, 0), 0);
		assert_true(st.st_size > 2000);
		assert_non_null(strstr(a->out, files[i]));
	}
	(void)close(fd);
	assert_string_equal(a->err, "");
	forget(a);
}

static void as_json_it_is_one_object(void **state)
{
	struct asked *a = *state;

	assert_int_equal(ask(a, "--json"), 0);
	assert_ptr_equal(strstr(a->out, "{\"folder\":\"/tmp/samtale-report-"), a->out);
	assert_non_null(strstr(a->out, "\"files\":[\"rapport.html\",\"report.html\","));
	assert_string_equal(a->out + a->out_len - 3, "]}\n");
	forget(a);
}

static void nothing_that_is_there_is_replaced(void **state)
{
	struct asked *a = *state;
	char text[16] = "";
	int folder = open(a->folder, O_RDONLY | O_DIRECTORY);
	int fd = openat(folder, "privacy.html", O_CREAT | O_WRONLY, 0600);

	assert_int_equal(write(fd, "mine", 4), 4);
	(void)close(fd);
	assert_int_equal(ask(a, NULL), 1);
	assert_non_null(strstr(a->err, "privacy.html is there already"));
	fd = openat(folder, "privacy.html", O_RDONLY);
	assert_int_equal(read(fd, text, sizeof(text)), 4);
	assert_string_equal(text, "mine");
	(void)close(fd);
	assert_int_equal(faccessat(folder, "rapport.html", F_OK, 0), -1);
	(void)close(folder);
	forget(a);
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
	struct asked *a = *state;
	char folder[sizeof(a->folder)];

	memcpy(folder, a->folder, sizeof(folder));
	(void)snprintf(a->folder, sizeof(a->folder), "/proc/no/such");
	assert_int_equal(ask(a, NULL), 1);
	assert_non_null(strstr(a->err, "/proc/no/such cannot be made"));
	memcpy(a->folder, folder, sizeof(folder));
	forget(a);
}

/* -- what the pages advise --------------------------------------------------------- */
static unsigned commands;

/* "    samtale audit verify --anchors FILE     # why" */
static void see_command(char *line)
{
	const char *words[24];
	struct phrase_words parsed;
	unsigned n = 0;
	char *rest = NULL;

	line[strcspn(line, "#>\n")] = '\0';
	for (char *at = strtok_r(line, " ", &rest); at; at = strtok_r(NULL, " ", &rest)) {
		assert_in_range(n, 0, ARRAY_LEN(words) - 1);
		words[n++] = at;
	}
	assert_string_equal(words[0], "samtale");
	if (phrase_parse(&parsed, n - 1, words + 1) != 0)
		fail_msg("no phrase: samtale %s %s ...", words[1], words[2]);
	commands++;
}

static void see_page(const char *name, const char *mark)
{
	char path[512], line[4096];
	FILE *page;
	bool in_block = false;

	(void)snprintf(path, sizeof(path), PAGES "/%s", name);
	page = fopen(path, "re");
	assert_non_null(page);
	while (fgets(line, sizeof(line), page)) {
		char *end = strstr(line, "</pre>");
		char *at = strncmp(line, mark, strlen(mark)) == 0 ? line + strlen(mark)
			   : in_block                             ? line
								  : NULL;

		in_block = *mark == '<' && at && !end;
		if (end)
			*end = '\0';
		if (at && strncmp(at, "samtale ", 8) == 0)
			see_command(at);
	}
	(void)fclose(page);
}

static void every_command_that_is_advised_exists(void **state)
{
	(void)state;
	see_page("gdpr.md", "    ");
	assert_in_range(commands, 10, 100);
	see_page("privacy-example/report.html", "<pre>");
	assert_in_range(commands, 20, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_file_is_written_and_named, start, stop),
		cmocka_unit_test_setup_teardown(as_json_it_is_one_object, start, stop),
		cmocka_unit_test_setup_teardown(
			nothing_that_is_there_is_replaced, start, stop),
		cmocka_unit_test_setup_teardown(
			a_folder_that_cannot_be_made_is_told, start, stop),
		cmocka_unit_test(every_command_that_is_advised_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
