// SPDX-License-Identifier: MPL-2.0
//
// The ladder with a trunk: the line to the citizen's browser dies in the middle of a video
// talk, the same meeting goes on by telephone, by a click or by itself, and comes back to
// video when the line does. The telephone is let go only when the new connection stands.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsTone, seesColour, startChromium } from "../lib/browsers.mjs";
import { makeLine } from "../lib/line.mjs";
import { here, makeHost } from "../lib/netns.mjs";
import {
	admit,
	arrive,
	assertCalm,
	CITIZEN,
	CONSULTANT,
	cameraOn,
	endMeeting,
	isConnected,
	named,
	press,
	shows,
	textOf,
} from "../lib/people.mjs";
import { look, MINUTE_MS } from "./life_stage.mjs";
import { OWN_HERTZ, openPhoneStage } from "./phone_stage.mjs";

const NEAR = "10.78.0.1";
const FAR = "10.78.0.2";
const BROWSER_HERTZ = 880;
const AUTO_SECONDS = 4;

describe("the ladder with a trunk", { timeout: 240_000 }, () => {
	let stage;
	let page;
	let line;
	let citizen;
	before(async () => {
		stage = await openPhoneStage({
			phone: { auto_call_seconds: AUTO_SECONDS },
			settings: { listener: { address: "0.0.0.0" } },
		});
		page = stage.page;
		const { keep, broker, ca } = stage;
		const away = keep(await makeHost({ hosts: { "meet.test": NEAR } }));
		line = keep(
			await makeLine({ ...here, name: process.env.SAMTALE_NETNS }, NEAR, away, FAR),
		);
		await away.route(NEAR);
		const home = keep(
			await startChromium({ ca, colour: "blue", hertz: BROWSER_HERTZ, host: away }),
		);
		const { link } = await stage.meeting({ label: "Stige", by: "video" });
		citizen = await arrive(home, broker, link);
		await cameraOn(page);
		await admit(page, citizen);
		await videoBoth();
		await minutesPass(2);
	});
	after(() => stage?.stop());

	const minutesPass = (n) =>
		stage.broker.samtale("clock", "shift", String(n * MINUTE_MS));
	async function videoBoth() {
		await seesColour(page, CONSULTANT.theirs, "blue");
		await seesColour(citizen, CITIZEN.theirs, "red");
		await hearsTone(citizen, CITIZEN.voice, OWN_HERTZ);
	}
	/** Whether the newest connection stands. */
	const stands = (one) =>
		one.evaluate(() => window.seen.peers.at(-1).connectionState === "connected");
	/** The telephone is hung up, and not before there is a way for pictures. */
	async function backToVideo() {
		stage.telephone.forget();
		const closed = stage.telephone.hears("CALL_CLOSED", 20_000);
		await press(page, "Tilbage til video");
		await closed;
		for (const one of [page, citizen])
			assert.ok(await stands(one), "hung up before video could flow");
		await isConnected(page, citizen);
		await videoBoth();
	}

	it("calls by itself after the set time, and a key says that somebody is there", async () => {
		await line.set({ cut: true });
		await named(page, "button", "Ring nu").shown();
		await shows(page, /Vi ringer op om \d s\./);
		await look(page, "phone-ladder-offer");
		await stage.telephone.hears("CALL_ESTABLISHED", 10_000);
		await stage.telephone.hearsAnything();
		await stage.telephone.hearsNo(OWN_HERTZ);
		assert.doesNotMatch(await textOf(page), /Det er borgeren/, "a key says so");
		await stage.telephone.press("5");
		await named(page, "button", "Læg på").shown();
		await stage.bothHear();
		assert.equal(stage.exchange.placed.length, 1);
	});

	it("tells the citizen's page when it is back, and shows no lock on either", async () => {
		await line.set({ cut: false });
		await shows(citizen, "I taler i telefon", 20_000);
		await look(citizen, "phone-ladder-citizen");
		for (const one of [page, citizen]) {
			assert.doesNotMatch(await textOf(one), /^Krypteret/m);
			assert.equal(await one.locator("video:visible").count(), 0, "a picture");
		}
		await stage.bothHear();
	});

	it("goes back to video in the same meeting, and only then lets the telephone go", async () => {
		await backToVideo();
		assert.doesNotMatch(await textOf(page), /I taler i telefon/);
	});

	it("does not call by itself when she says no, but by her click", async () => {
		const before = stage.exchange.placed.length;
		await line.set({ cut: true });
		await press(page, "Annuller");
		await press(page, "Ring op");
		await named(page, "button", "Det er borgeren").shown();
		assert.equal(stage.exchange.placed.length, before + 1, "her click alone called");
		await press(page, "Det er borgeren");
		await stage.bothHear();
		await minutesPass(3);
		await line.set({ cut: false });
		await shows(citizen, "I taler i telefon", 20_000);
		await press(citizen, "Ja, video");
		await shows(page, "Borgeren vil gerne tilbage til video.");
		await backToVideo();
	});

	it("counts both forms as one meeting, measured", async () => {
		await endMeeting(page);
		const text = await textOf(page);
		assert.match(text, /[34] min\.\s*Telefon/);
		assert.match(text, /[23] min\.\s*Video/);
		assert.doesNotMatch(text, /oplyst af dig/, "these minutes are measured");
		await shows(citizen, "Tak for samtalen");
		assertCalm(page);
		assertCalm(citizen);
	});
});
