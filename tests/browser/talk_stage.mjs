// SPDX-License-Identifier: MPL-2.0
//
// What the stories of talks share: a consultant (red, 440 Hz) who is signed in, a citizen's
// browser (blue, 880 Hz) in the same network or at the far end of a bad line, a relay where
// one is wanted, and what the two pages say of their media.

import { startBroker } from "../lib/broker.mjs";
import { startChromium, until } from "../lib/browsers.mjs";
import { makeLine } from "../lib/line.mjs";
import { makeHost } from "../lib/netns.mjs";
import {
	admit,
	arrive,
	book,
	CITIZEN,
	CONSULTANT,
	cameraOn,
	openCard,
	press,
	signIn,
} from "../lib/people.mjs";
import { startTurn } from "../lib/turn.mjs";

export const SERVER = "10.78.0.1";
export const FAR = "10.78.0.2";

/**
 * With `far` the citizen is in a network of its own behind `line`; with `relay` all media
 * runs through a relay beside the broker, elsewhere it is direct. `settings` are the broker's.
 * @returns { broker, red, blue, line, turn, consultant, meet(), stop() }
 */
export async function openStage({ far = false, relay = false, settings = {} } = {}) {
	const stops = [];
	const keep = (started) => {
		stops.push(started.stop);
		return started;
	};
	const stage = {
		async stop() {
			for (const stop of stops.splice(0).reverse()) await stop();
		},
	};
	try {
		const net = far ? await twoNetworks(keep) : {};
		const { near, away, line } = net;
		const place = far ? { host: near, address: SERVER } : {};
		const broker = keep(
			await startBroker({ ...place, settings: { media: { p2p: "allow" }, ...settings } }),
		);
		const { certificates } = broker;
		const { ca } = certificates;
		let turn;
		if (relay) {
			turn = keep(await startTurn({ address: SERVER, certificates, host: near }));
			await broker.writeConfig({ media: { ...turn.settings, p2p: "deny" } });
			await broker.restart();
		}
		const red = keep(await startChromium({ ca, colour: "red", hertz: 440, host: near }));
		const blue = keep(
			await startChromium({ ca, colour: "blue", hertz: 880, host: away }),
		);
		const consultant = await signIn(red, broker);
		return Object.assign(stage, { broker, red, blue, line, turn, consultant, meet });

		/** Books and brings the citizen to the lobby; `admitted` unless told otherwise. */
		async function meet({ admitted = true, label = "Plan" } = {}) {
			const { link } = await book(consultant, { label });
			await openCard(consultant);
			const citizen = await arrive(blue, broker, link);
			await cameraOn(consultant);
			if (admitted) await admit(consultant, citizen);
			return citizen;
		}
	} catch (error) {
		await stage.stop();
		throw error;
	}
}

async function twoNetworks(keep) {
	const hosts = { "meet.test": SERVER, "turn.test": SERVER };
	const near = keep(await makeHost({ hosts }));
	const away = keep(await makeHost({ hosts }));
	const line = keep(await makeLine(near, SERVER, away, FAR));
	await near.route(FAR);
	await away.route(SERVER);
	return { near, away, line };
}

/** Back to the day without ending: a meeting that is left can be left behind. */
export async function toDay(page) {
	await press(page, "Til dagen");
}

/** Pictures of the other side that were decoded so far, over all connections. */
const decoded = (page) =>
	page.evaluate(async () => {
		let frames = 0;
		for (const peer of window.seen.peers)
			if (peer.connectionState !== "closed")
				for (const entry of (await peer.getStats()).values())
					if (entry.type === "inbound-rtp") frames += entry.framesDecoded ?? 0;
		return frames;
	});

/** Waits until new pictures of the other side arrive at each of the pages. */
export async function flows(pages, within = 10_000) {
	const end = Date.now() + within;
	for (const page of pages) {
		let least = Number.POSITIVE_INFINITY; // a new connection counts anew
		const more = (now) => {
			least = Math.min(least, now);
			return now >= least + 3;
		};
		await until("pictures arrive", () => decoded(page), more, end - Date.now());
	}
}

/** From now on notes the longest time between two pictures of the other side. */
export async function watchGaps(page, selector) {
	await page.evaluate((wanted) => {
		let last = performance.now();
		window.seen.longestGapMs = 0;
		const video = document.querySelector(wanted);
		const note = () => {
			const now = performance.now();
			window.seen.longestGapMs = Math.max(window.seen.longestGapMs, now - last);
			last = now;
			video.requestVideoFrameCallback(note);
		};
		video.requestVideoFrameCallback(note);
	}, selector);
}

/** The longest so far, in ms. */
export const longestGap = (page) => page.evaluate(() => window.seen.longestGapMs);

/** Milliseconds from the press on *Luk ind* to the first picture at [consultant, citizen]. */
export async function timeAdmission(consultant, citizen) {
	const firstPicture = (page, selector) =>
		page.evaluate(
			(wanted) =>
				new Promise((done) => {
					const look = () => {
						const video = document.querySelector(wanted);
						if (!video?.srcObject) return setTimeout(look, 1);
						return video.requestVideoFrameCallback(() => done(Date.now()));
					};
					look();
				}),
			selector,
		);
	await consultant.evaluate(() => {
		const note = ({ target }) => {
			if (target.closest("button")?.innerText === "Luk ind")
				window.seen.admittedMs = Date.now();
		};
		addEventListener("click", note, { capture: true });
	});
	const pictures = Promise.all([
		firstPicture(consultant, CONSULTANT.theirs),
		firstPicture(citizen, CITIZEN.theirs),
	]);
	await admit(consultant, citizen);
	const pressed = await consultant.evaluate(() => window.seen.admittedMs);
	return (await pictures).map((at) => at - pressed);
}

export const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
