/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: what the phrases about the sealed log share.
 */
#pragma once

#include "when.h"

#include "samtale/audit/reader.h"
#include "samtale/audit/verify.h"
#include "samtale/cli/phrase.h"

static inline void audit_secret_freep(struct key **k)
{
	secret_drop(*k);
}

/* -- audit_keys.c: each 0, or 1 after one sentence to c->err ----------------------- */
/* ret: guarded memory, owned(audit_secret_freep). */
must_check int audit_load_secret(struct phrase_call *c, const char *path,
	struct bytes passphrase, struct key **ret);
must_check int audit_load_auditors(
	struct phrase_call *c, const char *path, struct auditor_set *ret);
/* The same with its text, so that root's file is read before root acts as another. */
#define AUDITORS_FILE_MAX 1024
struct auditors_file {
	struct auditor_set set;
	size_t len; /* 0: none was read */
	uint8_t text[AUDITORS_FILE_MAX];
};
must_check int audit_read_auditors(
	struct phrase_call *c, const char *path, struct auditors_file *ret);
/* Puts it into the vault's folder and says what it means. */
must_check int audit_put_auditors(struct phrase_call *c, const struct auditors_file *f);
const char *audit_scheme_sentence(const struct auditor_set *s);
/* The public key of a node from a PEM file. */
must_check int audit_load_signing(
	struct phrase_call *c, const char *path, uint8_t ret[SIGN_PUBLIC]);

/* -- audit_bundle.c ---------------------------------------------------------------- */
/* Puts it on record, then writes the bundle of that time. 0, or 1 after one sentence. */
must_check int audit_write_bundle(
	struct phrase_call *c, const char *path, const struct when_span *span);
/* Says what a READER_E_ outcome or a fault about `path` means; returns 1. */
int audit_reader_fail(struct phrase_call *c, int outcome, const char *path);

/* -- audit_open.c ------------------------------------------------------------------ */
/* Two of today's auditors, and two of those before them, when the log has both. */
#define AUDIT_SHARES 4
struct audit_opened {
	struct log_reader *reader;
	char bundle[PLACE_PATH_MAX], shares[AUDIT_SHARES][PLACE_PATH_MAX];
	unsigned share_n;
	char folder[64]; /* of what a trial made for this one reading; "" */
};
#define AUDIT_OPENED_NULL                                                                \
	{                                                                                \
		0                                                                        \
	}
/* Bundle and shares of the call, or, where none is given in a trial, such as are made for
 * it and go with audit_opened_deinit(). 0, or 1 after one sentence. */
must_check int audit_open(struct phrase_call *c, struct audit_opened *ret);
/* 0, or 1 after one sentence: the shares open no meeting, so that nothing can be told of
 * one, not even that it is erased. */
must_check int audit_need_meetings(struct phrase_call *c, const struct audit_opened *o);
/* From the first record again. */
must_check int audit_open_again(struct phrase_call *c, struct audit_opened *o);
void audit_opened_deinit(struct audit_opened *o);

/* -- audit_view.c: which records --------------------------------------------------- */
struct audit_filter {
	struct when_span span;
	int event, purpose;   /* -1: any */
	int64_t actor;        /* -1: any */
	const char *case_ref; /* NULL: any */
	int64_t *meetings;    /* of that case, ascending */
	size_t meeting_n;
};
#define AUDIT_FILTER_NULL                                                                \
	{                                                                                \
		.span = WHEN_ALWAYS, .event = -1, .purpose = -1, .actor = -1             \
	}
/* From --from --to --event --purpose --actor --case, as far as the phrase has them. 0, or
 * 1 after one sentence. */
must_check int audit_filter_read(struct phrase_call *c, struct audit_filter *ret);
void audit_filter_deinit(struct audit_filter *f);
/* Fills in the meetings of case_ref, from the first record, which is the next one again
 * afterwards; audit_walk() does so itself when there are none. 0, or 1 after one
 * sentence. */
must_check int audit_find_case(
	struct phrase_call *c, struct audit_opened *o, struct audit_filter *f);

/* Every record that the filter lets through, in order. take: 0, or a fault that ends it.
 */
struct audit_walk {
	struct audit_opened *opened;
	struct audit_filter *filter;
	int (*take)(void *arg, const struct read_record *r);
	void *arg;
	uint64_t taken, closed; /* closed: could not be opened */
	uint64_t seen;
	int64_t told_ms; /* of the last line of progress; 0: none yet */
};
/* "": there is none. It was typed by people, and a bundle may be anybody's: nothing that
 * a terminal obeys. */
void audit_case_of(const struct read_record *r, char ret[LIMIT_CASE_REF + 1]);
/* 0, or 1 after one sentence; how many did not open is said to c->err. */
must_check int audit_walk(struct phrase_call *c, struct audit_walk *w);

/* -- audit_names.c: numbers of accounts -------------------------------------------- */
struct staff_names {
	char *text; /* what the broker or the database listed */
};
/* None, silently, where there is no installation. */
void staff_names_read(struct phrase_call *c, struct staff_names *ret);
void staff_names_deinit(struct staff_names *n);
/* "" for one that is not known. */
void staff_name(
	const struct staff_names *n, uint32_t account, char ret[LIMIT_USERNAME + 1]);

/* -- audit_proofs.c: what of an export can be proven ------------------------------- */
#define EXPORT_ROW_MAX 512
/* A row of the export up to what the record itself says. */
void audit_export_row(const struct record *r, uint64_t sequence, bool with_staff,
	char ret[EXPORT_ROW_MAX]);
/* Beside PREFIX.json. False: too long, or not such a name. */
must_check bool audit_proof_path(const char *json, char ret[PLACE_PATH_MAX]);
/* Every row of the export is what a record of that log says. A verdict, after a
 * sentence. */
int audit_verify_export(struct phrase_call *c, const char *folder, const char *json);
