/* SPDX-License-Identifier: MPL-2.0
 *
 * samtale-phone: parse, open, lock down, serve. Started by the broker with descriptor 3
 * as its way to it; everything that it reads from files is read before it locks itself
 * down.
 */
#include "confine.h"
#include "gateway.h"
#include "options.h"
#include "secret_line.h"
#include "srtp_box.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/base/ops_log.h"
#include "samtale/link/report.h"
#include "samtale/lockdown/lockdown.h"

#include "re.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARENT_FD   3
#define DESCRIPTORS 8192 /* three of each call */

static int complain(const char *sentence)
{
	(void)fprintf(stderr, "samtale-phone: %s\n", sentence);
	return REPORT_EXIT_SETTINGS;
}

static void set_log_level(const struct settings *s)
{
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = { { "error", LOG_E_ERROR }, { "warning", LOG_E_WARNING },
		{ "info", LOG_E_INFO }, { "debug", LOG_E_DEBUG } };

	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (strcmp(levels[i].word, s->log_level) == 0)
			log_set_level(levels[i].level);
}

static void move_clock(int number)
{
	(void)number;
	clock_shift(10 * MS_SECOND);
}

static int set_process(void)
{
	struct rlimit files;

	(void)prctl(PR_SET_NAME, "samtale-phone");
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)umask(077);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	return lockdown_process();
}

static int start_library(void)
{
	int err;

	dbg_init(DBG_EMERG, DBG_NONE); /* it would write numbers into our log */
	if (!srtp_box_start())
		return fault_here(ENOTSUP);
	(void)fd_setsize(DESCRIPTORS); /* before the first socket, or it is not heard */
	err = libre_init();
	if (!err)
		err = poll_method_set(METHOD_EPOLL);
	return err ? fault_here(err) : 0;
}

static int read_prompts(struct prompts **ret, const struct options *o)
{
	char file[512], sentence[640];
	int r = prompts_load(
		ret, o->settings.phone_prompts, o->prompts, file, sizeof(file));

	if (r == 0)
		return 0;
	(void)snprintf(sentence, sizeof(sentence),
		r == PROMPTS_E_MISSING
			? "The sentence %s is missing."
			: "%s cannot be used: it must be a WAV file, mono, "
			  "8 kHz, of at most 60 s.",
		file);
	return r < 0 ? fault_pass(r) : complain(sentence);
}

/* Ports and files; the password is gone from memory when it returns. */
static int open_all(struct gateway **ret, const struct options *o)
{
	char password[SECRET_LINE_MAX + 1] = "";
	struct gateway_parts parts = { .settings = &o->settings, .parent_fd = PARENT_FD };
	const char *sentence = secret_line_of_trunk(&o->settings, password);
	int r;

	if (sentence)
		return complain(sentence);
	r = read_prompts(&parts.prompts, o);
	if (r == 0) {
		parts.password = bytes_str(password);
		r = gateway_new(ret, &parts, &sentence);
	}
	explicit_bzero(password, sizeof(password));
	return r == GATEWAY_E_SETTINGS ? complain(sentence) : r;
}

/* libre writes a line to stderr for each message that it cannot read, past every level:
 * a sender of nonsense would fill the log. Our own lines do not go through stdio. */
static int run_in_silence(struct gateway *g, FILE *nowhere)
{
	FILE *ours = stderr;
	int r;

	stderr = nowhere;
	r = gateway_run(g);
	stderr = ours;
	return r;
}

static int serve(const struct options *o)
{
	FILE *nowhere = fopen("/dev/null", "we");
	struct gateway *g = NULL;
	int r = nowhere ? open_all(&g, o) : fault_here(errno);

	if (r == 0)
		r = confine_gateway(&o->settings);
	if (r == 0) {
		log_event(EV_PHONE_STARTED, F_COUNT("port", gateway_sip_port(g)));
		r = run_in_silence(g, nowhere);
		log_event(EV_PHONE_STOPPED);
	}
	gateway_free(g);
	if (nowhere)
		(void)fclose(nowhere);
	return r;
}

int main(int argc, char *argv[])
{
	static struct options o;
	struct setting_error error;
	int r = options_parse(&o, argc, argv, &error);

	if (r == OPTIONS_E_END)
		return EXIT_SUCCESS;
	if (r == OPTIONS_E_BAD)
		return complain(error.sentence);
	set_log_level(&o.settings);
	if (o.test_clock)
		(void)signal(SIGUSR1, move_clock);
	if (r == 0 && fcntl(PARENT_FD, F_GETFD) < 0)
		r = fault_here(errno);
	if (r == 0)
		r = set_process();
	if (r == 0)
		r = start_library();
	if (r < 0) {
		(void)fprintf(stderr, "samtale-phone: cannot start: %s\n", strerror(-r));
		return EXIT_FAILURE;
	}
	(void)fcntl(PARENT_FD, F_SETFD, FD_CLOEXEC);
	r = serve(&o);
	libre_close();
	srtp_box_stop();
	if (r < 0)
		(void)fprintf(stderr, "samtale-phone: cannot serve: %s\n", strerror(-r));
	return r < 0 ? EXIT_FAILURE : r;
}
