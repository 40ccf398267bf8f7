// SPDX-License-Identifier: MPL-2.0
//
// The stage of the life_* stories: the real broker, a consultant's browser with a red
// camera, a citizen's with a blue one, and one look that holds in every state: accessible,
// valid, no wider than the screen, nothing asked elsewhere. SHOTS=folder keeps a picture of
// each.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { assertAccessible, assertValidMarkup } from "../lib/audit.mjs";
import { startBroker } from "../lib/broker.mjs";
import { startChromium } from "../lib/browsers.mjs";
import { arrive, assertCalm, book, openCard, signIn } from "../lib/people.mjs";

const { SHOTS } = process.env;
if (SHOTS) mkdirSync(SHOTS, { recursive: true });

export const MINUTE_MS = 60_000;
const DESK = { viewport: { width: 1280, height: 800 }, locale: "da-DK" };
/** The smallest phone that is still in use. */
export const PHONE = {
	viewport: { width: 320, height: 640 },
	locale: "da-DK",
	hasTouch: true,
	isMobile: true,
	deviceScaleFactor: 2,
};

/**
 * Sets up and signs the consultant in, once: a code is good for one sign-in.
 * @param options as startBroker's
 */
export async function openStage(options = {}) {
	const stops = [];
	const stop = async () => {
		for (const each of stops.splice(0).reverse()) await each();
	};
	try {
		const broker = await startBroker({ args: ["--test-clock"], ...options });
		stops.push(broker.stop);
		const ca = broker.certificates.ca;
		const desk = await startChromium({ ca, colour: "red", hertz: 440 });
		stops.push(desk.stop);
		const home = await startChromium({ ca, colour: "blue", hertz: 880, context: PHONE });
		stops.push(home.stop);
		const profile = await desk.browser.newContext(DESK);
		profile.setDefaultTimeout(10_000);
		const page = await signIn(desk, broker, { profile });
		return {
			broker,
			ca,
			desk,
			home,
			profile,
			page,
			stops,
			stop,
			/** Moves the broker's clock forward; the browsers' stand. */
			shift: (ms) => broker.samtale("clock", "shift", String(ms)),
			/** A meeting that is open now, its card on the consultant's page. */
			async meeting(what = {}) {
				await toDay(page, broker);
				const made = await book(page, { now: true, ...what });
				await openCard(page);
				return made;
			},
			/** A fresh device of the citizen. */
			device: (more = {}) => home.browser.newContext({ ...PHONE, ...more }),
			/** A citizen who waits in the lobby. */
			waiting: (link, how = {}) => arrive(home, broker, link, how),
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Leaves whatever is open for the day, by a fresh load. */
export async function toDay(page, broker) {
	await page.goto("about:blank");
	await page.goto(`${broker.origin}/staff`);
	await page.getByRole("button", { name: "Møde nu" }).first().waitFor();
}

/** What holds in every state. */
export async function look(page, name) {
	if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
	await assertAccessible(page);
	await assertValidMarkup(page);
	const over = await page.evaluate(
		() => document.documentElement.scrollWidth - innerWidth,
	);
	assert.ok(over <= 0, `${name} scrolls sideways by ${over} px`);
	assertCalm(page);
}
