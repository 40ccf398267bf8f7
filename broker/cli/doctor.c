/* SPDX-License-Identifier: MPL-2.0
 *
 * Looks the installation over as a careful colleague would, and says one sentence per
 * finding. It changes nothing, and works while the broker serves and while it does not.
 */
#include "doctor.h"
#include "json_text.h"
#include "rows.h"
#include "turn_probe.h"

#include "samtale/base/clock.h"
#include "samtale/listener/certificate.h"
#include "samtale/vault/node_key.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

#define DISK_BAD      ((uint64_t)32 * 1024 * 1024)
#define DISK_LOW      ((uint64_t)1024 * 1024 * 1024)
#define EARLIEST_MS   INT64_C(1760000000000) /* October 2025: no clock is earlier */
#define BACKUP_OLD_MS (36 * MS_HOUR)
#define TURN_WAIT_MS  3000

void doctor_find(
	struct doctor *d, enum mark mark, const char *topic, const char *fmt, ...)
{
	static const char *const marks[] = { "ok", "warn", "bad" };
	char sentence[1024];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	if (d->json) {
		(void)fprintf(d->c->out,
			"%s{\"mark\":\"%s\",\"topic\":\"%s\",\"finding\":",
			d->count[0] + d->count[1] + d->count[2] ? "," : "", marks[mark],
			topic);
		json_text_put(d->c->out, sentence);
		(void)fputc('}', d->c->out);
	} else {
		(void)fprintf(
			d->c->out, "%-4s  %-12s %s\n", marks[mark], topic, sentence);
	}
	d->count[mark]++;
}

/* -- files ----------------------------------------------------------------------- */
static void look_at_folder(struct doctor *d)
{
	const char *folder = d->c->place->folder;
	struct statvfs disk;
	struct stat st;
	uint64_t free_bytes;

	if (stat(folder, &st) != 0) {
		doctor_find(d, MARK_BAD, "data folder",
			"%s: %s; `samtale init` makes it.", folder, strerror(errno));
		return;
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		doctor_find(d, MARK_BAD, "data folder",
			"Others may enter %s; chmod 700 it.", folder);
	else
		doctor_find(d, MARK_OK, "data folder", "%s is closed to others.", folder);
	if (statvfs(folder, &disk) != 0)
		return;
	free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	doctor_find(d,
		disk.f_flag & ST_RDONLY || free_bytes < DISK_BAD ? MARK_BAD
		: free_bytes < DISK_LOW                          ? MARK_WARN
								 : MARK_OK,
		"disk", "%llu MiB are free%s.", (unsigned long long)(free_bytes >> 20),
		disk.f_flag & ST_RDONLY ? ", but it is mounted read-only" : "");
	doctor_find(d, access(d->c->place->database, F_OK) == 0 ? MARK_OK : MARK_BAD,
		"database",
		access(d->c->place->database, F_OK) == 0
			? "%s is there."
			: "%s is missing; `samtale init` "
			  "makes it.",
		d->c->place->database);
}

static bool is_served(const struct doctor *d)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers = false;

	if (fd >= 0 && bytes_to_str(bytes_str(d->c->place->control), to.sun_path,
			       sizeof(to.sun_path)))
		answers = connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;
	if (fd >= 0)
		(void)close(fd);
	return answers;
}

bool doctor_is_credential(const struct doctor *d, const char *setting, int loaded)
{
	return loaded == SECRET_E_MISSING && !setting[0] && is_served(d);
}

static void look_at_node_key(struct doctor *d)
{
	const struct place *p = d->c->place;
	struct node_key *node = NULL;
	struct place_error e;
	size_t len = strlen(p->vault);
	int r = node_key_load(&node, p->node_key);

	(void)node_key_free(node);
	place_secret_sentence(r, "The node key", p->node_key, &e);
	if (doctor_is_credential(d, p->settings.data_node_key_file, r))
		doctor_find(d, MARK_OK, "node key",
			"It is given as a credential to the service.");
	else if (r != 0)
		doctor_find(d, MARK_BAD, "node key", "%s", e.sentence);
	else if (strncmp(p->node_key, p->vault, len) == 0 && p->node_key[len] == '/')
		doctor_find(d, MARK_WARN, "node key",
			"%s lies beside the keys that it opens; give it "
			"as a systemd credential or set data.node_key_file.",
			p->node_key);
	else
		doctor_find(d, MARK_OK, "node key",
			"It lies apart from the keys that it opens.");
}

