/* SPDX-License-Identifier: MPL-2.0
 *
 * A line of `checkpoints` and the proof of an export: any text is read or refused, and
 * what is read has one spelling.
 */
#include "samtale/audit/proof.h"

#include "fuzz.h"

static const struct key seed = { .at = "a seed for the fuzzer, no secret" };

static void try_line(struct bytes b)
{
	char again[CHECKPOINT_LINE_MAX];
	uint8_t public_key[SIGN_PUBLIC];
	struct checkpoint c;

	sign_public(&seed, public_key);
	PROMISE(!checkpoint_is_signed_by(b, public_key));
	if (checkpoint_read(b, &c) != 0)
		return;
	checkpoint_write(&c, &seed, again); /* all but the signature is the same */
	PROMISE(strlen(again) == b.len);
	PROMISE(memcmp(again, b.at, b.len - (size_t)2 * SIGNATURE_BYTES) == 0);
	PROMISE(checkpoint_is_signed_by(bytes_str(again), public_key));
}

static void try_proofs(struct bytes b)
{
	char text[PROOF_TEXT_MAX], again[PROOF_TEXT_MAX];
	struct record_proof p;
	struct record r;
	int result;

	while ((result = proof_find(&b, &p)) != PROOF_E_MISSING) {
		if (result != 0)
			continue;
		PROMISE(proof_open(&p, &r) >= 0);
		proof_write(&p, text);
		PROMISE(proof_read(bytes_str(text), &p) == 0);
		proof_write(&p, again);
		PROMISE(strcmp(text, again) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct record_proof p;

	PROMISE(secret_start() == 0);
	try_line(bytes_of(at, len));
	PROMISE(proof_read(bytes_of(at, len), &p) >= 0);
	try_proofs(bytes_of(at, len));
	return 0;
}
