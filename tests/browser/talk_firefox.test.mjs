// SPDX-License-Identifier: MPL-2.0
//
// Firefox and Chromium meet, each in each role: pictures and tones arrive, the line of text
// goes both ways, the spoken codes are the same, and the end reaches both.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startBroker } from "../lib/broker.mjs";
import {
	assertQuiet,
	hearsTone,
	pixelOf,
	seesColour,
	startChromium,
	startFirefox,
	until,
} from "../lib/browsers.mjs";
import {
	admit,
	arrive,
	book,
	CITIZEN,
	CONSULTANT,
	cameraOn,
	endMeeting,
	openCard,
	press,
	shows,
	signIn,
	stillOpen,
	textOf,
} from "../lib/people.mjs";

const FIREFOX_HERTZ = 1000; // its own fake microphone

describe("a talk between Firefox and Chromium", { timeout: 120_000 }, () => {
	const stops = [];
	let broker;
	let red;
	let firefox;

	before(async () => {
		broker = await startBroker();
		stops.push(broker.stop);
		const { ca } = broker.certificates;
		red = await startChromium({ ca, colour: "red", hertz: 440 });
		stops.push(red.stop);
		firefox = await startFirefox({ ca });
		stops.push(firefox.stop);
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});

	async function meet(consultants, citizens) {
		const consultant = await signIn(consultants, broker);
		const { link } = await book(consultant, { label: "Plan" });
		await openCard(consultant);
		const citizen = await arrive(citizens, broker, link);
		await cameraOn(consultant);
		await admit(consultant, citizen);
		return { consultant, citizen };
	}

	/** Firefox's fake camera has no colour of its own: it must be there and change. */
	async function seesMoving(page, selector) {
		const first = await until("a picture", () => pixelOf(page, selector));
		await until(
			"another picture",
			() => pixelOf(page, selector),
			(now) => now !== null && now.join() !== first.join(),
		);
	}

	async function write(consultant, citizen) {
		await press(consultant, "Skriv");
		await consultant.locator("#line").fill("Hej fra os");
		await press(consultant, "Send");
		await shows(citizen, "Hej fra os");
		await citizen.locator("#text-line").fill("Hej igen");
		await press(citizen, "Send");
		await shows(consultant, "Hej igen");
	}

	async function sameCode(consultant, citizen) {
		await press(consultant, "Sikkerhedskode");
		const code = await until("a code", () => textOf(consultant, ".code.digits"));
		await press(consultant, "Vis hos borgeren");
		assert.equal(await until("the code", () => textOf(citizen, ".digits")), code);
	}

	async function end(consultant, citizen) {
		await endMeeting(consultant);
		await shows(citizen, "Tak for samtalen");
		for (const page of [consultant, citizen]) {
			assert.deepEqual(await stillOpen(page), { peers: 0, tracks: 0 });
			assertQuiet(page);
			await page.close();
		}
	}

	it("has Firefox as the citizen", async () => {
		const { consultant, citizen } = await meet(red, firefox);
		await seesMoving(consultant, CONSULTANT.theirs);
		await seesColour(citizen, CITIZEN.theirs, "red");
		await hearsTone(consultant, CONSULTANT.voice, FIREFOX_HERTZ);
		await hearsTone(citizen, CITIZEN.voice, 440);
		await write(consultant, citizen);
		await sameCode(consultant, citizen);
		await end(consultant, citizen);
	});

	it("has Firefox as the consultant", async () => {
		const { consultant, citizen } = await meet(firefox, red);
		await seesMoving(citizen, CITIZEN.theirs);
		await seesColour(consultant, CONSULTANT.theirs, "red");
		await hearsTone(citizen, CITIZEN.voice, FIREFOX_HERTZ);
		await hearsTone(consultant, CONSULTANT.voice, 440);
		await write(consultant, citizen);
		await sameCode(consultant, citizen);
		await end(consultant, citizen);
	});
});