static void look_at_backup(struct doctor *d)
{
	const struct place *p = d->c->place;
	struct stat st;
	int64_t age;

	if (access(p->backup_public, F_OK) != 0)
		doctor_find(d, MARK_WARN, "backup key",
			"There is no %s; `samtale key backup-keygen` "
			"makes a pair.",
			p->backup_public);
	if (stat(p->backup_stamp, &st) != 0) {
		doctor_find(d, MARK_WARN, "backup", "There was none yet.");
		return;
	}
	age = clock_utc_ms() - (int64_t)st.st_mtime * MS_SECOND;
	doctor_find(d, age > BACKUP_OLD_MS ? MARK_WARN : MARK_OK, "backup",
		"The last one is %lld hours old.", (long long)(age / MS_HOUR));
}

/* -- the network ----------------------------------------------------------------- */
static void host_of(const char *origin, char *ret, size_t cap)
{
	const char *host = strstr(origin, "//");
	size_t len;

	host = host ? host + 2 : origin;
	len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
	if (!bytes_to_str(bytes_of(host, len), ret, cap))
		ret[0] = '\0';
}

static void look_at_certificate(struct doctor *d)
{
	const struct settings *s = &d->c->place->settings;
	struct certificate_sentence sentence;
	char host[256];
	int r;

	if (s->listener_socket[0]) {
		doctor_find(
			d, MARK_OK, "certificate", "The reverse proxy in front has it.");
		return;
	}
	host_of(d->c->origin, host, sizeof(host));
	r = certificate_check(&(struct certificate_files){ s->listener_certificate,
				      s->listener_private_key, host },
		clock_utc_ms(), &sentence);
	if (r < 0)
		doctor_find(d, MARK_BAD, "certificate", "It cannot be looked at: %s.",
			strerror(-r));
	else
		doctor_find(d,
			r == 0                    ? MARK_OK
			: r == CERTIFICATE_E_SOON ? MARK_WARN
						  : MARK_BAD,
			"certificate", "%s", sentence.at);
}

static void look_at_service(struct doctor *d)
{
	bool served = is_served(d);

	doctor_find(d, served ? MARK_OK : MARK_WARN, "service",
		served ? "A broker serves %s." : "No broker serves %s.", d->c->origin);
	if (geteuid() == 0 && access("/run/systemd/system", F_OK) != 0)
		doctor_find(d, MARK_WARN, "rights",
			"There is no systemd here: nothing but the broker "
			"itself limits what it may do.");
}

static void look_at_library(struct doctor *d)
{
	glob_t found = { 0 };
	bool there = glob("/usr/lib/*/libwebsockets-evlib_ev.so", 0, NULL, &found) == 0 ||
		     glob("/usr/lib/libwebsockets-evlib_ev.so", 0, NULL, &found) == 0;

	globfree(&found);
	doctor_find(d, there ? MARK_OK : MARK_BAD, "libraries",
		there ? "libwebsockets has its libev plugin."
		      : "libwebsockets lacks its libev plugin; install "
			"libwebsockets-evlib-ev.");
}

static void look_at_turn(struct doctor *d, struct bytes url)
{
	struct turn_target t;
	enum turn_found found;

	if (!turn_target_parse(url, &t)) {
		doctor_find(d, MARK_BAD, "turn",
			"media.turn_urls: \"%.*s\" is not turn:NAME:PORT?transport=udp "
			"or turns:NAME:PORT?transport=tcp.",
			(int)url.len, (const char *)url.at);
		return;
	}
	found = turn_probe(&t, TURN_WAIT_MS);
	doctor_find(d, found == TURN_ANSWERS ? MARK_OK : MARK_BAD, "turn", "%.*s %s.",
		(int)url.len, (const char *)url.at, turn_found_sentence(found));
}

