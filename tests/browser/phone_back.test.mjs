// SPDX-License-Identifier: MPL-2.0
//
// From video to the telephone and back, through the trunk: the telephone is let go when the
// media flow between the browsers and not before, and carries on when they cannot be.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { seesColour, startChromium, until } from "../lib/browsers.mjs";
import {
	admit,
	arrive,
	assertCalm,
	CONSULTANT,
	isConnected,
	named,
	press,
	shows,
} from "../lib/people.mjs";
import { look, PHONE } from "./life_stage.mjs";
import { openPhoneStage } from "./phone_stage.mjs";

/** Her sound turns from the line to the browsers as the call ends: so long a gap at most. */
const GAP_MS = 1000;
const WAITS = "Telefonen lægger på, når video er klar.";
/** Longer than video is tried beside the telephone. */
const TRIED_MS = 25_000;

describe("back to video from a call through the trunk", { timeout: 120_000 }, () => {
	let stage;
	let page;
	let citizen;
	before(async () => {
		stage = await openPhoneStage();
		page = stage.page;
		const home = stage.keep(
			await startChromium({ ca: stage.ca, colour: "blue", hertz: 880, context: PHONE }),
		);
		const { link } = await stage.meeting({ label: "Skift", by: "" });
		citizen = await arrive(home, stage.broker, link);
		await admit(page, citizen);
		await press(page, "Telefon");
	});
	after(() => stage?.stop());

	/** Media of the other side have come to the page's newest connection. */
	const hasMedia = (one) =>
		one.evaluate(async () => {
			const entries = [...(await window.seen.peers.at(-1).getStats()).values()];
			return entries.some((e) => e.type === "inbound-rtp" && e.bytesReceived > 0);
		});

	it("lets the telephone go when media flow between the browsers, not before", async () => {
		await stage.talk();
		await shows(citizen, "I taler i telefon");
		await look(citizen, "phone-talking-trunk");
		stage.telephone.forget();
		await press(page, "Tilbage til video");
		await stage.telephone.hears("CALL_CLOSED");
		for (const one of [page, citizen])
			await until("nobody is left without sound", () => hasMedia(one), Boolean, GAP_MS);
		await isConnected(page, citizen);
		await seesColour(page, CONSULTANT.theirs, "blue");
	});

	it("keeps the telephone when video does not come up, and can try again", async () => {
		await press(page, "Telefon");
		await stage.talk();
		stage.telephone.forget();
		await citizen.evaluate(() => {
			const { prototype } = RTCPeerConnection;
			window.describe = prototype.setRemoteDescription;
			prototype.setRemoteDescription = () => new Promise(() => undefined);
		});
		await press(page, "Tilbage til video");
		await shows(page, WAITS);
		await shows(citizen, "I taler i telefon");
		await until(
			"the try is over",
			() => page.getByText(WAITS).count(),
			(count) => count === 0,
			TRIED_MS,
		);
		await stage.bothHear();
		assert.ok(!stage.telephone.events.at(-1).type.includes("CLOSED"));
		await citizen.evaluate(() => {
			RTCPeerConnection.prototype.setRemoteDescription = window.describe;
		});
		await press(page, "Tilbage til video");
		await stage.telephone.hears("CALL_CLOSED");
		for (const one of [page, citizen])
			await until("nobody is left without sound", () => hasMedia(one), Boolean, GAP_MS);
		await isConnected(page, citizen);
		await named(page, "button", "Afslut").shown();
		for (const each of [page, citizen]) assertCalm(each);
	});
});
