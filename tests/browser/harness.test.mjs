// SPDX-License-Identifier: MPL-2.0
//
// Tests the test: two browsers talk over WebRTC without the broker, and the harness sees
// the right colour, hears the right tone, and notices silence, a foreign request and a
// broken policy. If this fails, no other browser test means anything.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
	assertQuiet,
	hearsNothing,
	hearsTone,
	pageLog,
	seesColour,
	startChromium,
	startFirefox,
} from "../lib/browsers.mjs";
import { makeCertificates } from "../lib/certificates.mjs";
import { connectPeers, openPeer, servePeerPage } from "../lib/peer_page.mjs";

describe("the browser harness", { timeout: 60_000 }, () => {
	const stops = [];
	let origin;
	let red;
	let blue;
	let ca;

	before(async () => {
		const certificates = await makeCertificates();
		stops.push(certificates.stop);
		ca = certificates.ca;
		const served = await servePeerPage(certificates);
		origin = served.origin;
		stops.push(served.stop);
		red = await startChromium({ ca, colour: "red", hertz: 440 });
		stops.push(red.stop);
		blue = await startChromium({ ca, colour: "blue", hertz: 880 });
		stops.push(blue.stop);
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});

	it("tells two Chromium peers apart by colour and tone, and hears a muted one", async () => {
		const one = await openPeer(red, origin);
		const two = await openPeer(blue, origin);
		await connectPeers(one, two);
		await seesColour(one, "#remote", "blue");
		await seesColour(two, "#remote", "red");
		await hearsTone(one, "#remote", 880);
		await hearsTone(two, "#remote", 440);
		await one.evaluate(() => {
			window.microphone.enabled = false;
		});
		await hearsNothing(two, "#remote");
		await assert.rejects(seesColour(two, "#remote", "green", 300), /shows green/);
		await assert.rejects(hearsTone(one, "#remote", 440, 300), /plays 440 Hz/);
		assertQuiet(one);
		assertQuiet(two);
		await one.close();
		await two.close();
	});

	it("brings Firefox and Chromium together", async () => {
		const firefox = await startFirefox({ ca });
		stops.push(firefox.stop);
		const one = await openPeer(red, origin);
		const two = await openPeer(firefox, origin);
		await connectPeers(one, two);
		await seesColour(two, "#remote", "red");
		await hearsTone(two, "#remote", 440);
		await hearsTone(one, "#remote", 1000); // Firefox's own fake microphone
		assertQuiet(one);
		assertQuiet(two);
		await one.close();
	});

	it("notices a request to another origin and a broken policy", async () => {
		const page = await openPeer(red, origin);
		await page.evaluate(() => fetch("https://localhost:1/").catch(() => {}));
		assert.throws(() => assertQuiet(page));
		assert.ok(pageLog(page).complaints.length > 0);
		await page.close();
	});
});
