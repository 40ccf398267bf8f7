// SPDX-License-Identifier: MPL-2.0
//
// Tests the test: the bad line is as slow, lossy and cut as it was told, and coturn carries
// a relay-only call between hosts over UDP, TCP and TLS with UDP blocked.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { assertQuiet, seesColour, startChromium } from "../lib/browsers.mjs";
import { makeCertificates } from "../lib/certificates.mjs";
import { makeLine } from "../lib/line.mjs";
import { makeHost } from "../lib/netns.mjs";
import { connectPeers, openPeer, servePeerPage } from "../lib/peer_page.mjs";
import { startTurn } from "../lib/turn.mjs";

const SERVER = "10.78.0.1";
const CITIZEN = "10.78.0.2";

// Echoes datagrams on the server's side; on the citizen's side sends some and prints the
// median of the round trips in ms and how many came back.
const ECHO = `require("dgram").createSocket("udp4").on("message", function (m, from) {
	this.send(m, from.port, from.address);
}).bind(4000, "${SERVER}", () => console.log("up"));`;
const PROBE = `const s = require("dgram").createSocket("udp4"), times = [];
s.on("message", (m) => times.push(performance.now() - Number(m)));
let left = 40;
const timer = setInterval(() => {
	if (left-- > 0) return s.send(String(performance.now()), 4000, "${SERVER}");
	clearInterval(timer);
	setTimeout(() => { s.close(); times.sort((a, b) => a - b);
		console.log(JSON.stringify([times[times.length >> 1] ?? -1, times.length])); }, 300);
}, 10);`;

describe("a bad line and a relay", { timeout: 90_000 }, () => {
	const stops = [];
	let line;
	let server;
	let citizen;

	before(async () => {
		const hosts = { "meet.test": SERVER, "turn.test": SERVER };
		server = await makeHost({ hosts });
		stops.push(server.stop);
		citizen = await makeHost({ hosts });
		stops.push(citizen.stop);
		line = await makeLine(server, `${SERVER}`, citizen, `${CITIZEN}`);
		stops.push(line.stop);
		await server.route(CITIZEN);
		await citizen.route(SERVER);
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});

	it("delays, loses and cuts what it is told to", async () => {
		const echo = await server.start(process.execPath, "-e", ECHO);
		stops.push(echo.stop);
		const probe = async () =>
			JSON.parse((await citizen.exec(process.execPath, "-e", PROBE)).stdout);
		await line.set({ delay: 25 });
		const [median, whole] = await probe();
		assert.ok(median > 50 && median < 70, `${median} ms for 25 ms each way`);
		assert.equal(whole, 40);
		await line.set({ delay: 0, loss: 50 });
		const [, few] = await probe();
		assert.ok(few > 0 && few < 25, `${few} of 40 came back`);
		await line.set({ loss: 0, udp: false });
		assert.equal((await probe())[1], 0);
		await line.set({ udp: true, cut: true });
		assert.equal((await probe())[1], 0);
		await line.set({ cut: false });
		assert.equal((await probe())[1], 40);
	});

	it("carries a relay-only call by UDP, TCP and TLS, the last two without UDP", async () => {
		const certificates = await makeCertificates(SERVER);
		stops.push(certificates.stop);
		const turn = await startTurn({ address: SERVER, certificates, host: server });
		stops.push(turn.stop);
		const page = await servePeerPage(certificates, { address: SERVER, host: server });
		stops.push(page.stop);
		const { ca } = certificates;
		const near = await startChromium({ ca, colour: "red", host: server });
		stops.push(near.stop);
		const far = await startChromium({ ca, colour: "blue", host: citizen });
		stops.push(far.stop);
		const secret = readFileSync(turn.settings.turn_secret_file, "utf8").trim();
		const username = `${Math.floor(Date.now() / 1000) + 600}:test`;
		const credential = createHmac("sha1", secret).update(username).digest("base64");
		for (const [way, urls] of Object.entries(turn.urls)) {
			await line.set({ udp: way === "udp" });
			const relay = {
				iceTransportPolicy: "relay",
				iceServers: [{ urls, username, credential }],
			};
			const one = await openPeer(near, page.origin, relay);
			const two = await openPeer(far, page.origin, relay);
			await connectPeers(one, two);
			await seesColour(one, "#remote", "blue");
			await seesColour(two, "#remote", "red");
			const protocol = await two.evaluate(() => window.relayProtocol());
			assert.equal(protocol, way);
			assertQuiet(two);
			await one.close();
			await two.close();
		}
	});
});
