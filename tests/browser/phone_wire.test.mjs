// SPDX-License-Identifier: MPL-2.0
//
// The invariant, on the wire: no one's sound reaches a telephone that is not confirmed or
// not admitted, and none is taken from it; it gets our own sentences and nothing else. The
// datagrams of each leg are counted, and what the telephone is sent is listened to.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsTone, until } from "../lib/browsers.mjs";
import { isMedia, soundOf, startCapture } from "../lib/capture.mjs";
import { framesOf, named, press, shows } from "../lib/people.mjs";
import { loudness, strength } from "../lib/telephone.mjs";
import { CITIZEN_HERTZ, OWN_HERTZ, openPhoneStage, VOICE } from "./phone_stage.mjs";

const CALLER = "+4520304050";
const QUARTER = 2000;
/** So many packets of 20 ms are a flow. */
const FLOWS = 40;
/** A-law has no zero: this is above a minute of its least. */
const SILENCE = 1e-4;

describe("the wire", { timeout: 120_000 }, () => {
	let stage;
	let page;
	let capture;
	before(async () => {
		stage = await openPhoneStage({
			telephone: { answers: false },
			phone: { confirm: "key" },
		});
		page = stage.page;
		capture = stage.keep(await startCapture());
	});
	after(() => stage?.stop());

	const portOf = (sdp) => Number(/^m=audio (\d+)/m.exec(sdp)[1]);
	/** The gateway's port of her line, as its answer says. */
	async function linePort() {
		const frames = await framesOf(page);
		const answer = frames.findLast((m) => m.type === "line" && m.meeting);
		return answer && portOf(answer.sdp);
	}
	/** All sound that her line was ever sent, also what nothing played: SRTP hides it here. */
	const heardEnergy = () =>
		page.evaluate(async () => {
			let energy = 0;
			for (const peer of window.seen.peers)
				for (const entry of (await peer.getStats()).values())
					if (entry.type === "inbound-rtp") energy += entry.totalAudioEnergy ?? 0;
			return energy;
		});
	/** The media to and from a port of the gateway between two moments. */
	async function media(port, from, to) {
		const all = (await capture.taken()).filter(
			(packet) => isMedia(packet) && packet.ms >= from && packet.ms < to,
		);
		return {
			sent: all.filter((packet) => packet.from === port),
			came: all.filter((packet) => packet.to === port),
		};
	}
	/**
	 * Whether her tone is what any quarter of a second consists of. Our sentences have some
	 * of every tone in them, but none alone, and there are pauses between them.
	 */
	function carriesHer(packets) {
		const sound = soundOf(packets);
		for (let at = 0; at + QUARTER <= sound.length; at += QUARTER / 2) {
			const part = sound.subarray(at, at + QUARTER);
			const level = strength(part, OWN_HERTZ);
			if (level > 0.004 && level > 0.7 * loudness(part)) return true;
		}
		return false;
	}
	/** Waits until so many packets of media have left a port since then. */
	const flows = (port, since) =>
		until(
			`media from port ${port}`,
			async () => (await media(port, since, Number.POSITIVE_INFINITY)).sent.length,
			(n) => n >= FLOWS,
		);

	it("carries nothing before the answer, our sentences before the key, the talk after", async () => {
		await stage.meeting({ label: "Tråd" });
		await press(page, "Ring op her i browseren");
		await stage.telephone.hears("CALL_INCOMING");
		const phone = portOf(stage.exchange.placed.at(-1).text);
		const line = await until("her line", linePort);
		const answered = Date.now();
		assert.equal((await media(phone, 0, answered)).sent.length, 0, "sent while it rang");
		stage.telephone.pickUp();
		await stage.telephone.hears("CALL_ESTABLISHED");
		await stage.telephone.hearsAnything();
		await flows(phone, answered + 1000);
		const pressed = Date.now();
		const energy = await heardEnergy();
		await stage.telephone.press("5");
		await named(page, "button", "Læg på").shown();
		await stage.bothHear();

		const before = await media(phone, answered, pressed);
		assert.ok(before.came.length > FLOWS, "the telephone spoke all the time");
		assert.ok(loudness(soundOf(before.sent)) > 0.01, "it was told a sentence");
		assert.ok(!carriesHer(before.sent), "it was sent her voice");
		assert.ok(energy < SILENCE, `${energy}: her line was sent the telephone's sound`);

		const talk = Date.now();
		await until("the probe hears her voice in the talk", async () => {
			const { sent } = await media(phone, talk, Number.POSITIVE_INFINITY);
			return carriesHer(sent);
		});
		await flows(line, talk);
		assert.ok((await heardEnergy()) > SILENCE, "the other probe hears the telephone");
		await stage.hangUp();
	});

	it("stops within a second of the end", async () => {
		const phone = portOf(stage.exchange.placed.at(-1).text);
		await stage.telephone.hears("CALL_CLOSED");
		const ended = Date.now();
		await shows(page, "Ring op her i browseren");
		const late = await media(phone, ended + 1000, Number.POSITIVE_INFINITY);
		assert.equal(late.sent.length, 0, "sent after the end");
	});

	it("carries our sentences alone to a lobby, and the talk after admission", async () => {
		const caller = await stage.connect({ number: CALLER, hertz: CITIZEN_HERTZ });
		const digits = await stage.meeting({ label: "Forrum", phone: "" });
		const rang = Date.now();
		caller.dial(stage.trunk.sip_port);
		const { port } = await until("the call is up", async () => callPort(caller, rang));
		await caller.hearsAnything();
		await caller.press(digits.number);
		await caller.press(digits.pin);
		await shows(page, "Venter siden");
		const inLobby = Date.now();
		await flows(port, inLobby);
		const admitted = Date.now();
		await press(page, "Luk ind");
		await hearsTone(page, VOICE, CITIZEN_HERTZ);
		await caller.hearsTone(OWN_HERTZ);

		const waiting = await media(port, rang, admitted);
		assert.ok(waiting.came.length > FLOWS, "the caller spoke all the time");
		assert.ok(!carriesHer(waiting.sent), "the lobby heard her voice");
		const others = (await capture.taken()).filter(
			(packet) =>
				isMedia(packet) &&
				packet.ms >= rang &&
				packet.ms < admitted &&
				packet.from !== port &&
				packet.to !== port,
		);
		assert.equal(others.length, 0, "media to or from anybody else");
	});

	/** The gateway's port of a call that came in: whom the caller sends its sound to. */
	async function callPort(caller, since) {
		await caller.hears("CALL_ESTABLISHED");
		const first = await until("its first packet", async () =>
			(await capture.taken()).find((packet) => isMedia(packet) && packet.ms >= since),
		);
		const { from, to } = first;
		return { port: caller.isRtp(from) ? to : from };
	}
});
