/* SPDX-License-Identifier: MPL-2.0
 *
 * Settings and paths of one installation. A secret comes from the file that the setting
 * names, else from systemd's credential of that name, else from the data folder.
 */
#include "samtale/cli/place.h"

#include "samtale/base/fault.h"
#include "samtale/vault/secret.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_FOLDER "/var/lib/samtale"
#define ZONES          "/usr/share/zoneinfo/"

static int printf_like(2, 3) complain(struct place_error *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(e->sentence, sizeof(e->sentence), fmt, args);
	va_end(args);
	return PLACE_E_BAD;
}

/* -- settings -------------------------------------------------------------------- */
static int load_file(struct settings *s, const char *path, struct place_error *e)
{
	struct setting_error bad;
	int r = settings_load(s, path, &bad);

	if (r == SETTINGS_E_BAD)
		return complain(e, "%s:%u: %s", path, bad.line, bad.sentence);
	if (r < 0)
		return complain(e, "%s: the configuration cannot be read: %s.", path,
			strerror(-r));
	return 0;
}

static int apply_set(struct settings *s, const char *set, struct place_error *e)
{
	const char *equals = strchr(set, '=');
	struct setting_error bad;
	char name[128];

	if (!equals ||
		!bytes_to_str(bytes_of(set, (size_t)(equals - set)), name, sizeof(name)))
		return complain(e, "--set needs section.key=value.");
	if (settings_set(s, name, equals + 1, &bad) == 0)
		return 0;
	return complain(e, "--set %s: %s", name, bad.sentence);
}

static int check_timezone(const struct settings *s, struct place_error *e)
{
	char path[sizeof(ZONES) + sizeof(s->org_timezone)];

	(void)snprintf(path, sizeof(path), ZONES "%s", s->org_timezone);
	if (!strstr(s->org_timezone, "..") && s->org_timezone[0] != '/' &&
		access(path, R_OK) == 0)
		return 0;
	return complain(e,
		"org.timezone: %s is not a time zone of this machine; expected a "
		"name as in " ZONES ", for example Europe/Copenhagen.",
		s->org_timezone);
}

/* -- programs -------------------------------------------------------------------- */
static bool program_at(char ret[PLACE_PATH_MAX], struct bytes folder, const char *between,
	const char *name)
{
	int n = snprintf(ret, PLACE_PATH_MAX, "%.*s/%s%s", (int)folder.len,
		(const char *)folder.at, between, name);

	return n > 0 && n < PLACE_PATH_MAX && access(ret, X_OK) == 0;
}

bool place_find_beside(const char *name, char ret[PLACE_PATH_MAX])
{
	char self[PLACE_PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self));
	const char *slash = len > 0 ? memrchr(self, '/', (size_t)len) : NULL;
	struct bytes folder;

	if (!slash)
		return false;
	folder = bytes_of(self, (size_t)(slash - self));
	return program_at(ret, folder, "", name) ||
	       program_at(ret, folder, "phone/", name);
}

/* -- paths ----------------------------------------------------------------------- */
static int in_folder(const struct place *p, char ret[PLACE_PATH_MAX], const char *name)
{
	int n = snprintf(ret, PLACE_PATH_MAX, "%s/%s", p->folder, name);

	return n > 0 && n < PLACE_PATH_MAX ? 0 : PLACE_E_BAD;
}

static int in_vault(const struct place *p, char ret[PLACE_PATH_MAX], const char *name)
{
	int n = snprintf(ret, PLACE_PATH_MAX, "%s/%s", p->vault, name);

	return n > 0 && n < PLACE_PATH_MAX ? 0 : PLACE_E_BAD;
}

static int find_vault(struct place *p)
{
	const char *folder = p->settings.data_vault_folder;
	int n = *folder ? snprintf(p->vault, PLACE_PATH_MAX, "%s", folder)
			: snprintf(p->vault, PLACE_PATH_MAX, "%s-vault", p->folder);
	int r = n > 0 && n < PLACE_PATH_MAX ? 0 : PLACE_E_BAD;

	r |= in_vault(p, p->keys, "keys.db");
	r |= in_vault(p, p->audit, "audit");
	r |= in_vault(p, p->auditors, "auditors");
	r |= in_vault(p, p->signing_public, "signing.pub");
	return r;
}

static bool as_credential(char ret[PLACE_PATH_MAX], const char *name)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	char path[PLACE_PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", folder ? folder : "", name);

	if (!folder || !*folder || n >= (int)sizeof(path) || access(path, F_OK) != 0)
		return false;
	(void)snprintf(ret, PLACE_PATH_MAX, "%s", path);
	return true;
}

