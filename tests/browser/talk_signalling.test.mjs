// SPDX-License-Identifier: MPL-2.0
//
// The broker goes away while two people talk: stopped for 5 s and started again, killed and
// started again. Pictures and tones never stop, both pages come back by themselves, nobody
// is admitted anew, and the meeting can still be ended as one.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsTone, until } from "../lib/browsers.mjs";
import {
	CITIZEN,
	CONSULTANT,
	endMeeting,
	framesOf,
	press,
	shows,
	textOf,
} from "../lib/people.mjs";
import { flows, longestGap, openStage, watchGaps } from "./talk_stage.mjs";

// A picture comes every 33 ms; a machine that starts a broker meanwhile may be late.
const GAP_MS = 1500;

describe("a talk while the broker is away", { timeout: 90_000 }, () => {
	let stage;
	let consultant;
	let citizen;

	before(async () => {
		stage = await openStage();
		({ consultant } = stage);
		citizen = await stage.meet();
		await flows([consultant, citizen]);
		await press(consultant, "Sikkerhedskode");
		await until("a code", () => textOf(consultant, ".code.digits"));
		await press(consultant, "Det passer");
		await shows(citizen, "Krypteret og bekræftet");
	});
	after(() => stage?.stop());

	const count = async (page, type) =>
		(await framesOf(page)).filter((message) => message.type === type).length;

	for (const [what, signal, awayMs] of [
		["stopped for 5 s", "SIGTERM", 5000],
		["killed", "SIGKILL", 0],
	])
		it(`goes on while the broker is ${what}, and both pages come back`, async (t) => {
			await watchGaps(consultant, CONSULTANT.theirs);
			await watchGaps(citizen, CITIZEN.theirs);
			const keeps = await Promise.all([consultant, citizen].map((p) => count(p, "keep")));
			const gone = stage.broker.restart(signal, { awayMs });
			if (awayMs > 0) {
				await shows(citizen, "Vi mister siden lidt. I kan stadig tale sammen.");
				await hearsTone(citizen, CITIZEN.voice, 440);
				await hearsTone(consultant, CONSULTANT.voice, 880);
			}
			await gone;
			const up = Date.now();
			for (const [i, page] of [consultant, citizen].entries())
				await until(
					"kept",
					() => count(page, "keep"),
					(n) => n > keeps[i],
				);
			t.diagnostic(`both pages back ${Date.now() - up} ms after the broker`);
			await flows([consultant, citizen]);
			for (const page of [consultant, citizen]) {
				const gap = await longestGap(page);
				assert.ok(gap < GAP_MS, `no picture for ${gap} ms`);
				assert.equal(await count(page, "start"), 1, "one epoch all the time");
			}
			assert.equal(await count(consultant, "admit"), 1, "nobody was admitted anew");
			const places = (await framesOf(citizen))
				.filter((message) => message.type === "state")
				.map((message) => message.place);
			const since = places.slice(places.indexOf("admitted"));
			assert.ok(
				since.every((place) => place === "admitted"),
				"never back in the lobby",
			);
			await shows(citizen, "Krypteret og bekræftet");
			await shows(consultant, "Identitet: Bekræftet");
		});

	it("ends as the one meeting that it was", async () => {
		await endMeeting(consultant);
		await shows(citizen, "Tak for samtalen");
		await until("the line", () => textOf(consultant, ".pasteline"));
	});
});
