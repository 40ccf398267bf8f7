// SPDX-License-Identifier: MPL-2.0
//
// Where a relay is configured, neither side learns the other's address: a talk between two
// networks runs through coturn over UDP, and over TCP and TLS where UDP is blocked, and
// nothing but relay candidates is ever on the wire.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsTone, seesColour } from "../lib/browsers.mjs";
import { assertCalm, CITIZEN, CONSULTANT, endMeeting, framesOf } from "../lib/people.mjs";
import { FAR, openStage, toDay } from "./talk_stage.mjs";

describe("a talk through a relay", { timeout: 120_000 }, () => {
	let stage;

	before(async () => {
		stage = await openStage({ far: true, relay: true });
	});
	after(() => stage?.stop());

	/** How the page reaches the relay, as the browser says it. */
	const wayOf = (page) =>
		page.evaluate(async () => {
			const open = window.seen.peers.find((p) => p.connectionState === "connected");
			const stats = await open.getStats();
			const transport = [...stats.values()].find((s) => s.type === "transport");
			const pair = stats.get(transport.selectedCandidatePairId);
			const local = stats.get(pair.localCandidateId);
			return `${local.candidateType} ${local.relayProtocol}`;
		});

	/** Every candidate that the page sent or got, in messages and in descriptions. */
	async function candidatesOf(page) {
		const signals = (await framesOf(page)).filter((m) => m.type === "signal");
		const alone = signals.flatMap((m) => m.candidates ?? []).map((c) => c.candidate);
		const inside = signals.flatMap((m) => m.sdp?.match(/^a=candidate:.*$/gm) ?? []);
		return [...alone, ...inside].filter((line) => line !== "");
	}

	for (const way of ["udp", "tcp", "tls"])
		it(`goes over ${way}${way === "udp" ? "" : ", where UDP is blocked"}`, async () => {
			const { broker, consultant, line, turn } = stage;
			const media = { ...turn.settings, turn_urls: turn.urls[way] };
			await broker.writeConfig({ media: { ...media, p2p: "deny" } });
			await broker.restart();
			await line.set({ udp: way === "udp" });
			const citizen = await stage.meet();
			await seesColour(consultant, CONSULTANT.theirs, "blue");
			await seesColour(citizen, CITIZEN.theirs, "red");
			await hearsTone(consultant, CONSULTANT.voice, 880);
			await hearsTone(citizen, CITIZEN.voice, 440);
			assert.equal(await wayOf(citizen), `relay ${way}`);
			for (const page of [consultant, citizen]) {
				const lines = await candidatesOf(page);
				assert.ok(lines.length >= 2, "candidates went both ways");
				const others = lines.filter((candidate) => !/ typ relay /.test(candidate));
				assert.deepEqual(others, []);
			}
			const heard = JSON.stringify(await framesOf(consultant));
			assert.ok(!heard.includes(FAR), "the citizen's address reached nobody");
			await endMeeting(consultant);
			await toDay(consultant);
			assertCalm(citizen);
			await citizen.close();
		});
});
