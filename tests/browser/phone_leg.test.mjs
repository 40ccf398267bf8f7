// SPDX-License-Identifier: MPL-2.0
//
// The gateway's port of a browser, with real browsers: a page offers sound and picture,
// gets sound, and what is heard is measured on both sides. While they talk, strangers
// attack the port, and not a packet is lost.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { hearsTone, startChromium, startFirefox, until } from "../lib/browsers.mjs";
import { makeCertificates } from "../lib/certificates.mjs";
import { here } from "../lib/netns.mjs";
import { openPeer, servePeerPage } from "../lib/peer_page.mjs";
import { startPhoneProbe } from "../lib/phone_probe.mjs";
import { startTurn } from "../lib/turn.mjs";

const PROBE_HERTZ = 440;
const CHROMIUM_HERTZ = 700;
const FIREFOX_HERTZ = 1000; // its own fake microphone
const REMOTE = "#remote";

/** Bytes of each kind that a stranger could send, as far as one can without a key. */
function strangersPackets(ssrc) {
	const rtp = (seq, source) => {
		const packet = Buffer.alloc(200, 0x55);
		packet.writeUInt16BE(0x8008, 0);
		packet.writeUInt16BE(seq, 2);
		packet.writeUInt32BE(source, 8);
		return packet;
	};
	const stun = Buffer.from(
		"000100082112a4420102030405060708090a0b0c8028000400000000",
		"hex",
	);
	const hello = Buffer.from(
		`16feff0000000000000000003c010000300000000000000030fefd${"5a".repeat(32)}00000002c02b0100000400170000`,
		"hex",
	);
	const rtcp = Buffer.from(`80c80006${"00".repeat(40)}`, "hex");
	rtcp.writeUInt32BE(ssrc, 4);
	return [
		...Array.from({ length: 20 }, (_, i) => rtp(i * 3277, ssrc)),
		...Array.from({ length: 20 }, (_, i) => rtp(i, i + 1)),
		...[stun, hello, rtcp, Buffer.alloc(0), Buffer.alloc(60_000, 0x80)],
	];
}

async function attack(port, ssrc) {
	const stranger = createSocket("udp4");
	const packets = strangersPackets(ssrc);
	for (let round = 0; round < 10; round++) {
		for (const packet of packets)
			await new Promise((done) => stranger.send(packet, port, "10.77.0.1", done));
		await pause(50);
	}
	stranger.close();
	return 10 * packets.length;
}

