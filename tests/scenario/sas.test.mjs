// SPDX-License-Identifier: MPL-2.0
//
// The spoken code against somebody in the middle of the signalling, a million times, on a
// second implementation of docs/protocol.md 5. The attacker shows each side a certificate of
// its own and is heard or not by one thing only: whether both people read the same code.
// tests/web/protocol_sas.test.ts holds the pages' own implementation to the same arithmetic.

import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { describe, it } from "node:test";

const RUNS = 1_000_000;
const CODES = 1_000_000n;
const NO_SALT = Buffer.alloc(32);
const ONE = Buffer.from([1]);
const CONTEXT = Buffer.alloc(12, 7); // meeting and epoch, the same for all

const hmac = (key, ...parts) => {
	const mac = createHmac("sha256", key);
	for (const part of parts) mac.update(part);
	return mac.digest();
};

/** HKDF-SHA-256 by hand, because hkdfSync makes a key object for each. */
function code(nonceC, nonceZ, fpC, fpZ) {
	const key = hmac(NO_SALT, nonceC, nonceZ);
	const out = hmac(key, CONTEXT, fpC, fpZ, ONE);
	return Number(out.readBigUInt64BE() % CODES);
}

const commitment = (fp, nonce) =>
	createHash("sha256")
		.update("samtale-sas-1")
		.update(CONTEXT)
		.update(fp)
		.update(nonce)
		.digest();

/** One draw of everything that is random in a run, from one call. */
function draw() {
	const pool = randomBytes(32 * 7);
	const part = (i) => pool.subarray(32 * i, 32 * (i + 1));
	return {
		consultant: { fp: part(0), nonce: part(1) },
		citizen: { fp: part(2), nonce: part(3) },
		attacker: { fp: part(4), nonceToC: part(5), nonceToZ: part(6) },
	};
}

/**
 * The steps in their order. `attack` is asked for each nonce at the moment when it has to be
 * named, and is given what was heard until then; `commits` is whether step 1 exists.
 */
function run({ consultant: c, citizen: z, attacker: m }, attack, commits) {
	const heard = {};
	if (!commits) heard.nonceC = c.nonce;
	const toZ = commits ? attack.toCitizen(heard) : undefined;
	const promised = commits ? commitment(m.fp, toZ) : undefined;
	heard.nonceZ = z.nonce; // step 2 of the citizen
	const toC = attack.toConsultant(heard); // step 2 as the consultant gets it
	heard.nonceC = c.nonce; // step 3 of the consultant
	const opened = attack.toCitizen(heard); // step 3 as the citizen gets it
	if (promised && !commitment(m.fp, opened).equals(promised)) return "refused";
	const atConsultant = code(c.nonce, toC, c.fp, m.fp);
	const atCitizen = code(opened, z.nonce, m.fp, z.fp);
	return atConsultant === atCitizen ? "not noticed" : "noticed";
}

describe("the spoken code with somebody in the middle", () => {
	it("differs in a million runs but for about one", { timeout: 300_000 }, () => {
		let unnoticed = 0;
		for (let i = 0; i < RUNS; i++) {
			const parts = draw();
			const { nonceToC, nonceToZ } = parts.attacker;
			const attack = { toConsultant: () => nonceToC, toCitizen: () => nonceToZ };
			const end = run(parts, attack, true);
			if (end === "not noticed") unnoticed++;
			assert.notEqual(end, "refused");
		}
		// One is expected; more than 8 happen once in a million honest runs of this test.
		assert.ok(unnoticed <= 8, `${unnoticed} of ${RUNS}`);
	});

	/** Nonces for both sides that give the same code: a birthday among a few thousand. */
	function collide({ consultant: c, citizen: z, attacker: m }, heard) {
		const seen = new Map();
		for (let n = 0; n < 20_000; n++) {
			const nonce = Buffer.alloc(32);
			nonce.writeUInt32BE(n);
			seen.set(code(heard.nonceC, nonce, c.fp, m.fp), nonce);
			const toConsultant = seen.get(code(nonce, heard.nonceZ, m.fp, z.fp));
			if (toConsultant) return { toConsultant, toCitizen: nonce, tries: n };
		}
		return undefined;
	}

	it("is forged every time by one who may choose last: why there is a commitment", () => {
		for (let i = 0; i < 20; i++) {
			const parts = draw();
			let found;
			const attack = {
				toConsultant(heard) {
					found = collide(parts, heard);
					assert.ok(found, "a few thousand tries are enough");
					return found.toConsultant;
				},
				toCitizen: () => found.toCitizen,
			};
			assert.equal(run(parts, attack, false), "not noticed");
		}
	});

	it("refuses the same attacker as soon as a nonce is promised first", () => {
		for (let i = 0; i < 20; i++) {
			const parts = draw();
			const attack = {
				toConsultant: () => parts.attacker.nonceToC,
				// The promise is blind; the best answer is known only when it is too late.
				toCitizen: (heard) =>
					heard.nonceC ? collide(parts, heard)?.toCitizen : parts.attacker.nonceToZ,
			};
			assert.equal(run(parts, attack, true), "refused");
		}
	});
});
