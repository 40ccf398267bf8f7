// SPDX-License-Identifier: MPL-2.0
//
// Without a mouse: a consultant signs in, makes *Møde nu*, admits, mutes and ends, and a
// citizen joins, by keys alone and with the focus always to be seen. Then a desk that is
// left alone: the day locks and goes on telling who waits, a talk never does.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsNothing, hearsTone, until } from "../lib/browsers.mjs";
import {
	CITIZEN,
	demoAccount,
	isConnected,
	press,
	shows,
	textOf,
} from "../lib/people.mjs";
import { look, MINUTE_MS, openStage, toDay } from "./life_stage.mjs";

const TABS_MAX = 60;

/** Who has the focus, and whether a person can see that. */
const focused = (page) =>
	page.evaluate(() => {
		const at = document.activeElement;
		if (!at || at === document.body) return { name: "", seen: true };
		// A choice draws the ring around its words.
		const ring = [at, at.closest("label"), at.parentElement].some((element) => {
			if (!element) return false;
			const { outlineStyle, outlineWidth } = getComputedStyle(element);
			return outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
		});
		return {
			name: (at.getAttribute("aria-label") ?? at.innerText ?? "").trim(),
			what: at.outerHTML.slice(0, 120),
			// Inside a date the browser marks the part itself.
			seen: ring || at.type === "date",
		};
	});

/** Presses Tab until `name` has the focus; every stop on the way has to be seen. */
async function tabTo(page, name) {
	for (let i = 0; i < TABS_MAX; i++) {
		const at = await focused(page);
		if (at.name === name) return;
		await page.keyboard.press("Tab");
		const next = await focused(page);
		assert.ok(next.seen, `the focus cannot be seen: ${next.what}`);
	}
	assert.fail(`${name} cannot be reached by Tab`);
}

async function pressKey(page, name, key = "Enter") {
	await page.getByRole("button", { name, exact: true }).first().waitFor();
	await tabTo(page, name);
	await page.keyboard.press(key);
}

describe("by keys alone", { timeout: 120_000 }, () => {
	let stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.stop());

	it("a consultant and a citizen meet", async () => {
		const { broker, desk, home } = stage;
		const account = await demoAccount(broker);
		const page = await desk.newPage(broker.origin);
		await page.goto(`${broker.origin}/staff`);
		await page.locator("#username:focus").waitFor();
		for (const words of [account.name, account.password, account.code]) {
			await page.keyboard.type(words);
			await page.keyboard.press(words === account.code ? "Enter" : "Tab");
		}
		await page.getByRole("button", { name: "Ny aftale" }).waitFor();
		await pressKey(page, "Møde nu");
		await page.locator("input[name=chosen_by]:focus").waitFor({ state: "attached" });
		await page.keyboard.press("Space");
		await page.keyboard.press("Enter");
		const link = await until("the link", () => textOf(page, ".linktext"));
		await pressKey(page, "Åbn mødet");

		const citizen = await home.newPage(broker.origin);
		await citizen.goto(link);
		await pressKey(citizen, "Start");
		await pressKey(citizen, "Kun lyd", "Space");
		await pressKey(citizen, "Jeg er klar");
		await shows(citizen, "Du er det rigtige sted");

		await pressKey(page, "Luk ind");
		await isConnected(page, citizen);
		await page.keyboard.press("m");
		await shows(citizen, "Mette har slået sin mikrofon fra");
		await page.keyboard.press("M");
		await until(
			"unmuted",
			() => textOf(citizen),
			(text) => !text.includes("slået sin mikrofon fra"),
		);
		await pressKey(citizen, "Mikrofon");
		await pressKey(page, "Skriv");
		await page.locator(".side input:focus").waitFor();
		await page.keyboard.type("mmm");
		await page.keyboard.press("Enter");
		await shows(citizen, "mmm");
		await pressKey(page, "Afslut");
		await page.locator("dialog[open]").waitFor();
		await pressKey(page, "Afslut mødet");
		await shows(page, "Mødet er slut");
		await shows(citizen, "Tak for samtalen");
		await page.context().close();
		await citizen.context().close();
	});

	it("locks the day after half an hour, tells who waits, and opens by password", async () => {
		const { broker, page } = stage;
		const { link } = await stage.meeting({ label: "Hemmelig plan" });
		await page.clock.install();
		await toDay(page, broker);
		await shows(page, "Hemmelig plan");
		await page.clock.fastForward(31 * MINUTE_MS);
		await stage.shift(31 * MINUTE_MS);
		await shows(page, "Skærmen er låst");
		assert.ok(!(await page.content()).includes("Hemmelig plan"), "the data is gone");
		await look(page, "locked");
		const citizen = await stage.waiting(link);
		await shows(page, "1 borger venter.");
		await page.reload();
		await shows(page, "Skærmen er låst");
		await page.getByLabel("Adgangskode").fill("forkert");
		await press(page, "Lås op");
		await shows(page, "Adgangskoden passede ikke.");
		await page.getByLabel("Adgangskode").fill((await demoAccount(broker)).password);
		await press(page, "Lås op");
		await shows(page, "Hemmelig plan");
		await shows(page, "Venter siden");
		await citizen.context().close();
	});

	it("never locks a talk that is live", async () => {
		const { page } = stage;
		const { link } = await stage.meeting({ label: "Lang samtale" });
		const citizen = await stage.waiting(link);
		await press(page, "Luk ind");
		await isConnected(page, citizen);
		await page.clock.fastForward(31 * MINUTE_MS);
		await isConnected(page, citizen);
		await hearsTone(citizen, CITIZEN.voice, 440);
		await page.keyboard.press("m");
		await shows(citizen, "Mette har slået sin mikrofon fra");
		await hearsNothing(citizen, CITIZEN.voice);
		await page.keyboard.press("m");
		await hearsTone(citizen, CITIZEN.voice, 440);
		assert.ok(!(await textOf(page)).includes("låst"));
	});
});
