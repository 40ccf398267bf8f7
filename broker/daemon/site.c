/* SPDX-License-Identifier: MPL-2.0
 *
 * The compiled-in files as the listener wants them, and the few texts that are made here:
 * the pages with their placeholders filled, the notices, the signing key, security.txt.
 */
#include "site.h"

#include "samtale/base/clock.h"
#include "samtale/base/fault.h"
#include "samtale/daemon/template.h"
#include "samtale/daemon/web_assets.h"
#include "samtale/privacy/notice.h"
#include "samtale/vault/signature.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NOTICES           (NOTICE_COUNT * LANGUAGE_COUNT)
#define TEXT_MAX          (32 * 1024 + NOTICES * NOTICE_BYTES_MAX) /* all made texts */
#define ETAG_TEXT         24
#define SECURITY_TXT_DAYS 180
#define MADE_MAX          (2 + NOTICES)    /* assets that are made here */
#define FORMER_MS         (10 * MS_MINUTE) /* longer than any answer takes */

struct site {
	struct asset assets[ASSETS_MAX];
	unsigned count;
	struct bytes not_found;
	struct site *former;
	int64_t made_ms; /* boot clock */
	struct writer text;
	char etags[ASSETS_MAX][ETAG_TEXT];
	uint8_t room[TEXT_MAX];
};

static const struct {
	const char *path, *page;
} pages[] = {
	{ "/", "citizen" },
	{ "/j", "citizen" },
	{ "/staff", "staff" },
};

static const char *const notice_paths[NOTICE_COUNT][LANGUAGE_COUNT] = {
	[NOTICE_PRIVACY] = { "/privatliv", "/privacy" },
	[NOTICE_ACCESSIBILITY] = { "/tilgaengelighed", "/accessibility" },
};

/* -- words ----------------------------------------------------------------------- */
enum value {
	LANG,
	ORG_NAME,
	ORG_PHONE,
	ORG_PHONE_HREF,
	BUILD,
	TRIAL,
	VALUE_COUNT,
	/* Of a notice alone. */
	NOTICE_LANG = VALUE_COUNT,
	NOTICE_TITLE,
	NOTICE_TEXT,
	OTHER_LANG,
	OTHER_HREF,
	OTHER_WORDS,
	NOTICE_VALUE_COUNT
};

struct filling {
	struct template_value values[NOTICE_VALUE_COUNT];
	unsigned count;
	char href[64];
};

/* "tel:+4512345678"; a page without a number links to itself. */
static void write_href(const char *phone, char *ret, size_t cap)
{
	struct writer w = writer_of(ret, cap - 1);

	write_str(&w, "tel:");
	for (; *phone; phone++)
		if ((*phone >= '0' && *phone <= '9') || *phone == '+')
			write_u8(&w, (uint8_t)*phone);
	ret[w.bad ? 0 : w.len] = '\0';
	if (w.bad || w.len == 4)
		(void)snprintf(ret, cap, "#");
}

/* In both languages: the page's style shows the one that the page is in. */
static const char trial_banner[] =
	"<aside class=\"trial\">"
	"<p lang=\"da\">Kun til afprøvning – ikke til rigtige borgere</p>"
	"<p lang=\"en\">Only for trying out – not for real citizens</p></aside>";

static void fill_values(struct filling *f, const struct site_words *words)
{
	const struct settings *s = words->settings;
	const char *banner = words->trial ? trial_banner : "";

	f->count = VALUE_COUNT;
	write_href(s->org_phone, f->href, sizeof(f->href));
	f->values[LANG] =
		(struct template_value){ "lang", bytes_str(s->org_language), false };
	f->values[ORG_NAME] =
		(struct template_value){ "org_name", bytes_str(s->org_name), false };
	f->values[ORG_PHONE] =
		(struct template_value){ "org_phone", bytes_str(s->org_phone), false };
	f->values[ORG_PHONE_HREF] =
		(struct template_value){ "org_phone_href", bytes_str(f->href), false };
	f->values[BUILD] =
		(struct template_value){ "build", bytes_str(web_build), false };
	f->values[TRIAL] =
		(struct template_value){ "trial_banner", bytes_str(banner), true };
}

/* -- making ---------------------------------------------------------------------- */
static struct bytes fill(struct site *s, struct bytes text, const struct filling *f)
{
	size_t from = s->text.len;

	template_fill(&s->text, text, f->values, f->count);
	return bytes_of(s->text.at + from, s->text.len - from);
}

/* Not a secret, not for signing: it only has to change when the text does. */
static void write_etag(char ret[ETAG_TEXT], struct bytes text)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < text.len; i++)
		h = (h ^ text.at[i]) * UINT64_C(1099511628211);
	(void)snprintf(ret, ETAG_TEXT, "%016" PRIx64, h);
}

static void add(struct site *s, const char *path, const char *type, struct bytes text)
{
	char *etag = s->etags[s->count];

	write_etag(etag, text);
	s->assets[s->count++] = (struct asset){
		.path = path, .type = type, .etag = etag, .identity = text
	};
}

/* The tables of the build carry their quotation marks, the listener adds its own. */
static void add_built(struct site *s, const struct web_asset *a)
{
	char *etag = s->etags[s->count];
	size_t len = strlen(a->etag);
	struct bytes bare = len >= 2 && a->etag[0] == '"' ? bytes_of(a->etag + 1, len - 2)
							  : bytes_of(a->etag, len);

	if (!bytes_to_str(bare, etag, ETAG_TEXT))
		write_etag(etag, a->identity);
	s->assets[s->count++] = (struct asset){ .path = a->path,
		.type = a->type,
		.etag = etag,
		.identity = a->identity,
		.br = a->br,
		.gzip = a->gzip,
		.immutable = a->immutable };
}

