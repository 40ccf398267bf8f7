/* SPDX-License-Identifier: MPL-2.0
 *
 * A sealed log made by the codecs alone, record by record, with a clock that the test
 * holds: quick, the same every time but for keys, and able to make what the writer never
 * would. Aborts on any fault.
 */
#pragma once

#include "samtale/audit/auditor.h"

#include <stdio.h>

struct made_log {
	const char *folder; /* the caller's; must be there */
	struct auditor_set auditors;
	struct key secrets[AUDITORS_MAX]; /* the auditors' */
	struct key signing, epoch_key;    /* seeds; of the node, of the next checkpoint */
	uint8_t signing_public[SIGN_PUBLIC];
	struct log_place at; /* of the next record */
	struct key k;
	FILE *segment;
	uint64_t epoch, dropped;
	int64_t utc_ms, boot_ms;
	uint8_t boot_id[BOOT_ID_BYTES];
};

void made_new(struct made_log *m, const char *folder, size_t auditors);
void made_close(struct made_log *m);
/* Of the same log in another folder that holds a copy of its files. */
void made_go_on_in(struct made_log *m, const char *folder);

void made_wait(struct made_log *m, int64_t ms); /* both clocks */
void made_segment(struct made_log *m);
void made_record(struct made_log *m, uint16_t event, const struct key *mk);
void made_checkpoint(struct made_log *m, enum checkpoint_kind kind);
/* A segment, a record and a checkpoint of that kind. */
void made_start(struct made_log *m, enum checkpoint_kind kind);
void made_reboot(struct made_log *m);
/* Deletes the oldest n segments; their links go to `chain`. */
void made_prune(struct made_log *m, uint32_t n);
