/* SPDX-License-Identifier: MPL-2.0
 *
 * Settings by name, and what is said from them as one text.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "samtale/privacy/report.h"

#include <stdio.h>
#include <stdlib.h>

#define SAID_MAX REPORT_BYTES_MAX

static inline void kit_set(struct settings *s, const char *name, const char *value)
{
	struct setting_error e;

	if (settings_set(s, name, value, &e) != 0)
		fail_msg("%s", e.sentence);
}

/* Everything there is: server, trunk, log server, proxy, officer. */
static inline struct settings kit_full(void)
{
	struct settings s;

	settings_init(&s);
	kit_set(&s, "org.name", "Hedensted Kommune");
	kit_set(&s, "org.phone", "79 75 50 00");
	kit_set(&s, "org.dpo", "dpo@hedensted.dk");
	kit_set(&s, "org.privacy_url", "https://www.hedensted.dk/privatliv");
	kit_set(&s, "media.turn_urls",
		"turn:turn.hedensted.dk:3478?transport=udp "
		"turns:turn.hedensted.dk:443?transport=tcp");
	kit_set(&s, "phone.server", "sip.operator.example");
	kit_set(&s, "phone.srtp", "on");
	kit_set(&s, "audit.syslog", "10.0.0.5:514");
	kit_set(&s, "listener.socket", "/run/samtale/web.sock");
	return s;
}

static inline struct settings kit_bare(void)
{
	struct settings s;

	settings_init(&s);
	return s;
}

/* One text at a time: good until the next call. Fails when not all of it fitted. */
static inline const char *kit_said(const struct settings *s, enum language language,
	void (*say)(const struct speaker *s))
{
	static char text[SAID_MAX + 1];
	struct writer w = writer_of(text, SAID_MAX);
	const struct speaker speaker = { &w, s, language, true };

	say(&speaker);
	assert_true(writer_ok(&w));
	text[w.len] = '\0';
	return text;
}

static inline unsigned kit_count(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

/* Every element that is opened is closed, in order: no more than HTML of our own needs.
 */
static inline void kit_well_formed(const char *text)
{
	char open[64][16];
	unsigned n = 0;

	for (const char *at = text; (at = strchr(at, '<')); at++) {
		bool end = at[1] == '/';
		const char *name = at + 1 + end;
		size_t len = strcspn(name, " >/");
		const char *close = strchr(at, '>');

		assert_non_null(close);
		if (name[0] == '!' || close[-1] == '/' || strncmp(name, "br", len) == 0 ||
			strncmp(name, "meta", len) == 0 || strncmp(name, "wbr", len) == 0)
			continue;
		assert_in_range(len, 1, sizeof(open[0]) - 1);
		if (!end) {
			assert_in_range(n, 0, 63);
			(void)snprintf(
				open[n++], sizeof(open[0]), "%.*s", (int)len, name);
			continue;
		}
		assert_true(n > 0);
		n--;
		if (strncmp(open[n], name, len) != 0 || open[n][len] != '\0')
			fail_msg("<%s> is ended by </%.*s>", open[n], (int)len, name);
	}
	assert_int_equal(n, 0);
}

/* It fetches nothing, runs nothing, and carries nobody away. */
static inline void kit_alone(const char *text)
{
	static const char *const never[] = { "<script", "src=", "@import", "url(http",
		"<link", "<iframe", "<img", "onload", "href=\"http", "style=\"" };

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (strstr(text, never[i]))
			fail_msg("it has %s", never[i]);
}