static int find_secrets(struct place *p)
{
	const struct settings *s = &p->settings;
	int r = 0;

	if (s->data_node_key_file[0])
		(void)snprintf(p->node_key, PLACE_PATH_MAX, "%s", s->data_node_key_file);
	else if (!as_credential(p->node_key, "node_key"))
		r |= in_vault(p, p->node_key, "node.key");
	p->turn_secret[0] = '\0';
	if (s->media_turn_secret_file[0])
		(void)snprintf(
			p->turn_secret, PLACE_PATH_MAX, "%s", s->media_turn_secret_file);
	else
		(void)as_credential(p->turn_secret, "turn_secret");
	p->phone_password[0] = '\0';
	if (s->phone_password_file[0])
		(void)snprintf(
			p->phone_password, PLACE_PATH_MAX, "%s", s->phone_password_file);
	else
		(void)as_credential(p->phone_password, "phone_password");
	return r;
}

static int find_paths(struct place *p, struct place_error *e)
{
	const char *folder = p->settings.data_folder;
	int r = 0;

	(void)snprintf(
		p->folder, sizeof(p->folder), "%s", *folder ? folder : DEFAULT_FOLDER);
	r |= in_folder(p, p->database, "samtale.db");
	r |= find_vault(p);
	r |= in_folder(p, p->control, "control.sock");
	r |= in_folder(p, p->lock, "broker.lock");
	r |= in_folder(p, p->trial, "trial.ini");
	r |= in_folder(p, p->backup_public, "backup.pub");
	r |= in_folder(p, p->backup_stamp, "backup.stamp");
	r |= find_secrets(p);
	return r == 0 ? 0 : complain(e, "data.folder: the path is too long.");
}

int place_load(struct place *ret, const struct place_source *source,
	struct place_error *ret_error)
{
	struct place p = { 0 };
	int r = 0;

	settings_init(&p.settings);
	if (source->config)
		r = load_file(&p.settings, source->config, ret_error);
	for (unsigned i = 0; r == 0 && i < source->set_count; i++)
		r = apply_set(&p.settings, source->sets[i], ret_error);
	if (r == 0)
		r = check_timezone(&p.settings, ret_error);
	if (r == 0)
		r = find_paths(&p, ret_error);
	if (r == 0)
		*ret = p;
	return r;
}

static bool lies_in(const char *what, const char *folder)
{
	char inner[PATH_MAX], outer[PATH_MAX];
	size_t len;

	if (!realpath(what, inner) || !realpath(folder, outer))
		return false; /* not there yet: said elsewhere */
	len = strlen(outer);
	return strncmp(inner, outer, len) == 0 && (!inner[len] || inner[len] == '/');
}

static bool lies_beside(const char *what, const char *file)
{
	char folder[PATH_MAX];
	const char *slash = file ? strrchr(file, '/') : NULL;

	if (!file || !*file)
		return false;
	(void)snprintf(folder, sizeof(folder), "%.*s",
		slash ? (int)(slash - file) + 1 : 1, slash ? file : ".");
	return lies_in(what, folder);
}

const char *place_vault_exposed_by(const struct place *p, const char *config)
{
	const struct settings *s = &p->settings;
	const struct {
		const char *file, *name;
	} files[] = {
		{ config, "the configuration file" },
		{ s->listener_certificate, "listener.certificate" },
		{ s->listener_private_key, "listener.private_key" },
		{ s->listener_socket, "listener.socket" },
		{ s->metrics_address[0] == '/' ? s->metrics_address : "",
			"metrics.address" },
		{ p->turn_secret, "media.turn_secret_file" },
	};

	if (lies_in(p->vault, p->folder))
		return "data.folder";
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (lies_beside(p->vault, files[i].file))
			return files[i].name;
	return NULL;
}

void place_set_timezone(const struct place *p)
{
	(void)setenv("TZ", p->settings.org_timezone, 1);
	tzset();
}

int place_become_owner(const struct place *p)
{
	struct stat st;

	if (geteuid() != 0 || stat(p->folder, &st) != 0 || st.st_uid == 0)
		return 0;
	if (setgroups(0, NULL) != 0 || setegid(st.st_gid) != 0 || seteuid(st.st_uid) != 0)
		return fault_here(errno);
	return 0;
}

void place_secret_sentence(
	int outcome, const char *what, const char *path, struct place_error *ret)
{
	static const char *const why[] = { [0] = "",
		[SECRET_E_MISSING] = "the file is missing",
		[SECRET_E_READABLE] = "others than its owner may read it; chmod 600 it",
		[SECRET_E_LENGTH] = "the file is empty or has the wrong length" };

	ret->sentence[0] = '\0';
	if (outcome < 0)
		(void)complain(
			ret, "%s %s cannot be read: %s.", what, path, strerror(-outcome));
	else if (outcome > 0 && outcome < (int)ARRAY_LEN(why))
		(void)complain(
			ret, "%s %s cannot be used: %s.", what, path, why[outcome]);
}
