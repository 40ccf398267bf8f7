/* SPDX-License-Identifier: MPL-2.0
 *
 * The administrator's phrases: one table, from which they are parsed, run, helped with
 * and documented. `samtale` runs a phrase itself or hands its words to the broker that
 * serves; that one looks them up in the same table.
 */
#pragma once

#include "samtale/audit/audit.h"
#include "samtale/cli/place.h"
#include "samtale/store/meeting.h"

#include <stdbool.h>
#include <stdio.h>

struct node_key;
struct store;
struct vault;

enum phrase_where {
	PHRASE_ALONE,  /* in `samtale` itself, with or without an installation */
	PHRASE_HERE,   /* in `samtale` itself: needs no database, or one of its own */
	PHRASE_STORE,  /* with the database: at the broker while it serves, else here */
	PHRASE_SERVED, /* with the database, but at the broker only */
	PHRASE_BROKER, /* at the broker's loop: run is NULL, the daemon knows how */
};

/* What a use of the phrase leaves in the sealed log, or why it leaves nothing. Every row
 * says so, and a test runs each and looks. */
struct phrase_record {
	bool has_event;
	enum audit_what event;
	const char *why_not;
};
#define RECORDS(id)                                                                      \
	{                                                                                \
		true, AUDIT_##id, NULL                                                   \
	}
#define NO_RECORD(why)                                                                   \
	{                                                                                \
		false, AUDIT_WHAT_COUNT, why                                             \
	}

#define PHRASE_SLOTS    12
#define PHRASE_WORD_MAX 24

struct phrase_call;

struct phrase {
	/* Plain words, <value>, --option <value>, --flag; the last three also in [ ]. One
	 * with [--yes] asks first, on a terminal, unless that was given. */
	const char *pattern;
	const char *sentence;
	enum phrase_where where;
	/* The exit code: 0 done, 1 it could not be done and err says why. */
	int (*run)(struct phrase_call *c);
	struct phrase_record record;
};

extern const struct phrase phrases[];
extern const size_t phrase_count;

/* -- parsing ----------------------------------------------------------------------- */
struct phrase_slot {
	char name[PHRASE_WORD_MAX]; /* of <name> or --name, without marks */
	const char *value;          /* borrowed from the words; "" for a flag */
};

struct phrase_words { /* a phrase with its values */
	const struct phrase *phrase;
	struct phrase_slot slots[PHRASE_SLOTS];
	unsigned count;
};

#define PHRASE_E_UNKNOWN 1 /* no such phrase; ret->phrase is the nearest or NULL */
#define PHRASE_E_USAGE   2 /* ret->phrase was meant, but its values are wrong */

must_check int phrase_parse(
	struct phrase_words *ret, unsigned count, const char *const words[]);
/* NULL when it was not given. */
const char *phrase_value(const struct phrase_words *w, const char *name);

/* -- help -------------------------------------------------------------------------- */
/* The lines of all phrases, or of those that begin with `first` (NULL: all). The number
 * of lines. */
unsigned phrase_help(FILE *to, const char *first);
void phrase_manual(FILE *to); /* docs/man/samtale.1, whole */

/* -- running ----------------------------------------------------------------------- */
struct phrase_effects {    /* what the house must hear of after the commit */
	int64_t user_gone; /* account disabled or reset; 0: none */
	bool booking_changed;
	struct booking booking;
};

/* What the vault does beside giving keys; on record when it returns 0. Faults. */
struct phrase_vault {
	int (*reload)(void *arg); /* reads the auditors' file again */
	int (*rotate)(void *arg); /* puts a new node key in force */
	void *arg;
};

struct phrase_call {
	struct phrase_words words;
	const struct place *place;         /* the defaults when has_place is not set */
	bool has_place;                    /* there is a configuration */
	const struct place_source *source; /* NULL at the broker */
	const char *origin;                /* what links begin with */
	FILE *out, *err;
	/* PHRASE_STORE and PHRASE_SERVED: inside one transaction, kept when run() is 0.
	 */
	struct store *store;
	struct vault *vault;
	struct audit *audit;
	const struct node_key *node;
	const struct phrase_vault *at_vault; /* set with `vault` */
	struct phrase_effects effects;
};

/* Writes one sentence to err and returns 1. */
int phrase_fail(struct phrase_call *c, const char *fmt, ...) printf_like(2, 3);
/* The same for a fault of the store or the vault. */
int phrase_fault(struct phrase_call *c, int fault);
