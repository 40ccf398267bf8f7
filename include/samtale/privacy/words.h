/* SPDX-License-Identifier: MPL-2.0
 *
 * What is said about data protection, in two languages, from the configuration that is in
 * force: a text has {section.key} where a setting stands, and is left out where it would
 * not be true of this installation.
 */
#pragma once

#include "samtale/base/bytes.h"
#include "samtale/base/settings.h"

enum language { LANGUAGE_DA, LANGUAGE_EN, LANGUAGE_COUNT };
/* "da", "en" */
const char *language_code(enum language language);

/* -- what is true of this installation --------------------------------------------- */
enum fact {
	FACT_ALWAYS,
	FACT_TURN,
	FACT_NO_TURN, /* media is direct: each side's address is seen by the other */
	FACT_RELAY,   /* all media passes through the TURN server */
	FACT_DIRECT,  /* a TURN server is there, but media may be direct */
	FACT_TRUNK,
	FACT_NO_TRUNK,
	FACT_TRUNK_OPEN, /* a trunk whose sound or signalling is not encrypted */
	FACT_SYSLOG,
	FACT_NO_SYSLOG,
	FACT_PROXY,
	FACT_PHONE, /* a number that citizens can call is configured */
	FACT_DPO,
	FACT_NO_DPO,
	FACT_URL,
	FACT_COUNT
};
bool fact_holds(enum fact fact, const struct settings *s);

/* -- saying it --------------------------------------------------------------------- */
struct said {
	const char *in[LANGUAGE_COUNT];
};
/* For the tables. */
#define SAID(da, en)                                                                     \
	{                                                                                \
		{                                                                        \
			da, en                                                           \
		}                                                                        \
	}

struct speaker { /* borrowed for the call */
	struct writer *to;
	const struct settings *settings;
	enum language language;
	bool html; /* text is escaped */
};

/* As it is. */
void speak_raw(const struct speaker *s, const char *text);
/* With the settings that it names; a name that is no setting makes the writer bad. In
 * HTML, what stands between two backticks is <code>. */
void speak(const struct speaker *s, const char *text);
void speak_said(const struct speaker *s, const struct said *said);
/* <tag>text</tag> */
void speak_tag(const struct speaker *s, const char *tag, const char *text);
