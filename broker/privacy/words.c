/* SPDX-License-Identifier: MPL-2.0
 *
 * One pass over a text, no nesting: a setting's value is never looked at for further
 * names, and in HTML all of it is escaped.
 */
#include "samtale/privacy/words.h"

#include <inttypes.h>
#include <string.h>

#define NAME_CAP 64

const char *language_code(enum language language)
{
	return language == LANGUAGE_EN ? "en" : "da";
}

/* -- facts ------------------------------------------------------------------------- */
static bool trunk_is_open(const struct settings *s)
{
	return s->phone_server[0] && (strcmp(s->phone_transport, "tls") != 0 ||
					     strcmp(s->phone_srtp, "on") != 0);
}

bool fact_holds(enum fact fact, const struct settings *s)
{
	const bool facts[FACT_COUNT] = {
		[FACT_ALWAYS] = true,
		[FACT_TURN] = s->media_turn_urls[0],
		[FACT_NO_TURN] = !s->media_turn_urls[0],
		[FACT_RELAY] =
			s->media_turn_urls[0] && strcmp(s->media_p2p, "allow") != 0,
		[FACT_DIRECT] =
			s->media_turn_urls[0] && strcmp(s->media_p2p, "allow") == 0,
		[FACT_TRUNK] = s->phone_server[0],
		[FACT_NO_TRUNK] = !s->phone_server[0],
		[FACT_TRUNK_OPEN] = trunk_is_open(s),
		[FACT_SYSLOG] = s->audit_syslog[0],
		[FACT_NO_SYSLOG] = !s->audit_syslog[0],
		[FACT_PROXY] = s->listener_socket[0] || s->listener_trusted_proxies[0],
		[FACT_PHONE] = s->org_phone[0],
		[FACT_DPO] = s->org_dpo[0],
		[FACT_NO_DPO] = !s->org_dpo[0],
		[FACT_URL] = s->org_privacy_url[0],
	};

	return fact < FACT_COUNT && facts[fact];
}

/* -- saying ------------------------------------------------------------------------ */
static void put(const struct speaker *s, const char *text, size_t len)
{
	if (s->html)
		write_html(s->to, bytes_of(text, len));
	else
		write_bytes(s->to, bytes_of(text, len));
}

static void put_setting(const struct speaker *s, struct bytes name)
{
	char text[NAME_CAP];
	struct setting_value v;

	if (!bytes_to_str(name, text, sizeof(text)) ||
		!settings_find(s->settings, text, &v))
		s->to->bad = true;
	else if (v.text)
		put(s, v.text, strlen(v.text));
	else if (strcmp(v.def, "true") == 0 || strcmp(v.def, "false") == 0)
		write_str(s->to, v.number ? "true" : "false");
	else
		write_fmt(s->to, "%" PRId64, v.number);
}

void speak_raw(const struct speaker *s, const char *text)
{
	write_str(s->to, text);
}

/* The name up to the brace that ends it; what follows it. */
static const char *put_name(const struct speaker *s, const char *text)
{
	size_t len = strcspn(text, "}");

	put_setting(s, bytes_of(text, len));
	return text[len] ? text + len + 1 : text + len;
}

void speak(const struct speaker *s, const char *text)
{
	bool code = false;

	while (*text) {
		size_t plain = strcspn(text, s->html ? "{`" : "{");

		put(s, text, plain);
		text += plain;
		if (*text == '{') {
			text = put_name(s, text + 1);
		} else if (*text == '`') {
			speak_raw(s, code ? "</code>" : "<code>");
			code = !code;
			text++;
		}
	}
}

void speak_said(const struct speaker *s, const struct said *said)
{
	speak(s, said->in[s->language]);
}

void speak_tag(const struct speaker *s, const char *tag, const char *text)
{
	write_fmt(s->to, "<%s>", tag);
	speak(s, text);
	write_fmt(s->to, "</%s>\n", tag);
}