describe("a browser and the telephone gateway", { timeout: 120_000 }, () => {
	const stops = [];
	let certificates;
	let served;
	let probe;

	before(async () => {
		certificates = await makeCertificates();
		stops.push(certificates.stop);
		served = await servePeerPage(certificates);
		stops.push(served.stop);
		probe = await startPhoneProbe();
		stops.push(probe.stop);
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});

	/** Both hear each other; the microphone's tone is `hertz`. */
	async function talk(page, hertz, gateway = probe) {
		const offer = await page.evaluate(() => window.offer());
		const { leg, sdp } = await gateway.answer(offer);
		await page.evaluate((text) => window.accept(text), sdp);
		await hearsTone(page, REMOTE, PROBE_HERTZ);
		const heard = await until(
			`leg ${leg} hears ${hertz} Hz`,
			() => gateway.tell(leg),
			(told) => told.level > 300 && Math.abs(told.hertz - hertz) <= 20,
		);
		assert.equal(heard.open, 1);
		return { leg, offer, sdp };
	}
	const ssrcOf = (sdp) => Number(/a=ssrc:(\d+)/.exec(sdp)[1]);
	const portOf = (sdp) => Number(/^m=audio (\d+)/m.exec(sdp)[1]);

	describe("Chromium", () => {
		let browser;
		before(async () => {
			browser = await startChromium({ ca: certificates.ca, hertz: CHROMIUM_HERTZ });
			stops.push(browser.stop);
		});

		it("hears and is heard, in A-law, and its picture is refused", async () => {
			const page = await openPeer(browser, served.origin);
			const { sdp } = await talk(page, CHROMIUM_HERTZ);
			assert.match(sdp, /^a=rtpmap:8 PCMA\/8000\r$/m);
			assert.doesNotMatch(sdp, /PCMU/);
			assert.match(sdp, /^m=video 0 /m);
			await page.close();
		});

		it("loses no packet while strangers attack the port", async () => {
			const page = await openPeer(browser, served.origin);
			const { leg, offer, sdp } = await talk(page, CHROMIUM_HERTZ);
			const earlier = await probe.tell(leg);
			const sent = await attack(portOf(sdp), ssrcOf(offer));
			const later = await probe.tell(leg);
			assert(later.refused - earlier.refused >= sent, "every stranger was counted");
			assert.equal(later.gaps, earlier.gaps, "no packet was lost");
			assert(later.in > earlier.in + 20, "sound went on");
			await hearsTone(page, REMOTE, PROBE_HERTZ);
			await page.close();
		});

		it("shows figures of the line from our reports", async () => {
			const page = await openPeer(browser, served.origin);
			await talk(page, CHROMIUM_HERTZ);
			const report = await until("a report of ours", () =>
				page.evaluate(() => window.remoteReport()),
			);
			assert(report.roundTripTime < 0.2, `round trip ${report.roundTripTime}`);
			assert.equal(report.fractionLost, 0);
			assert(report.jitter < 0.05, `jitter ${report.jitter}`);
			await page.close();
		});

		it("is known to have hung up within a second", async () => {
			const page = await openPeer(browser, served.origin);
			const { leg } = await talk(page, CHROMIUM_HERTZ);
			await page.evaluate(() => window.hangUp());
			await until(
				"the leg is over",
				() => probe.tell(leg),
				(told) => told.cause === "hung_up",
				1_000,
			);
			await page.close();
		});

		it("is told at once when the gateway hangs up", async () => {
			const page = await openPeer(browser, served.origin);
			const { leg } = await talk(page, CHROMIUM_HERTZ);
			await probe.close(leg);
			await until(
				"the page knows",
				() => page.evaluate(() => window.dtlsState()),
				(state) => state === "closed",
				1_000,
			);
			await page.close();
		});

		it("is known to be dead 15 s after its page crashed", async () => {
			const page = await openPeer(browser, served.origin);
			const { leg } = await talk(page, CHROMIUM_HERTZ);
			await page.goto("chrome://crash").catch(() => {});
			await pause(13_000);
			assert.equal((await probe.tell(leg)).cause, "none");
			await until(
				"the leg is over",
				() => probe.tell(leg),
				(told) => told.cause === "silent",
				4_000,
			);
		});

		it("talks over IPv6 to a gateway that has both", async () => {
			await here.exec("ip", "address", "add", "fd77::1/64", "dev", "v0", "nodad");
			const both = await startPhoneProbe({
				address: "192.0.2.1", // leads nowhere
				address6: "fd77::1",
				ports: [41200, 41300],
			});
			stops.push(both.stop);
			const page = await openPeer(browser, served.origin);
			const { sdp } = await talk(page, CHROMIUM_HERTZ, both);
			assert.match(sdp, / fd77::1 \d+ typ host\r$/m);
			assert.match(sdp, / 192\.0\.2\.1 \d+ typ host\r$/m);
			await page.close();
		});

		it("talks through a TURN relay over TLS alone", async () => {
			const turn = await startTurn({ certificates });
			stops.push(turn.stop);
			const secret = (await readFile(turn.settings.turn_secret_file, "utf8")).trim();
			const username = `${Math.floor(Date.now() / 1000) + 600}:test`;
			const credential = createHmac("sha1", secret).update(username).digest("base64");
			const page = await openPeer(browser, served.origin, {
				iceTransportPolicy: "relay",
				iceServers: [{ urls: turn.urls.tls, username, credential }],
			});
			await talk(page, CHROMIUM_HERTZ);
			await page.close();
		});
	});

	describe("Firefox", () => {
		it("hears and is heard, and is known to have hung up", async () => {
			const browser = await startFirefox({ ca: certificates.ca });
			stops.push(browser.stop);
			const page = await openPeer(browser, served.origin);
			const { leg } = await talk(page, FIREFOX_HERTZ);
			await page.evaluate(() => window.hangUp());
			await until(
				"the leg is over",
				() => probe.tell(leg),
				(told) => told.cause === "hung_up",
				1_000,
			);
		});
	});
});
