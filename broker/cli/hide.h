/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: statistics without anybody in them. Pure.
 */
#pragma once

#include "samtale/store/stats.h"
#include "samtale/store/user.h"

#define HIDE_LEAST      5 /* a smaller count is not shown */
#define HIDE_TEAM_LEAST 3 /* accounts; a smaller team's figures would be a person's */
#define HIDE_SMALL_TEAM "*"

/* Teams of fewer than HIDE_TEAM_LEAST accounts lose their name; rows that became equal
 * are added up. Order is kept. */
void hide_small_teams(struct stat_cell_list *cells, const struct user_list *users);
/* The count as it may be shown: digits or "<5". */
void hide_count(int64_t count, char ret[24]);