static void look_at_turns(struct doctor *d, struct bytes urls)
{
	while (urls.len) {
		const uint8_t *blank = memchr(urls.at, ' ', urls.len);
		size_t n = blank ? (size_t)(blank - urls.at) : urls.len;

		if (n)
			look_at_turn(d, bytes_of(urls.at, n));
		urls = bytes_of(urls.at + n, urls.len - n);
		if (blank)
			urls = bytes_of(urls.at + 1, urls.len - 1);
	}
}

static void look_at_organisation(struct doctor *d)
{
	const struct settings *s = &d->c->place->settings;

	if (s->org_phone[0])
		doctor_find(
			d, MARK_OK, "org.phone", "Every page shows a number to call.");
	else
		doctor_find(d, MARK_BAD, "org.phone",
			"No number is set: a citizen whose page fails has nobody to "
			"call.");
	if (!s->org_security_contact[0])
		doctor_find(d, MARK_WARN, "security.txt",
			"org.security_contact is empty: who finds a weakness is told "
			"nowhere to report it.");
}

static void look_at_media(struct doctor *d)
{
	const struct place *p = d->c->place;
	const struct settings *s = &p->settings;
	struct secret *secret = NULL;
	struct place_error e;
	int r;

	if (!s->media_turn_urls[0]) {
		doctor_find(d, MARK_WARN, "turn",
			"No TURN server is set: the two browsers must be in "
			"one network, and each learns the other's address.");
		return;
	}
	r = secret_line_load(&secret, p->turn_secret, 512);
	(void)secret_free(secret);
	place_secret_sentence(r, "The TURN secret", p->turn_secret, &e);
	if (doctor_is_credential(d, s->media_turn_secret_file, r))
		doctor_find(d, MARK_OK, "turn",
			"Its secret is given as a credential to the service.");
	else
		doctor_find(d, r == 0 ? MARK_OK : MARK_BAD, "turn", "%s",
			r == 0 ? "A TURN server is set; \"Tjek min computer\" on the "
				 "staff "
				 "page tries it from a browser."
			       : e.sentence);
	look_at_turns(d, bytes_str(s->media_turn_urls));
	if (strcmp(s->media_p2p, "allow") == 0)
		doctor_find(d, MARK_WARN, "p2p",
			"media.p2p = allow: each side can learn the other's "
			"address.");
}

/* -- the machine ----------------------------------------------------------------- */
static void look_at_clock(struct doctor *d)
{
	struct timex t = { 0 };
	int state = adjtimex(&t);

	if (clock_utc_ms() < EARLIEST_MS)
		doctor_find(d, MARK_BAD, "clock", "The clock stands in the past.");
	else if (state < 0 || t.status & STA_UNSYNC)
		doctor_find(d, MARK_WARN, "clock",
			"The clock is not kept by a time service; codes of "
			"authenticators need it to be right within 30 seconds.");
	else
		doctor_find(d, MARK_OK, "clock", "The clock is kept by a time service.");
}

static void say_what_holds_always(struct doctor *d)
{
	doctor_find(d, MARK_OK, "snapshots",
		"Snapshots of the whole machine keep what is deleted "
		"here; let them age out, or leave the folders of data and vault out of "
		"them: what is deleted is gone when the last one is.");
}

int run_doctor(struct phrase_call *c)
{
	struct doctor d = { .c = c, .json = phrase_value(&c->words, "json") };

	if (d.json)
		(void)fputc('[', c->out);
	doctor_find(&d, MARK_OK, "config", "%s has no error.", c->source->config);
	look_at_organisation(&d);
	look_at_folder(&d);
	look_at_node_key(&d);
	doctor_vault(&d);
	look_at_certificate(&d);
	look_at_service(&d);
	look_at_library(&d);
	look_at_media(&d);
	doctor_phone(&d);
	look_at_clock(&d);
	look_at_backup(&d);
	say_what_holds_always(&d);
	if (d.json)
		(void)fputs("]\n", c->out);
	return d.count[MARK_BAD] ? 1 : 0;
}
