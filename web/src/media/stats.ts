// SPDX-License-Identifier: MPL-2.0
// Reads RTCPeerConnection.getStats() down to one ladder sample. Browsers leave different
// things out; whatever is missing counts as nothing wrong.
import { isRecord } from "../protocol/decode";
import type { Sample } from "./ladder";

/** Running totals of the last reading. */
export interface Totals {
	bytes: number;
	packets: number;
	lost: number;
}

interface Reading {
	sample: Omit<Sample, "connected" | "expected" | "atMs">;
	totals: Totals;
}

type Entry = Record<string, unknown>;

function number(entry: Entry, key: string): number {
	const value = entry[key];
	return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function is(entry: Entry, key: string, ...values: unknown[]): boolean {
	return values.includes(entry[key]);
}

function selectedPair(entries: Map<string, Entry>): Entry | undefined {
	for (const entry of entries.values())
		if (is(entry, "type", "transport")) {
			const id = entry["selectedCandidatePairId"];
			if (typeof id === "string") return entries.get(id);
		}
	for (const entry of entries.values())
		if (
			is(entry, "type", "candidate-pair") &&
			(is(entry, "selected", true) ||
				(is(entry, "nominated", true) && is(entry, "state", "succeeded")))
		)
			return entry;
	return undefined;
}

function pairOf(entries: Map<string, Entry>) {
	const pair = selectedPair(entries);
	if (pair === undefined) return { roundTripMs: 0, sendKbps: undefined, overTcp: false };
	const bits = number(pair, "availableOutgoingBitrate");
	const local = entries.get(String(pair["localCandidateId"]));
	return {
		roundTripMs: number(pair, "currentRoundTripTime") * 1000,
		sendKbps: bits > 0 ? bits / 1000 : undefined,
		overTcp: local !== undefined && is(local, "relayProtocol", "tcp", "tls"),
	};
}

/** One reading; `last` is the totals of the reading before it, of the same connection. */
export async function readStats(pc: RTCPeerConnection, last: Totals): Promise<Reading> {
	const entries = new Map<string, Entry>();
	(await pc.getStats()).forEach((entry: unknown, id: string) => {
		if (isRecord(entry)) entries.set(id, entry);
	});
	const totals: Totals = { bytes: 0, packets: 0, lost: 0 };
	let theirLoss = 0;
	for (const entry of entries.values()) {
		if (is(entry, "type", "inbound-rtp")) {
			totals.bytes += number(entry, "bytesReceived");
			totals.packets += number(entry, "packetsReceived");
			totals.lost += number(entry, "packetsLost");
		} else if (is(entry, "type", "remote-inbound-rtp"))
			theirLoss = Math.max(theirLoss, number(entry, "fractionLost"));
	}
	const lost = Math.max(0, totals.lost - last.lost);
	const sent = lost + Math.max(0, totals.packets - last.packets);
	const ourLoss = sent > 20 ? lost / sent : 0;
	return {
		totals,
		sample: {
			...pairOf(entries),
			receivedBytes: Math.max(0, totals.bytes - last.bytes),
			loss: Math.max(ourLoss, theirLoss),
		},
	};
}