static const struct web_template *find_page(const char *name)
{
	for (size_t i = 0; i < web_templates_count; i++)
		if (strcmp(web_templates[i].name, name) == 0)
			return &web_templates[i];
	return NULL;
}

static struct template_value value_of(const char *name, const char *text)
{
	return (struct template_value){ name, bytes_str(text), false };
}

static void add_notice(struct site *s, const struct settings *settings, enum notice which,
	enum language language, struct filling *f)
{
	static const char *const other_words[LANGUAGE_COUNT] = { "English", "Dansk" };
	const struct web_template *page = find_page("notice");
	enum language other = language == LANGUAGE_DA ? LANGUAGE_EN : LANGUAGE_DA;
	uint8_t room[NOTICE_BYTES_MAX];
	struct writer text = writer_of(room, sizeof(room));

	if (!page)
		return;
	notice_write(&text, settings, which, language);
	s->text.bad |= !writer_ok(&text);
	f->values[NOTICE_LANG] = value_of("notice_lang", language_code(language));
	f->values[NOTICE_TITLE] = value_of("notice_title", notice_title(which, language));
	f->values[NOTICE_TEXT] =
		(struct template_value){ "notice", writer_bytes(&text), true };
	f->values[OTHER_LANG] = value_of("other_lang", language_code(other));
	f->values[OTHER_HREF] = value_of("other_href", notice_paths[which][other]);
	f->values[OTHER_WORDS] = value_of("other_words", other_words[language]);
	f->count = NOTICE_VALUE_COUNT;
	add(s, notice_paths[which][language], "text/html; charset=utf-8",
		fill(s, page->text, f));
}

static void add_notices(
	struct site *s, const struct settings *settings, struct filling *f)
{
	for (int which = 0; which < NOTICE_COUNT; which++)
		for (int language = 0; language < LANGUAGE_COUNT; language++)
			add_notice(s, settings, (enum notice)which,
				(enum language)language, f);
}

/* Whoever holds minutes checks them with this key; it does not change with the host. */
static void add_signing_key(struct site *s, const struct site_words *words)
{
	char pem[SIGN_PEM_TEXT];
	size_t from = s->text.len;

	if (!words->signing)
		return;
	sign_public_pem(words->signing, pem);
	write_str(&s->text, pem);
	add(s, "/.well-known/samtale-signing-key", "application/x-pem-file",
		bytes_of(s->text.at + from, s->text.len - from));
}

/* RFC 9116; only where the organisation named a contact. */
static void add_security_txt(struct site *s, const struct site_words *words)
{
	time_t until =
		(time_t)(words->utc_ms / MS_SECOND) + SECURITY_TXT_DAYS * 24 * 3600;
	size_t from = s->text.len;
	struct tm tm;
	char date[32];

	if (!words->settings->org_security_contact[0] || !gmtime_r(&until, &tm) ||
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return;
	write_fmt(&s->text,
		"Contact: %s\nExpires: %s\nPreferred-Languages: da, en\n"
		"Canonical: %s/.well-known/security.txt\n",
		words->settings->org_security_contact, date, words->origin);
	add(s, "/.well-known/security.txt", "text/plain; charset=utf-8",
		bytes_of(s->text.at + from, s->text.len - from));
}

int site_new(struct site **ret, const struct site_words *words)
{
	struct site *s = calloc(1, sizeof(*s));
	const struct web_template *not_found;
	struct filling f;

	if (!s)
		return fault_here(ENOMEM);
	if (web_assets_count + ARRAY_LEN(pages) + MADE_MAX > ASSETS_MAX) {
		free(s);
		return fault_here(EMSGSIZE);
	}
	s->made_ms = clock_boot_ms();
	s->text = writer_of(s->room, sizeof(s->room));
	fill_values(&f, words);
	for (size_t i = 0; i < web_assets_count; i++)
		add_built(s, &web_assets[i]);
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		const struct web_template *page = find_page(pages[i].page);

		if (page)
			add(s, pages[i].path, "text/html; charset=utf-8",
				fill(s, page->text, &f));
	}
	not_found = find_page("not_found");
	if (not_found)
		s->not_found = fill(s, not_found->text, &f);
	add_notices(s, words->settings, &f);
	add_signing_key(s, words);
	add_security_txt(s, words);
	if (!writer_ok(&s->text)) {
		free(s);
		return fault_here(EMSGSIZE);
	}
	*ret = s;
	return 0;
}

struct site *site_free(struct site *s)
{
	while (s) {
		struct site *former = s->former;

		free(s);
		s = former;
	}
	return NULL;
}

struct site *site_follow(struct site *s, struct site *former)
{
	struct site *at = s;

	s->former = former;
	/* at->former was replaced when at was made. */
	while (at->former && s->made_ms - at->made_ms <= FORMER_MS)
		at = at->former;
	at->former = site_free(at->former);
	return s;
}

const struct asset *site_assets(const struct site *s, unsigned *ret_count)
{
	*ret_count = s->count;
	return s->assets;
}

struct bytes site_not_found(const struct site *s)
{
	return s->not_found;
}
