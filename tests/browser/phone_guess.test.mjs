// SPDX-License-Identifier: MPL-2.0
//
// Wrong digits: whoever could not get through is called back instead of left with a dead
// line, and however many guess at once, nobody joins.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { until } from "../lib/browsers.mjs";
import { assertCalm, framesOf, shows, textOf } from "../lib/people.mjs";
import { toDay } from "./life_stage.mjs";
import { openPhoneStage } from "./phone_stage.mjs";

const CALLER = "+4520304050";
const STRANGER = "+4520306050";
const GUESSERS = 5;

describe("wrong digits", { timeout: 180_000 }, () => {
	let stage;
	let page;
	let leaving = [];
	before(async () => {
		stage = await openPhoneStage();
		page = stage.page;
	});
	after(() => stage?.stop());

	/** Calls and types three times; `pinOf(try)` comes after the number. */
	async function guess(telephone, number, pinOf) {
		telephone.dial(stage.trunk.sip_port);
		await telephone.hears("CALL_ESTABLISHED");
		await telephone.hearsAnything();
		for (let i = 0; i < 3; i++) {
			await telephone.press(number);
			await telephone.press(pinOf(i));
		}
	}
	const isLetGo = (telephone) => telephone.hears("CALL_CLOSED", 45_000);
	/** Wrong for sure, whatever the right one is. */
	const wrong = (pin) => (i) =>
		String((Number(pin) + 1 + i) % 1_000_000).padStart(6, "0");

	it("are a wish to be called at the meeting that they name, else one that the team sees", async () => {
		const [nowhere, somewhere] = await Promise.all(
			[STRANGER, CALLER].map((number) => stage.connect({ number })),
		);
		const meeting = await stage.meeting({ label: "Forkert", phone: "" });
		await Promise.all([
			guess(nowhere, "99999999", () => "123456"),
			guess(somewhere, meeting.number, wrong(meeting.pin)),
		]);
		await shows(page, /selv skrevet et nummer: (\+45)? ?20 ?30 ?40 ?50/);
		await stage.looks("phone-guess-wish");
		await toDay(page, stage.broker);
		await shows(page, "Vil ringes op (1)");
		await shows(page, /50 · ringede/);
		await stage.looks("phone-call-backs");
		await page.getByRole("button", { name: /^Vis nummeret, / }).click();
		await shows(page, /20 ?30 ?60 ?50/);
		await page.getByRole("button", { name: /^Klaret, / }).click();
		await until(
			"nobody is to be called",
			() => textOf(page),
			(text) => !text.includes("50 · ringede"),
		);
		leaving = [nowhere, somewhere].map(isLetGo); // their goodbye is long
	});

	it("of five who guess at once lead nobody into a meeting that exists", async () => {
		const meeting = await stage.meeting({ label: "Gæt", phone: "" });
		const number = (i) => (i < 3 ? `+452211330${i}` : "anonymous");
		const guessers = await Promise.all(
			Array.from({ length: GUESSERS }, (_, i) => stage.connect({ number: number(i) })),
		);
		await Promise.all(
			guessers.map(async (one) => {
				await guess(one, meeting.number, wrong(meeting.pin));
				await isLetGo(one);
			}),
		);
		await Promise.all(leaving);
		const lobbies = (await framesOf(page)).filter((m) => m.guests?.length > 0);
		assert.deepEqual(lobbies, [], "somebody was in the lobby");
		await shows(page, "Der er ikke kommet nogen endnu.");
		for (const said of [meeting.number, meeting.pin, CALLER.slice(3), STRANGER.slice(3)])
			assert.ok(!stage.broker.log.includes(said), "digits and numbers in the log");
		assertCalm(page);
	});
});
