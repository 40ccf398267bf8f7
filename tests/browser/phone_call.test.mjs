// SPDX-License-Identifier: MPL-2.0
//
// The consultant calls the citizen from her page, and what one says is what the other
// hears: before she knows who it is, in the talk, muted, on hold. A voicemail is heard by
// her alone. What is said of calls that nobody takes is in phone_outcomes.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsNothing, hearsTone, until } from "../lib/browsers.mjs";
import { assertCalm, named, press, shows, textOf } from "../lib/people.mjs";
import {
	CITIZEN_HERTZ,
	CITIZEN_NUMBER,
	OWN_HERTZ,
	openPhoneStage,
	VOICE,
} from "./phone_stage.mjs";

describe("a call through the trunk", { timeout: 120_000 }, () => {
	let stage;
	let page;
	before(async () => {
		stage = await openPhoneStage();
		page = stage.page;
	});
	after(() => stage?.stop());

	it("lets consultant and telephone hear each other, her alone before she knows who it is", async () => {
		await stage.meeting({ label: "Glad" });
		await stage.looks("phone-dial");
		await stage.ring();
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
		await stage.telephone.hearsTone(OWN_HERTZ);
		assert.match(await textOf(page), /Kun du hører telefonen/);
		await stage.looks("phone-answered");
		await press(page, "Det er borgeren");
		await named(page, "button", "Læg på").shown();
		await stage.bothHear();
		await stage.looks("phone-leg");
		const { text } = stage.exchange.placed.at(-1);
		assert.match(
			text,
			/^From: .*sip:\+4570101010@/im,
			"a number that can be called back",
		);
		const html = await page.content();
		assert.ok(!html.includes(CITIZEN_NUMBER.slice(3)), "no number on the page");
	});

	it("mutes and holds the telephone, and both go on afterwards", async () => {
		await press(page, "Slå telefonen fra");
		await shows(page, "Ingen hører telefonen");
		await hearsNothing(page, VOICE);
		await stage.telephone.hearsTone(OWN_HERTZ);
		await press(page, "Slå telefonen fra");
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
		await press(page, "Sæt på hold");
		await shows(page, "Telefonen er på hold");
		await stage.telephone.hearsNo(OWN_HERTZ);
		await stage.telephone.hearsAnything();
		await hearsNothing(page, VOICE);
		await stage.looks("phone-held");
		await press(page, "Sæt på hold");
		await stage.bothHear();
	});

	it("shows when the caller mutes the telephone by *6 and raises a hand by *1", async () => {
		await stage.telephone.press("*6");
		await shows(page, "Borgeren har selv slået lyden fra");
		await hearsNothing(page, VOICE);
		await stage.telephone.press("*6");
		await until(
			"the caller is heard again",
			() => textOf(page),
			(text) => !text.includes("slået lyden fra"),
		);
		await stage.telephone.press("*1");
		await shows(page, "Borgeren rækker hånden op");
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
	});

	it("says so when the citizen hangs up, and can ring again and hang up herself", async () => {
		stage.telephone.hangUp();
		await shows(page, "Der er lagt på");
		await stage.looks("phone-ended");
		await stage.talk();
		await stage.hangUp();
		await stage.telephone.hears("CALL_CLOSED");
		await named(page, "button", "Ring op her i browseren").shown();
		assertCalm(page);
	});

	it("lets her alone hear a voicemail that talks, and ends it by one click", async () => {
		await stage.meeting({ label: "Svarer" });
		await stage.ring();
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
		await press(page, "Det er en anden / Telefonsvarer");
		await stage.telephone.hears("CALL_CLOSED");
		await shows(page, "1 forsøg uden svar.");
		await named(page, "button", "Ring op her i browseren").shown();
		assert.doesNotMatch(await textOf(page), /I taler i telefon/);
	});
});
