// SPDX-License-Identifier: MPL-2.0
//
// Tests the test: two browsers talk over WebRTC without the broker, and the harness sees
// the right colour, hears the right tone, and notices silence, a foreign request and a
// broken policy. If this fails, no other browser test means anything.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
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

const CSP =
	"default-src 'none'; script-src 'self'; img-src 'self'; media-src 'self' blob:; " +
	"require-trusted-types-for 'script'; trusted-types 'none'";
const PAGE = `<!DOCTYPE html><title>t</title><script src="/peer.js"></script>
<button>go</button><video id="remote" autoplay playsinline></video>`;

// Runs in the browser: one peer whose descriptions the test carries across by hand.
const PEER = `
const peer = new RTCPeerConnection();
peer.ontrack = (e) => { document.getElementById("remote").srcObject = e.streams[0]; };
const gathered = () => new Promise((done) => {
	if (peer.iceGatheringState === "complete") return done(peer.localDescription.sdp);
	peer.onicegatheringstatechange = () =>
		peer.iceGatheringState === "complete" && done(peer.localDescription.sdp);
});
window.media = async () => {
	const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
	for (const track of stream.getTracks()) peer.addTrack(track, stream);
	window.microphone = stream.getAudioTracks()[0];
};
window.offer = async () => {
	await media(); await peer.setLocalDescription(); return gathered();
};
window.answer = async (sdp) => {
	await peer.setRemoteDescription({ type: "offer", sdp });
	await media(); await peer.setLocalDescription(); return gathered();
};
window.accept = (sdp) => peer.setRemoteDescription({ type: "answer", sdp });
`;

async function servePage(certificates) {
	const server = createServer(
		{ cert: readFileSync(certificates.chain), key: readFileSync(certificates.key) },
		(request, response) => {
			const script = request.url === "/peer.js";
			response.setHeader("Content-Type", script ? "text/javascript" : "text/html");
			response.setHeader("Content-Security-Policy", CSP);
			response.end(script ? PEER : PAGE);
		},
	);
	await new Promise((done) => server.listen(0, "127.0.0.1", done));
	return { server, origin: `https://meet.test:${server.address().port}` };
}

async function open(browser, origin) {
	const page = await browser.newPage(origin);
	await page.goto(`${origin}/`);
	await page.click("button");
	return page;
}

async function connect(one, two) {
	const offer = await one.evaluate(() => window.offer());
	const answer = await two.evaluate((sdp) => window.answer(sdp), offer);
	await one.evaluate((sdp) => window.accept(sdp), answer);
}

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
		const served = await servePage(certificates);
		origin = served.origin;
		stops.push(async () => {
			served.server.closeAllConnections();
			served.server.close();
		});
		red = await startChromium({ ca, colour: "red", hertz: 440 });
		stops.push(red.stop);
		blue = await startChromium({ ca, colour: "blue", hertz: 880 });
		stops.push(blue.stop);
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});

	it("tells two Chromium peers apart by colour and tone, and hears a muted one", async () => {
		const one = await open(red, origin);
		const two = await open(blue, origin);
		await connect(one, two);
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
		const one = await open(red, origin);
		const two = await open(firefox, origin);
		await connect(one, two);
		await seesColour(two, "#remote", "red");
		await hearsTone(two, "#remote", 440);
		await hearsTone(one, "#remote", 1000); // Firefox's own fake microphone
		assertQuiet(one);
		assertQuiet(two);
		await one.close();
	});

	it("notices a request to another origin and a broken policy", async () => {
		const page = await open(red, origin);
		await page.evaluate(() => fetch("https://localhost:1/").catch(() => {}));
		assert.throws(() => assertQuiet(page));
		assert.ok(pageLog(page).complaints.length > 0);
		await page.close();
	});
});
