// SPDX-License-Identifier: MPL-2.0
//
// Her own telephone first: the gateway rings her work number, then the citizen, and the two
// telephones talk in the same meeting while her page shows it. When hers drops out, the
// page takes over. Then the minutes, measured, and what the citizen's page says meanwhile.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsTone, startChromium } from "../lib/browsers.mjs";
import {
	admit,
	arrive,
	assertCalm,
	demoAccount,
	endMeeting,
	named,
	press,
	shows,
	textOf,
} from "../lib/people.mjs";
import { look, MINUTE_MS, PHONE } from "./life_stage.mjs";
import {
	CITIZEN_HERTZ,
	CITIZEN_NUMBER,
	OWN_HERTZ,
	openPhoneStage,
	VOICE,
} from "./phone_stage.mjs";

const HER_NUMBER = "+4532333435";
const HER_HERTZ = 700;
const MINUTES = 4;
const OWN_FIRST = "Ring mig op på min telefon først";

describe("her own telephone", { timeout: 180_000 }, () => {
	let stage;
	let page;
	let hers;
	let theirs;
	let citizen;
	before(async () => {
		stage = await openPhoneStage();
		page = stage.page;
		theirs = stage.telephone;
		hers = await stage.connect({ number: HER_NUMBER, hertz: HER_HERTZ });
		const { ca } = stage;
		const home = stage.keep(await startChromium({ ca, colour: "blue", context: PHONE }));
		const { name } = await demoAccount(stage.broker);
		await stage.broker.samtale("user", "phone", name, HER_NUMBER.slice(3));
		const { link } = await stage.meeting({ label: "To telefoner", by: "video" });
		citizen = await arrive(home, stage.broker, link, { camera: false });
		await admit(page, citizen);
		await press(page, "Telefon");
	});
	after(() => stage?.stop());

	it("rings first; nobody else is called before a key is pressed on it", async () => {
		await press(page, OWN_FIRST);
		await shows(page, "Tryk på en tast på din telefon.");
		await hers.hears("CALL_ESTABLISHED");
		await hers.hearsAnything();
		await stage.looks("phone-own-answered");
		assert.deepEqual(
			stage.exchange.placed.map(({ number }) => number),
			[HER_NUMBER],
		);
		await shows(citizen, "Mette ringer om lidt");
	});

	it("then the citizen's, and the two hear each other before and after she presses 1", async () => {
		await hers.press("5");
		await theirs.hears("CALL_ESTABLISHED");
		await named(page, "button", "Det er borgeren").shown();
		await shows(page, "Du kan også trykke 1 på din telefon");
		await stage.looks("phone-own-talks");
		await shows(citizen, "Mette ringer til dig nu");
		await look(citizen, "phone-own-citizen-rings");
		await hers.hearsTone(CITIZEN_HERTZ);
		await theirs.hearsTone(HER_HERTZ);
		await hers.press("1");
		await named(page, "button", "Læg på").shown();
		await hers.hearsTone(CITIZEN_HERTZ);
		await theirs.hearsTone(HER_HERTZ);
		assert.equal(stage.exchange.placed[1].number, CITIZEN_NUMBER);
	});

	it("is told to the citizen's page as a telephone talk, without a lock or a number", async () => {
		await shows(citizen, "I taler i telefon");
		await look(citizen, "phone-own-citizen");
		const text = await textOf(citizen);
		assert.doesNotMatch(text, /^Krypteret/m);
		assert.ok(!text.includes(HER_NUMBER.slice(3)), "her number on the citizen's page");
		await theirs.hearsNo(OWN_HERTZ);
	});

	it("may drop out: the page takes over in the same talk", async () => {
		await stage.broker.samtale("clock", "shift", String(MINUTES * MINUTE_MS));
		hers.hangUp();
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
		await theirs.hearsTone(OWN_HERTZ);
		await shows(page, "I taler i telefon");
	});

	it("leaves measured minutes of one meeting", async () => {
		theirs.forget();
		await endMeeting(page);
		await theirs.hears("CALL_CLOSED", 20_000);
		const text = await textOf(page);
		assert.match(text, /[45] min\.\s*Telefon/, "four, and what this story took");
		assert.doesNotMatch(text, /oplyst af dig/);
		await shows(citizen, "Tak for samtalen");
		assertCalm(page);
		assertCalm(citizen);
	});

	it("that is not answered calls nobody, and says which telephone it was", async () => {
		await stage.meeting({ label: "Tager den ikke" });
		stage.exchange.rule(HER_NUMBER, { code: 486 });
		const before = stage.exchange.placed.length;
		await press(page, OWN_FIRST);
		await shows(page, "Vi fik ikke fat i dig på din telefon.");
		assert.equal(stage.exchange.placed.length, before + 1);
		await stage.looks("phone-own-failed");
	});
});
