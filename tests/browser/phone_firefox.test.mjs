// SPDX-License-Identifier: MPL-2.0
//
// Firefox as the consultant's browser: it calls through the trunk, and both hear each other.

import { after, before, describe, it } from "node:test";
import { hearsNothing, hearsTone, startFirefox } from "../lib/browsers.mjs";
import { assertCalm, book, named, openCard, press, shows } from "../lib/people.mjs";
import { CITIZEN_NUMBER, openPhoneStage, VOICE } from "./phone_stage.mjs";

const FIREFOX_HERTZ = 1000; // its own fake microphone
const CITIZEN_HERTZ = 700;

describe("Firefox and the telephone", { timeout: 90_000 }, () => {
	let stage;
	let page;
	before(async () => {
		stage = await openPhoneStage({
			start: startFirefox,
			telephone: { hertz: CITIZEN_HERTZ },
			address: "10.77.0.1", // it refuses to send to 127.0.0.1
		});
		page = stage.page;
		await book(page, { now: true, by: "phone", phone: CITIZEN_NUMBER.slice(3) });
		await openCard(page);
	});
	after(() => stage?.stop());

	async function bothHear() {
		await stage.telephone.hearsTone(FIREFOX_HERTZ);
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
	}

	it("calls, hears and is heard before and after it knows who it is", async () => {
		await stage.ring();
		await bothHear();
		await press(page, "Det er borgeren");
		await named(page, "button", "Læg på").shown();
		await bothHear();
	});

	it("holds the telephone and takes it back", async () => {
		await press(page, "Sæt på hold");
		await stage.telephone.hearsNo(FIREFOX_HERTZ);
		await hearsNothing(page, VOICE);
		await press(page, "Sæt på hold");
		await bothHear();
	});

	it("goes on over a reload, and says when the citizen hangs up", async () => {
		await page.reload();
		await named(page, "button", "Læg på").shown();
		await bothHear();
		stage.telephone.hangUp();
		await shows(page, "Der er lagt på");
		assertCalm(page);
	});
});
