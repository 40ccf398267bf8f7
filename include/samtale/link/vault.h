/* SPDX-License-Identifier: MPL-2.0
 *
 * The conversation between the serving process and the vault. Questions go one way,
 * exactly one answer comes back for each, in any order; an answer is a frame of kind
 * VAULT_ANSWER with the question's id, one result byte and what the row says. Unlike
 * other links this one carries keys: buffers are wiped after use.
 *
 *	use: u8 purpose | i64 actor | u16 n | i64 meetings[n]
 *	keys: u16 n | n x ( i64 meeting | u8 has (1 ck, 2 mk) | ck 32 | mk 32 )
 *	event: u16 what | u8 purpose | u8 outcome | u8 role | u32 actor | u32 subject |
 *	       u64 meeting | u32 value | 16 bytes request id
 */
#pragma once

#include "samtale/link/frame.h"

#define VAULT_LINK_VERSION 1

enum vault_frame {
	VAULT_FRAME_NOTHING,
#define ASK(id, sentence)  VAULT_ASK_##id,
#define TELL(id, sentence) VAULT_TELL_##id,
#include "samtale/link/vault.def"
#undef ASK
#undef TELL
	VAULT_FRAME_COUNT,
	VAULT_ANSWER = 128,
};

enum vault_result {
	VAULT_RESULT_DONE,
	VAULT_RESULT_TAKEN,  /* CREATE: that meeting has keys */
	VAULT_RESULT_FULL,   /* the log has no room for this class: refused */
	VAULT_RESULT_FAILED, /* a fault; the vault's own log says which */
	VAULT_RESULT_COUNT
};

#define VAULT_EVENT_BYTES 41
