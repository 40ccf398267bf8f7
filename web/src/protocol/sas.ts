// SPDX-License-Identifier: MPL-2.0
// The arithmetic of the spoken code, exactly docs/protocol.md 5. Pure: bytes in, bytes out.
// Who sends which step, and when, is media/code.ts.

export type Bytes = Uint8Array<ArrayBuffer>;

export interface SasInputs {
	/** Decimal digits. */
	meeting: string;
	epoch: number;
	/** SHA-256 over the DER certificate of the consultant (C) and of the citizen (Z). */
	fpC: Bytes;
	fpZ: Bytes;
	nonceC: Bytes;
	nonceZ: Bytes;
}

function join(...parts: Bytes[]): Bytes {
	const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

/** `meeting` as 8 bytes and `epoch` as 4, big-endian. */
function context(meeting: string, epoch: number): Bytes {
	const bytes = new Uint8Array(12);
	const view = new DataView(bytes.buffer);
	view.setBigUint64(0, BigInt(meeting));
	view.setUint32(8, epoch);
	return bytes;
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
	return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function commitment(
	i: Pick<SasInputs, "meeting" | "epoch" | "fpC" | "nonceC">,
): Promise<Bytes> {
	const label = new Uint8Array(new TextEncoder().encode("samtale-sas-1"));
	return sha256(join(label, context(i.meeting, i.epoch), i.fpC, i.nonceC));
}

/** The code as it is shown, `123 456`. */
export async function spokenCode(i: SasInputs): Promise<string> {
	const key = await crypto.subtle.importKey(
		"raw",
		join(i.nonceC, i.nonceZ),
		"HKDF",
		false,
		["deriveBits"],
	);
	const info = join(context(i.meeting, i.epoch), i.fpC, i.fpZ);
	const salt = new Uint8Array(0);
	const bits = await crypto.subtle.deriveBits(
		{ name: "HKDF", hash: "SHA-256", salt, info },
		key,
		64,
	);
	const digits = String(new DataView(bits).getBigUint64(0) % 1_000_000n).padStart(6, "0");
	return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}

export function sameBytes(a: Bytes, b: Bytes): boolean {
	return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function toBase64Url(bytes: Bytes): string {
	return btoa(String.fromCharCode(...bytes))
		.replaceAll("+", "-")
		.replaceAll("/", "_")
		.replaceAll("=", "");
}

/** The inverse, for text that a decoder has already matched; throws on anything else. */
export function fromBase64Url(text: string): Bytes {
	const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
	return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

/** `AB:CD:…` as RTCCertificate.getFingerprints() writes it, in either case. */
export function fromFingerprint(value: string): Bytes {
	return Uint8Array.from(value.split(":"), (hex) => Number.parseInt(hex, 16));
}
