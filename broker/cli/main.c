/* SPDX-License-Identifier: MPL-2.0
 *
 * samtale: finds the phrase, then runs it where it belongs: here, or at the broker that
 * serves this installation.
 */
#include "client.h"
#include "session.h"
#include "terminal.h"

#include "samtale/base/ops_log.h"
#include "samtale/vault/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EXIT_USAGE     2
#define DEFAULT_CONFIG "/etc/samtale/samtale.ini"
#define ORIGIN_MAX     256

struct asked {
	struct place_source source;
	bool has_config; /* the file was named */
	unsigned count;
	const char *const *words;
};

/* False: the options before the phrase are wrong. */
static bool read_options(int argc, char *argv[], struct asked *ret)
{
	int at = 1;

	*ret = (struct asked){ .source = { .config = DEFAULT_CONFIG } };
	for (; at < argc && argv[at][0] == '-'; at++) {
		bool is_set = strcmp(argv[at], "--set") == 0;

		if (strcmp(argv[at], "--help") == 0) {
			static const char *const help[] = { "help" };

			ret->words = help;
			ret->count = 1;
			return true;
		}
		if ((!is_set && strcmp(argv[at], "--config") != 0) || at + 1 == argc)
			return false;
		at++;
		if (is_set && ret->source.set_count < PLACE_SETS_MAX)
			ret->source.sets[ret->source.set_count++] = argv[at];
		if (is_set)
			continue;
		ret->source.config = argv[at];
		ret->has_config = true;
	}
	ret->count = (unsigned)(argc - at);
	ret->words = (const char *const *)(argv + at);
	return ret->count > 0;
}

static int usage(const struct phrase_words *w, int outcome)
{
	if (outcome == PHRASE_E_USAGE)
		(void)fprintf(stderr, "usage: samtale %s\n", w->phrase->pattern);
	else if (w->phrase)
		(void)fprintf(stderr, "No such phrase; did you mean `samtale %s`?\n",
			w->phrase->pattern);
	else
		(void)fprintf(stderr, "No such phrase; `samtale help` prints all.\n");
	return EXIT_USAGE;
}

static int run_in_session(struct phrase_call *c)
{
	owned(session_closep) struct session *s = NULL;
	int r = session_open(&s, c);

	return r == 0 ? session_run(s, c, c->words.phrase->run) : r;
}

static int run_at_broker(struct phrase_call *c, const struct asked *a)
{
	int code = 1;
	struct client_request q = { a->count, a->words, c->out, c->err };
	int r = client_run(c->place->control, &q, &code);

	if (r == 0)
		return code;
	if (r == CLIENT_E_BROKEN)
		return phrase_fail(c, "The broker ended before it answered.");
	if (r < 0)
		return phrase_fail(c, "The broker at %s cannot be asked: %s.",
			c->place->control, strerror(-r));
	if (c->words.phrase->where == PHRASE_STORE)
		return run_in_session(c);
	return phrase_fail(c, "No broker serves %s.", c->place->folder);
}

/* What can be done without an installation uses one that is there. */
static int find_place(const struct asked *a, struct phrase_call *c, struct place *place)
{
	static const struct place_source nothing = { 0 };
	bool is_alone = c->words.phrase->where == PHRASE_ALONE;
	struct place_error e;
	int r = place_load(place, &a->source, &e);

	c->has_place = r == 0;
	if (r != 0 && is_alone && !a->has_config)
		r = place_load(place, &nothing, &e);
	return r == 0 ? 0 : phrase_fail(c, "%s", e.sentence);
}

static void find_origin(const struct place *p, char ret[ORIGIN_MAX])
{
	if (p->settings.listener_origin[0])
		(void)snprintf(ret, ORIGIN_MAX, "%s", p->settings.listener_origin);
	else
		(void)snprintf(ret, ORIGIN_MAX, "https://localhost:%d",
			(int)p->settings.listener_port);
}

/* What cannot be taken back is asked for once more, by a person. */
static bool is_meant(struct phrase_call *c)
{
	return !strstr(c->words.phrase->pattern, "[--yes]") ||
	       phrase_value(&c->words, "yes") || phrase_value(&c->words, "dry-run") ||
	       terminal_confirm(c->words.phrase->sentence);
}

static int run(const struct asked *a, const struct phrase_words *w)
{
	char origin[ORIGIN_MAX];
	struct place place = { 0 };
	struct phrase_call c = { .words = *w,
		.place = &place,
		.source = &a->source,
		.origin = origin,
		.out = stdout,
		.err = stderr };
	int r = find_place(a, &c, &place);

	if (r != 0)
		return r;
	place_set_timezone(&place);
	find_origin(&place, origin);
	if (!is_meant(&c))
		return phrase_fail(&c,
			"Nothing is done: it needs a `yes` on a terminal, or "
			"--yes.");
	if (w->phrase->where == PHRASE_ALONE || w->phrase->where == PHRASE_HERE)
		return w->phrase->run(&c);
	return run_at_broker(&c, a);
}

int main(int argc, char *argv[])
{
	struct phrase_words words;
	struct asked asked;
	int r;

	(void)umask(077);
	log_set_level(LOG_E_ERROR);
	if (!read_options(argc, argv, &asked)) {
		(void)fprintf(stderr, "usage: samtale [--config FILE] PHRASE...; "
				      "`samtale help` prints the phrases\n");
		return EXIT_USAGE;
	}
	r = phrase_parse(&words, asked.count, asked.words);
	if (r != 0)
		return usage(&words, r);
	if (secret_start() < 0)
		return EXIT_FAILURE;
	return run(&asked, &words);
}
