// SPDX-License-Identifier: MPL-2.0
//
// The whole way of a meeting in two Chromium browsers with the real broker: signed in,
// booked, opened, waited, admitted, seen and heard, checked, ended. One story; each step
// goes on where the one before it ended.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startBroker } from "../lib/broker.mjs";
import {
	hearsNothing,
	hearsTone,
	seesColour,
	startChromium,
	until,
} from "../lib/browsers.mjs";
import {
	admit,
	assertCalm,
	book,
	CITIZEN,
	CONSULTANT,
	cameraOn,
	demoAccount,
	endMeeting,
	named,
	openCard,
	openLink,
	press,
	shows,
	signIn,
	stillOpen,
	textOf,
	toDevices,
	toLobby,
} from "../lib/people.mjs";

// A shared window instead of a shared screen, which the settings forbid.
const WINDOW = "--use-fake-device-for-media-stream=display-media-type=window";

describe("a talk between two Chromium browsers", { timeout: 120_000 }, () => {
	const stops = [];
	let broker;
	let blue;
	let consultant;
	let citizen;
	let invitation;
	/** Waits for the next meeting meanwhile. */
	let other;

	before(async () => {
		broker = await startBroker();
		stops.push(broker.stop);
		const { ca } = broker.certificates;
		const red = await startChromium({ ca, colour: "red", hertz: 440, args: [WINDOW] });
		stops.push(red.stop);
		const phone = { viewport: { width: 390, height: 760 } };
		blue = await startChromium({ ca, colour: "blue", hertz: 880, context: phone });
		stops.push(blue.stop);
		const account = await demoAccount(broker);
		consultant = await signIn(red, broker, { account });
		other = await openLink(blue, broker, account.link);
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});

	const guest = () => textOf(consultant, ".side .guest");
	const sees = (words) => until("the step", guest, (text) => text.includes(words));

	it("books, and shows the consultant each step of the citizen", async () => {
		invitation = await book(consultant, { label: "Plan", phone: "20 30 40 78" });
		assert.match(invitation.link, /^https:\/\/meet\.test:\d+\/j#[\w-]{22}$/);
		await openCard(consultant);
		citizen = await openLink(blue, broker, invitation.link);
		assert.ok(!citizen.url().includes("#"), "the token leaves the address");
		assert.equal(await guest(), "", "a link that is only looked at is not redeemed");
		await toDevices(citizen);
		await sees("Gør lyd og billede klar");
		assert.equal((await stillOpen(citizen)).peers, 0);
		await toLobby(citizen);
		await sees("Er klar");
		assert.equal((await stillOpen(consultant)).peers, 0, "no media before admission");
	});

	it("admits; both see and hear each other", async () => {
		await cameraOn(consultant);
		await admit(consultant, citizen);
		await seesColour(consultant, CONSULTANT.theirs, "blue");
		await seesColour(citizen, CITIZEN.theirs, "red");
		await hearsTone(consultant, CONSULTANT.voice, 880);
		await hearsTone(citizen, CITIZEN.voice, 440);
	});

	it("mutes, and takes the picture away and back, at the other side", async () => {
		await press(consultant, "Mikrofon");
		await hearsNothing(citizen, CITIZEN.voice);
		await shows(citizen, "har slået sin mikrofon fra");
		await press(consultant, "Mikrofon");
		await hearsTone(citizen, CITIZEN.voice, 440);
		await press(citizen, "Kamera");
		await until("no picture", () => textOf(consultant, ".stage .blank"));
		await press(citizen, "Kamera");
		await seesColour(consultant, CONSULTANT.theirs, "blue");
	});

	it("shares a window: a red frame here, the window there, and nothing after", async () => {
		const frame = () =>
			consultant.evaluate(() => {
				const talk = document.querySelector(".talk.sharing");
				return talk ? getComputedStyle(talk, "::after").borderTopColor : "";
			});
		await press(consultant, "Del skærm");
		const colour = await until("a frame", frame);
		const [r, g, b] = colour.match(/\d+/g).map(Number);
		assert.ok(r > 150 && g < 80 && b < 80, `a red frame, not ${colour}`);
		const size = () =>
			citizen.evaluate((screen) => {
				const video = document.querySelector(screen);
				return video?.checkVisibility() ? video.videoWidth : 0;
			}, CITIZEN.screen);
		await until("the window", size);
		// The camera's red and the shared window's picture are not the same.
		await assert.rejects(seesColour(citizen, CITIZEN.screen, "red", 500), /shows red/);
		await seesColour(citizen, CITIZEN.theirs, "red");
		await press(consultant, "Stop deling");
		await until("no window", size, (width) => width === 0);
		assert.equal(await frame(), "");
	});

	it("carries lines of text both ways and keeps them nowhere", async () => {
		await press(consultant, "Skriv");
		await consultant.locator("#line").fill("Kan du høre mig?");
		await press(consultant, "Send");
		await shows(citizen, "Kan du høre mig?");
		const isSeen = () =>
			citizen.evaluate(() => {
				const footer = document.querySelector("footer");
				const { bottom, top } = document.querySelector(".log p").getBoundingClientRect();
				return top >= 0 && bottom <= footer.getBoundingClientRect().top;
			});
		await until("the line is in sight on a phone", isSeen);
		await citizen.locator("#text-line").fill("Ja, fint");
		await press(citizen, "Send");
		await until(
			"the answer",
			() => textOf(consultant, ".lines"),
			(text) => text.includes("Ja, fint"),
		);
		assert.ok(!broker.log.includes("Ja, fint"));
	});

	it("shows the same spoken code at both, and calls it confirmed", async () => {
		await press(consultant, "Sikkerhedskode");
		const code = await until("a code", () => textOf(consultant, ".code.digits"));
		assert.match(code, /^\d{3} \d{3}$/);
		assert.equal(await textOf(citizen, ".digits"), "", "hidden until it is asked for");
		await press(consultant, "Vis hos borgeren");
		assert.equal(await until("the code", () => textOf(citizen, ".digits")), code);
		await press(consultant, "Det passer");
		await shows(consultant, "Krypteret og bekræftet");
		await shows(consultant, "Identitet: Bekræftet");
		await shows(citizen, "Krypteret og bekræftet");
	});

	it("ends with an outcome, a receipt and a line; every device is given back", async () => {
		await toDevices(other, { camera: false });
		await toLobby(other);
		await until("the other is told of", () => textOf(consultant, ".talknotes"));
		await endMeeting(consultant);
		await shows(citizen, "Tak for samtalen");
		const receipt = /Kvittering\s+([0-9A-Z]{4}-[0-9A-Z]{4})/;
		const [, theirs] = receipt.exec(await textOf(citizen));
		const [, ours] = receipt.exec(await textOf(consultant));
		assert.equal(theirs, ours);
		await consultant.getByLabel("Borgerens kvittering").fill(theirs.toLowerCase());
		await shows(consultant, "Kvitteringen passer.");
		const line = await until("the line", () => textOf(consultant, ".pasteline"));
		assert.match(line, /video/i);
		for (const page of [consultant, citizen])
			assert.deepEqual(await stillOpen(page), { peers: 0, tracks: 0 });
	});

	it("goes on with the next, which is not admitted by itself", async () => {
		await press(consultant, "Næste");
		await named(consultant, "button", "Luk ind").shown();
		assert.equal((await stillOpen(consultant)).peers, 0);
		await shows(other, "Du skal bare vente.");
		await admit(consultant, other);
		await hearsTone(other, CITIZEN.voice, 440);
		await until("no picture of the citizen", () => textOf(consultant, ".stage .blank"));
		assert.equal((await stillOpen(consultant)).peers, 1);
	});

	it("leaves a talk only when asked twice, and tears it down before the next", async () => {
		await press(consultant, "Til dagen");
		await book(consultant, { label: "Senere", now: true });
		await hearsTone(other, CITIZEN.voice, 440);
		await press(consultant, "Åbn mødet");
		await named(consultant, "button", "Forlad, og åbn det andet").shown();
		await hearsTone(other, CITIZEN.voice, 440);
		await press(consultant, "Forlad, og åbn det andet");
		await until(
			"torn down",
			() => stillOpen(consultant),
			(open) => open.peers === 0,
		);
		await other.goto("about:blank");
	});

	it("asked nobody else, broke no policy and wrote no error", () => {
		for (const page of [consultant, citizen, other]) assertCalm(page);
	});
});
