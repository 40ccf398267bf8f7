// SPDX-License-Identifier: MPL-2.0
//
// What the walks of the staff pages share: one browser and a fresh world, context and page
// for each test, and the words a test is written in. With SHOTS=DIR every state that is
// looked at is also pictured, at 1280 and 320 px, light and dark.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach } from "node:test";
import { assertAccessible, assertValidMarkup } from "../lib/audit.mjs";
import { assertQuiet, startChromium, until } from "../lib/browsers.mjs";
import { makeCertificates } from "../lib/certificates.mjs";
import { buildSite, mock, newWorld, ORIGIN, seat } from "./staff_pages_mock.mjs";

const { SHOTS } = process.env;
if (SHOTS) mkdirSync(SHOTS, { recursive: true });
const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 720 };

/** To be called inside of describe(): registers what prepares each test. */
export function staffStage() {
	const stops = [];
	let site;
	let browser;
	let world;
	let context;
	let page;

	before(async () => {
		site = await buildSite();
		stops.push(site.stop);
		const certificates = await makeCertificates();
		stops.push(certificates.stop);
		browser = await startChromium({ ca: certificates.ca, colour: "blue" });
		stops.push(browser.stop);
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});
	beforeEach(async () => {
		await context?.close();
		world = newWorld();
		context = await browser.browser.newContext({
			viewport: WIDE,
			locale: "da-DK",
			permissions: ["clipboard-read", "clipboard-write"],
			reducedMotion: "reduce",
		});
		await mock(context, world, site);
		page = await browser.newPage(ORIGIN, context);
		page.setDefaultTimeout(6000);
	});

	const text = (words) => page.getByText(words).first();
	const button = (name) => page.getByRole("button", { name, exact: true }).first();
	const pick = (name) => page.getByRole("radio", { name, exact: true }).check();
	const shows = (words) => text(words).waitFor({ timeout: 5000 });
	const heard = (type) =>
		until(`sent ${type}`, () => world.sent.findLast((m) => m.type === type));
	const asked = (path) =>
		until(`asked ${path}`, () => world.asked.findLast((a) => a.path === path));
	const state = (id, more) => world.say(seat(world, id, more));
	const card = (meeting, more, alert = "none") =>
		world.say({ type: "card", meeting, live: world.makeLive(more), alert });

	/** The state that the page is in now: pictured, accessible, valid, and 320 px wide. */
	async function look(name) {
		for (const [size, viewport] of Object.entries({ wide: WIDE, narrow: NARROW })) {
			await page.setViewportSize(viewport);
			for (const colorScheme of ["light", "dark"]) {
				await page.emulateMedia({ colorScheme });
				await assertAccessible(page);
				if (SHOTS)
					await page.screenshot({
						path: join(SHOTS, `${name}-${size}-${colorScheme}.png`),
						fullPage: true,
					});
			}
			const over = await page.evaluate(
				() => document.documentElement.scrollWidth - innerWidth,
			);
			assert.ok(over <= 0, `${name} scrolls sideways by ${over} px at ${size}`);
		}
		await page.setViewportSize(WIDE);
		await page.emulateMedia({ colorScheme: "light" });
		await assertValidMarkup(page);
		assertQuiet(page);
	}

	const openDay = async () => {
		await page.goto(`${ORIGIN}/staff`);
		await shows("Plan for foråret");
		await until("welcomed", () => world.say);
	};
	const openTalk = async (id = "2", more = {}) => {
		await openDay();
		await page
			.locator(".card", { hasText: world.mine.find((c) => c.id === id).label })
			.locator("[class*=button]")
			.first()
			.click();
		await heard("enter");
		state(id, more);
		await page.locator(".talk .controls").waitFor();
	};

	return {
		/** What the running test has; new for each. */
		now: () => ({ page, world, context, site }),
		...{ asked, button, card, heard, look, openDay, openTalk, pick, shows, state, text },
	};
}
