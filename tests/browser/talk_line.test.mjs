// SPDX-License-Identifier: MPL-2.0
//
// A talk over a line that fails: losses, a short cut that heals by itself, a long one that
// an ICE restart heals. Both are told in time, only the consultant is offered the telephone,
// and the talk goes on in the same connection without a new admission.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as during } from "node:timers/promises";
import { hearsTone, seesColour, until } from "../lib/browsers.mjs";
import {
	assertCalm,
	CITIZEN,
	CONSULTANT,
	framesOf,
	isConnected,
	shows,
	textOf,
} from "../lib/people.mjs";
import { flows, openStage } from "./talk_stage.mjs";

const CITIZEN_TROUBLE = "Forbindelsen er væk et øjeblik. Bliv her. Vi prøver igen.";
const CONSULTANT_TROUBLE = "Forbindelsen er væk. Vi prøver igen.";
const OFFER = "Lyd og billede er væk. Skal I fortsætte i telefonen?";

describe("a talk over a line that fails", { timeout: 180_000 }, () => {
	let stage;
	let consultant;
	let citizen;

	before(async () => {
		stage = await openStage({ far: true });
		({ consultant } = stage);
		citizen = await stage.meet();
		await flows([consultant, citizen]);
	});
	after(() => stage?.stop());

	const count = async (page, type) =>
		(await framesOf(page)).filter((message) => message.type === type).length;
	async function sameConnection(page) {
		const peers = await page.evaluate(() => window.seen.peers.length);
		assert.equal(peers, 1, "one connection all the time");
		assert.equal(await count(page, "start"), 1, "one epoch all the time");
	}
	const offers = async () =>
		(await framesOf(citizen)).filter((message) => message.kind === "offer").length;

	/** Cuts the line for `ms` from now, and mends it; `meanwhile` runs beside it. */
	async function cut(ms, meanwhile) {
		await stage.line.set({ cut: true });
		const mended = during(ms).then(() => stage.line.set({ cut: false }));
		try {
			await meanwhile(Date.now());
		} finally {
			await mended;
		}
		return Date.now();
	}

	it("goes on with 5 % of all packets lost", async () => {
		await stage.line.set({ loss: 5 });
		await during(8_000); // long enough to step down, if the ladder wanted to
		await flows([consultant, citizen]);
		await hearsTone(consultant, CONSULTANT.voice, 880);
		await hearsTone(citizen, CITIZEN.voice, 440);
		await seesColour(consultant, CONSULTANT.theirs, "blue");
		await seesColour(citizen, CITIZEN.theirs, "red");
		for (const page of [consultant, citizen])
			assert.doesNotMatch(await textOf(page), /væk/, "nobody is worried");
		await stage.line.set({ loss: 0 });
	});

	it("says so within 3 s of a cut, offers the call after 6, and heals by itself", async (t) => {
		const waits = {};
		const mended = await cut(10_000, async (begun) => {
			const after = async (what, page, words) => {
				await shows(page, words);
				waits[what] = Date.now() - begun;
			};
			await Promise.all([
				after("citizen", citizen, CITIZEN_TROUBLE),
				after("consultant", consultant, CONSULTANT_TROUBLE),
				after("offer", consultant, OFFER),
			]);
			assert.ok(!(await textOf(citizen)).includes("telefonen?"));
		});
		// A second for the sample, one for a busy machine.
		assert.ok(waits.citizen > 1000 && waits.citizen < 5500, `citizen ${waits.citizen}`);
		assert.ok(waits.consultant < 5500, `consultant ${waits.consultant}`);
		assert.ok(waits.offer > 5500 && waits.offer < 8500, `offer ${waits.offer}`);
		await flows([consultant, citizen]);
		t.diagnostic(
			`words ${JSON.stringify(waits)} ms; back ${Date.now() - mended} ms after`,
		);
		await isConnected(consultant, citizen);
		await until(
			"the offer is gone",
			async () => !(await textOf(consultant)).includes(OFFER),
		);
		for (const page of [consultant, citizen]) await sameConnection(page);
	});

	it("comes back after 30 s by an ICE restart of the same connection", async (t) => {
		const mended = await cut(30_000, () => shows(citizen, CITIZEN_TROUBLE));
		await flows([consultant, citizen], 30_000);
		t.diagnostic(`media back ${Date.now() - mended} ms after the cut of 30 s`);
		await isConnected(consultant, citizen);
		await hearsTone(consultant, CONSULTANT.voice, 880, 20_000);
		await hearsTone(citizen, CITIZEN.voice, 440, 20_000);
		assert.ok((await offers()) > 1, "ICE was restarted");
		for (const page of [consultant, citizen]) {
			await sameConnection(page);
			assertCalm(page);
		}
	});
});
