// SPDX-License-Identifier: MPL-2.0
//
// A citizen without a microphone that works: refused, missing, taken by another program.
// The page helps, the consultant sees which it is, and the citizen can come in all the
// same or be called.

import { after, before, describe, it } from "node:test";
import { hearsTone, startChromium } from "../lib/browsers.mjs";
import { CITIZEN, isConnected, openLink, press, shows } from "../lib/people.mjs";
import { look, openStage, PHONE } from "./life_stage.mjs";

const CASES = [
	{
		name: "refused",
		devices: "refused",
		citizen: "Mikrofonen er slået fra",
		consultant: "Har sagt nej til mikrofon",
	},
	{
		name: "missing",
		devices: "none",
		citizen: "Vi kan ikke finde en mikrofon",
		consultant: "Har ingen mikrofon",
	},
	{
		name: "busy",
		devices: "fake",
		init: () => {
			MediaDevices.prototype.getUserMedia = () =>
				Promise.reject(new DOMException("in use", "NotReadableError"));
		},
		citizen: "Vi kan ikke bruge mikrofonen",
		consultant: "Mikrofonen er optaget",
	},
];

describe("a citizen without a microphone", { timeout: 120_000 }, () => {
	let stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.stop());

	for (const { name, devices, init, ...words } of CASES)
		it(`is helped, seen and let in when it is ${name}`, async () => {
			const { page, broker, ca } = stage;
			const browser = await startChromium({ ca, devices, context: PHONE });
			stage.stops.push(browser.stop);
			const { link } = await stage.meeting({ label: name, phone: "21436587" });
			const profile = await browser.browser.newContext(PHONE);
			if (init) await profile.addInitScript(init);
			const citizen = await openLink(browser, broker, link, { profile });
			await press(citizen, "Start");
			await press(citizen, "Kun lyd");
			await shows(citizen, words.citizen);
			await look(citizen, `devices-${name}`);
			await shows(page, words.consultant);
			await look(page, `devices-${name}-staff`);
			await citizen.getByText("Ring til mig i stedet").click();
			await press(citizen, "Ring til mig");
			await shows(page, "Borgeren vil gerne ringes op.");
			await press(citizen, "Fortryd. Jeg vil ikke ringes op");
			await citizen.getByText("Ring til mig i stedet").click();
			await press(citizen, "Gå videre uden mikrofon");
			await shows(citizen, "Du er det rigtige sted");
			await press(page, "Luk ind");
			await isConnected(page, citizen);
			await hearsTone(citizen, CITIZEN.voice, 440);
			await look(citizen, `devices-${name}-talk`);
		});
});
