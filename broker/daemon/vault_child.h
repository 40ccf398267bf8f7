/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the vault process. It alone opens the vault's folder: node key,
 * keys.db and the sealed log. It has no network, and speaks to the serving process over
 * links that the parent hands to both.
 */
#pragma once

struct options;

/* The life of the child; returns its exit code. */
int vault_child_run(const struct options *options, int report_fd);
