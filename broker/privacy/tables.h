/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the tables of the report.
 */
#pragma once

#include "samtale/privacy/words.h"

/* The record of processing: a row for each datum that is kept here. */
void tables_record(const struct speaker *s);
void tables_threats(const struct speaker *s);
void tables_blast(const struct speaker *s);
