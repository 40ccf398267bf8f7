// SPDX-License-Identifier: MPL-2.0
// The spoken code: the pure arithmetic against a second implementation, both sides of a
// run against each other, a million simulated runs, and the attack that the commitment is
// there for: without it an attacker in the middle finds a matching code at once.
import assert from "node:assert/strict";
import { createHash, hkdfSync, randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { type CodeRun, runCode } from "../../web/src/media/code";
import type { SasBody } from "../../web/src/protocol/common";
import {
	type Bytes,
	commitment,
	fromBase64Url,
	fromFingerprint,
	type SasInputs,
	spokenCode,
	toBase64Url,
} from "../../web/src/protocol/sas";

const bytes = (length = 32): Bytes => new Uint8Array(randomBytes(length));

function context(meeting: string, epoch: number): Buffer {
	const all = Buffer.alloc(12);
	all.writeBigUInt64BE(BigInt(meeting));
	all.writeUInt32BE(epoch, 8);
	return all;
}

/** docs/protocol.md 5 once more, on node's own crypto. */
function codeNumber(i: SasInputs): number {
	const ikm = Buffer.concat([i.nonceC, i.nonceZ]);
	const info = Buffer.concat([context(i.meeting, i.epoch), i.fpC, i.fpZ]);
	const out = Buffer.from(hkdfSync("sha256", ikm, Buffer.alloc(0), info, 8));
	return Number(out.readBigUInt64BE() % 1_000_000n);
}

const shown = (n: number) =>
	String(n)
		.padStart(6, "0")
		.replace(/^(...)/, "$1 ");

function inputs(): SasInputs {
	return {
		meeting: String(randomBytes(6).readUIntBE(0, 6)),
		epoch: 1 + randomBytes(2).readUInt16BE(),
		fpC: bytes(),
		fpZ: bytes(),
		nonceC: bytes(),
		nonceZ: bytes(),
	};
}

describe("the arithmetic", () => {
	it("gives the code that a second implementation gives", async () => {
		for (let i = 0; i < 200; i++) {
			const i = inputs();
			assert.equal(await spokenCode(i), shown(codeNumber(i)));
		}
	});

	it("commits to meeting, epoch, fingerprint and nonce", async () => {
		const i = inputs();
		const hash = createHash("sha256")
			.update("samtale-sas-1")
			.update(context(i.meeting, i.epoch))
			.update(i.fpC)
			.update(i.nonceC);
		assert.deepEqual(Buffer.from(await commitment(i)), hash.digest());
	});

	it("keeps the largest meeting number whole", async () => {
		const i = { ...inputs(), meeting: "9999999999999999" };
		assert.equal(await spokenCode(i), shown(codeNumber(i)));
	});

	it("reads base64url and fingerprints back", () => {
		for (let n = 0; n < 64; n++) {
			const b = bytes();
			const text = toBase64Url(b);
			assert.equal(text, Buffer.from(b).toString("base64url"));
			assert.deepEqual(fromBase64Url(text), b);
			const hex = Buffer.from(b)
				.toString("hex")
				.replace(/..(?=.)/g, "$&:");
			assert.deepEqual(fromFingerprint(hex), b);
			assert.deepEqual(fromFingerprint(hex.toUpperCase()), b);
		}
	});
});

describe("a million runs", () => {
	// A counter in place of the nonces' bytes: the same distribution, a tenth of the time.
	it("spread evenly and agree on both sides", () => {
		const runs = 1_000_000;
		const ikm = randomBytes(64);
		const info = Buffer.concat([context("8121", 1), randomBytes(64)]);
		const empty = Buffer.alloc(0);
		const bins = new Uint32Array(100);
		const seen = new Set<number>();
		for (let n = 0; n < runs; n++) {
			ikm.writeUInt32BE(n);
			const out = Buffer.from(hkdfSync("sha256", ikm, empty, info, 8));
			const code = Number(out.readBigUInt64BE() % 1_000_000n);
			bins[Math.floor(code / 10_000)] = (bins[Math.floor(code / 10_000)] ?? 0) + 1;
			seen.add(code);
		}
		const expected = runs / bins.length;
		let chi = 0;
		for (const count of bins) chi += (count - expected) ** 2 / expected;
		// 99 degrees of freedom: above 170 once in 100,000 honest runs.
		assert.ok(chi < 170, `chi² ${chi}`);
		// 1 − 1/e of all codes appear in as many draws.
		assert.ok(Math.abs(seen.size / runs - (1 - Math.exp(-1))) < 0.005, `${seen.size}`);
	});
});

/** What runCode needs of an RTCCertificate. */
function certificate(der: Bytes) {
	const value = createHash("sha256")
		.update(der)
		.digest("hex")
		.replace(/..(?=.)/g, "$&:");
	return {
		expires: Date.now() + 1e9,
		getFingerprints: () => [{ algorithm: "sha-256", value }],
	};
}

interface Outcome {
	codes: string[];
	unsafe: number;
}

/** Both sides; `pass` may change, drop or repeat what goes from one to the other. */
function pair(
	pass: (body: SasBody, to: "consultant" | "citizen") => SasBody[] = (b) => [b],
) {
	const der = { consultant: bytes(300), citizen: bytes(300) };
	const outcome: Record<"consultant" | "citizen", Outcome> = {
		consultant: { codes: [], unsafe: 0 },
		citizen: { codes: [], unsafe: 0 },
	};
	const runs: Partial<Record<"consultant" | "citizen", CodeRun>> = {};
	for (const role of ["consultant", "citizen"] as const) {
		const other = role === "consultant" ? "citizen" : "consultant";
		runs[role] = runCode({
			meeting: "8121",
			epoch: 1,
			role,
			certificate: certificate(der[role]),
			send(body) {
				for (const passed of pass(body, other)) runs[other]?.receive(passed);
			},
			ready: (code) => outcome[role].codes.push(code),
			unsafe: () => {
				outcome[role].unsafe += 1;
			},
		});
	}
	return { der, outcome, consultant: runs.consultant, citizen: runs.citizen };
}

const settle = () => new Promise((done) => setTimeout(done, 60));
const exact = (b: Bytes): ArrayBuffer => b.slice().buffer;

async function finish(p: ReturnType<typeof pair>, fake?: Bytes) {
	p.citizen?.begin();
	p.consultant?.begin();
	p.citizen?.negotiated(exact(fake ?? p.der.consultant));
	p.consultant?.negotiated(exact(fake ?? p.der.citizen));
	const { consultant, citizen } = p.outcome;
	const said = (of: typeof citizen) => of.codes.length + of.unsafe;
	// Both say something in the end; a slow machine gets the time to.
	for (let i = 0; i < 10 && said(consultant) * said(citizen) === 0; i++) await settle();
	return p.outcome;
}

describe("a run between two pages", () => {
	it("ends in the same code on both sides", async () => {
		const { consultant, citizen } = await finish(pair());
		assert.equal(consultant.codes.length, 1);
		assert.match(consultant.codes[0] ?? "", /^\d{3} \d{3}$/);
		assert.deepEqual(citizen.codes, consultant.codes);
		assert.equal(consultant.unsafe + citizen.unsafe, 0);
	});

	it("gives no code before DTLS has shown a certificate", async () => {
		const p = pair();
		p.consultant?.begin();
		await settle();
		assert.deepEqual([p.outcome.consultant.codes, p.outcome.citizen.codes], [[], []]);
		p.citizen?.negotiated(exact(p.der.consultant));
		await settle();
		assert.equal(p.outcome.citizen.codes.length, 1);
	});

	it("stops when DTLS negotiated another certificate than was said", async () => {
		const { consultant, citizen } = await finish(pair(), bytes(300));
		assert.deepEqual([...consultant.codes, ...citizen.codes], []);
		assert.deepEqual([consultant.unsafe, citizen.unsafe], [1, 1]);
	});

	it("stops when the commitment does not open", async () => {
		const other = toBase64Url(bytes());
		const { citizen } = await finish(
			pair((b) => [b.step === 3 ? { ...b, nonce: other } : b]),
		);
		assert.deepEqual(citizen, { codes: [], unsafe: 1 });
	});

	it("stops when a step is repeated before the end or comes out of order", async () => {
		const twice = await finish(pair((b) => (b.step === 1 ? [b, b] : [b])));
		assert.deepEqual(twice.citizen, { codes: [], unsafe: 1 });
		const early: SasBody = {
			step: 3,
			epoch: 1,
			fp: toBase64Url(bytes()),
			nonce: toBase64Url(bytes()),
		};
		const skipped = await finish(pair((b) => (b.step === 1 ? [early, b] : [b])));
		assert.deepEqual(skipped.citizen, { codes: [], unsafe: 1 });
	});
});

describe("an attacker in the middle", () => {
	/** The attacker shows each side its own certificate and has one free nonce. */
	function victim() {
		const i = inputs();
		const attackerFp = bytes();
		const towardsCitizen = codeNumber({ ...i, fpC: attackerFp });
		return { i, attackerFp, towardsCitizen };
	}

	it("finds a matching code in moments when nobody commits", () => {
		// Without step 1 the attacker knows what the citizen will read out, and still may
		// choose the nonce for the consultant. A code of 4 digits keeps the test short; six
		// take 100 times as many tries and the real attack 8 ms.
		const { i, attackerFp, towardsCitizen } = victim();
		const small = 10_000;
		let tries = 0;
		for (const limit = small * 30; tries < limit; tries++) {
			const nonceZ = Buffer.alloc(32);
			nonceZ.writeUInt32BE(tries);
			const mine = codeNumber({ ...i, fpZ: attackerFp, nonceZ: new Uint8Array(nonceZ) });
			if (mine % small === towardsCitizen % small) break;
		}
		assert.ok(tries < small * 30, "the attack without a commitment must work");
	});

	it("has one blind guess when the consultant committed first", () => {
		// With step 1 the attacker must fix its nonce to the consultant before it learns
		// the consultant's, so each run is one draw of a million.
		let matched = 0;
		const runs = 20_000;
		for (let n = 0; n < runs; n++) {
			const { i, attackerFp, towardsCitizen } = victim();
			const blind = codeNumber({
				...i,
				fpZ: attackerFp,
				nonceZ: bytes(),
				nonceC: bytes(),
			});
			if (blind === towardsCitizen) matched += 1;
		}
		assert.ok(matched <= 2, `${matched} of ${runs}`);
	});
});
