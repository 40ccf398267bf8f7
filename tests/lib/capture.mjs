// SPDX-License-Identifier: MPL-2.0
//
// What really went over the wire, on this machine's own interface: every datagram with its
// time and ports, and the sound of those that are plain RTP. The proof of who was sent what.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;
const UDP = 17;

/** The UDP datagrams of a capture: { ms, from, to, payload }. */
function datagrams(bytes) {
	const all = [];
	let at = PCAP_HEADER;
	while (at + RECORD_HEADER <= bytes.length) {
		const ms = bytes.readUInt32LE(at) * 1000 + bytes.readUInt32LE(at + 4) / 1000;
		const length = bytes.readUInt32LE(at + 8);
		const ip = bytes
			.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length)
			.subarray(ETHERNET);
		at += RECORD_HEADER + length;
		if (ip.length < 28 || ip[0] >> 4 !== 4 || ip[9] !== UDP) continue;
		const udp = ip.subarray((ip[0] & 15) * 4);
		all.push({
			ms,
			from: udp.readUInt16BE(0),
			to: udp.readUInt16BE(2),
			payload: udp.subarray(8),
		});
	}
	return all;
}

/** RTP or SRTP; neither RTCP, STUN nor DTLS (RFC 7983, RFC 5761). */
export function isMedia({ payload }) {
	const kind = payload[1] & 0x7f;
	return payload.length > 12 && payload[0] >> 6 === 2 && (kind < 64 || kind > 95);
}

function fromLaw(code) {
	const even = code ^ 0x55;
	const segment = (even >> 4) & 7;
	const step = ((even & 15) << 4) + (segment === 0 ? 8 : 0x108);
	const size = segment > 1 ? step << (segment - 1) : step;
	return even & 0x80 ? size : -size;
}

/** The samples in packets of plain A-law, one after the other. */
export const soundOf = (packets) =>
	Int16Array.from(
		packets.flatMap(({ payload }) => [...payload.subarray(12)].map(fromLaw)),
	);

/** Captures what passes the loopback from now on. */
export async function startCapture() {
	const folder = await mkdtemp(join(tmpdir(), "samtale-capture-"));
	const file = join(folder, "udp.pcap");
	const child = spawn(
		"tcpdump",
		[
			"-i",
			"lo",
			"-n",
			"-U",
			"--immediate-mode",
			"-B",
			"8192",
			"-Z",
			"root",
			"-w",
			file,
			"udp and not port 53", // a question has a random first byte: it may look like RTP
		],
		{ stdio: ["ignore", "ignore", "pipe"] },
	);
	const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
	const { value } = await lines.next();
	if (!/listening on lo/.test(value ?? "")) throw new Error(`tcpdump: ${value}`);
	return {
		/** All so far. */
		taken: async () => datagrams(await readFile(file)),
		async stop() {
			child.kill("SIGTERM");
			if (child.exitCode === null) await once(child, "exit");
			await rm(folder, { recursive: true, force: true });
		},
	};
}
