// SPDX-License-Identifier: MPL-2.0
//
// The consultant calls the citizen from her page: what the trunk does is what she reads,
// and what one says is what the other hears.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsNothing, hearsTone, until } from "../lib/browsers.mjs";
import { assertCalm, named, press, shows, textOf } from "../lib/people.mjs";
import {
	CITIZEN_HERTZ,
	CITIZEN_NUMBER,
	OWN_HERTZ,
	openPhoneStage,
	trunkIs,
	VOICE,
} from "./phone_stage.mjs";

describe("a call through the trunk", { timeout: 240_000 }, () => {
	let stage;
	let page;
	before(async () => {
		stage = await openPhoneStage();
		page = stage.page;
	});
	after(() => stage?.stop());

	it("lets consultant and telephone hear each other, her alone before she knows who it is", async () => {
		await stage.meeting({ label: "Glad" });
		await stage.ring();
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
		await stage.telephone.hearsTone(OWN_HERTZ);
		assert.match(await textOf(page), /Kun du hører telefonen/);
		await press(page, "Det er borgeren");
		await named(page, "button", "Læg på").shown();
		await stage.bothHear();
		assert.ok(!(await textOf(page)).includes(CITIZEN_NUMBER.slice(3)), "no number on the page");
	});

	it("mutes and holds the telephone, and both go on afterwards", async () => {
		await press(page, "Slå telefonen fra");
		await hearsNothing(page, VOICE);
		await press(page, "Slå telefonen fra");
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
		await press(page, "Sæt på hold");
		await stage.telephone.hearsNo(OWN_HERTZ);
		await press(page, "Sæt på hold");
		await stage.bothHear();
	});

	it("shows when the caller mutes the telephone by *6 and raises a hand by *1", async () => {
		await stage.telephone.press("*6");
		await shows(page, "Borgeren har selv slået lyden fra");
		await stage.telephone.press("*6");
		await until(
			"the caller is heard again",
			() => textOf(page),
			(text) => !text.includes("slået lyden fra"),
		);
		await stage.telephone.press("*1");
		await shows(page, "Borgeren rækker hånden op");
	});

	it("says so when the citizen hangs up, and can ring again", async () => {
		stage.telephone.hangUp();
		await shows(page, "Der er lagt på");
		await stage.talk();
		await press(page, "Læg på");
		await page.locator("dialog button[type=submit]").click();
		await stage.telephone.hears("CALL_CLOSED");
		await named(page, "button", "Ring op her i browseren").shown();
		assertCalm(page);
	});

	it("keeps the talk over a reload of her page and a restart of the broker", async () => {
		await stage.talk();
		await page.reload();
		await named(page, "button", "Læg på").shown();
		await stage.bothHear();
		await stage.broker.restart("SIGKILL");
		await shows(page, "Læg på");
		await stage.bothHear();
		stage.telephone.hangUp();
		await shows(page, "Der er lagt på");
	});

	it("tells her when the trunk goes down and comes back", async () => {
		await stage.telephone.end("SIGKILL");
		await press(page, "Ring op her i browseren");
		await shows(page, "Telefonlinjen er nede", 10_000);
		await stage.telephone.start();
		await trunkIs(stage.broker, "up", 60_000);
	});
});
