/* SPDX-License-Identifier: MPL-2.0
 *
 * For this room only: the meetings' keys as they lie in the vault process.
 */
#pragma once

#include "samtale/vault/vault.h"

/* For vault_remote_new(); arg is a struct custodian. */
extern const struct vault_ops remote_ops;
