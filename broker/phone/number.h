/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: who calls, as E.164. Trunks write the same number in many ways;
 * what is not clearly a number is treated as hidden, never guessed. Pure.
 */
#pragma once

#include "samtale/base/bytes.h"

#define NUMBER_MAX 17 /* + and 15 digits and the NUL */

/* user: of a sip: or tel: URI, parameters included. "+45…", "0045…", "45" and eight
 * digits, or eight digits alone become "+45…"; other numbers need + or 00. Outcome:
 * false, ret = "", for anything else. */
must_check bool number_read(struct bytes user, char ret[NUMBER_MAX]);

/* + and 7 to 15 digits, the first not 0: what may stand in a SIP address. */
bool number_is_e164(struct bytes b);
