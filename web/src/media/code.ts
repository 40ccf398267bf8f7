// SPDX-License-Identifier: MPL-2.0
// One run of the spoken code (docs/protocol.md 5) beside one epoch's connection. The
// consultant commits first; each side uses its own certificate and what DTLS really
// negotiated for the other's. Anything out of order, a commitment that does not open or a
// fingerprint that differs ends in unsafe(), once, and never in a code.
import type { SasBody } from "../protocol/common";
import {
	type Bytes,
	commitment,
	fromBase64Url,
	fromFingerprint,
	sameBytes,
	sha256,
	spokenCode,
	toBase64Url,
} from "../protocol/sas";

interface CodeRunOptions {
	meeting: string;
	epoch: number;
	role: "consultant" | "citizen";
	certificate: RTCCertificate;
	send(body: SasBody): void;
	/** Both steps and DTLS are done; the code is final for this epoch. */
	ready(code: string): void;
	/** Somebody may be in between; nothing more will come. */
	unsafe(): void;
}

export interface CodeRun {
	/** Begins; the citizen's side only waits. */
	begin(): void;
	receive(body: SasBody): void;
	/** The other side's certificate as DTLS negotiated it, DER. */
	negotiated(der: ArrayBuffer): void;
	stop(): void;
}

interface Other {
	fp: Bytes;
	nonce: Bytes;
}

function fingerprint(certificate: RTCCertificate): Bytes {
	const found = certificate
		.getFingerprints()
		.find((f) => f.algorithm?.toLowerCase() === "sha-256");
	if (found?.value === undefined) throw new Error("no sha-256 fingerprint");
	return fromFingerprint(found.value);
}

export function runCode(options: CodeRunOptions): CodeRun {
	const { meeting, epoch, role } = options;
	const nonce: Bytes = crypto.getRandomValues(new Uint8Array(32));
	let chain: Promise<void> = Promise.resolve();
	let over = false;
	let expected: SasBody["step"] | 0 = role === "citizen" ? 1 : 2;
	let promised: Bytes | undefined;
	let other: Other | undefined;
	let seen: Bytes | undefined;
	let own: Bytes | undefined;

	function fail(): void {
		if (over) return;
		over = true;
		options.unsafe();
	}

	/** One step after the other; a fault in any of them is never a code. */
	function then(act: () => Promise<void>): void {
		chain = chain.then(() => (over ? undefined : act())).catch(fail);
	}

	function inputs(with_: Other) {
		own ??= fingerprint(options.certificate);
		return role === "consultant"
			? { meeting, epoch, fpC: own, nonceC: nonce, fpZ: with_.fp, nonceZ: with_.nonce }
			: { meeting, epoch, fpC: with_.fp, nonceC: with_.nonce, fpZ: own, nonceZ: nonce };
	}

	async function finish(): Promise<void> {
		if (other === undefined || seen === undefined || expected !== 0) return;
		if (!sameBytes(other.fp, seen)) return fail();
		const code = await spokenCode(inputs(other));
		if (over) return;
		over = true;
		options.ready(code);
	}

	function reveal(step: 2 | 3): void {
		own ??= fingerprint(options.certificate);
		const body = { epoch, fp: toBase64Url(own), nonce: toBase64Url(nonce) };
		options.send({ step, ...body });
	}

	async function take(body: SasBody): Promise<void> {
		if (body.step !== expected) return fail();
		if (body.step === 1) {
			promised = fromBase64Url(body.commit);
			expected = 3;
			reveal(2);
			return;
		}
		other = { fp: fromBase64Url(body.fp), nonce: fromBase64Url(body.nonce) };
		if (body.step === 3) {
			const opened = await commitment(inputs(other));
			if (promised === undefined || !sameBytes(opened, promised)) return fail();
		} else reveal(3);
		expected = 0;
		await finish();
	}

	async function commit(): Promise<void> {
		own ??= fingerprint(options.certificate);
		const bytes = await commitment({ meeting, epoch, fpC: own, nonceC: nonce });
		options.send({ step: 1, epoch, commit: toBase64Url(bytes) });
	}

	return {
		begin: () => {
			if (role === "consultant") then(commit);
		},
		receive: (body) => then(() => take(body)),
		negotiated: (der) =>
			then(async () => {
				const now = await sha256(new Uint8Array(der));
				if (seen !== undefined && !sameBytes(seen, now)) return fail();
				seen = now;
				await finish();
			}),
		stop: () => {
			over = true;
		},
	};
}
