// SPDX-License-Identifier: MPL-2.0
//
// Whoever was let in stays in: reloads, a second tab, another device, another meeting on
// the same device, a phone that slept in the lobby. Nobody is admitted twice, and every
// page says plainly when it is no longer the one.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsTone, seesColour, until } from "../lib/browsers.mjs";
import {
	admit,
	CITIZEN,
	CONSULTANT,
	cameraOn,
	isConnected,
	named,
	press,
	shows,
	textOf,
} from "../lib/people.mjs";
import { look, openStage, toDay } from "./life_stage.mjs";

describe("a seat that is kept", { timeout: 240_000 }, () => {
	let stage;
	let page;
	let link;
	let citizen;
	before(async () => {
		stage = await openStage();
		page = stage.page;
		({ link } = await stage.meeting({ label: "Bliver" }));
		citizen = await stage.waiting(link);
		await cameraOn(page);
		await admit(page, citizen);
	});
	after(() => stage?.stop());

	const doors = (where) => where.getByRole("button", { name: /^Luk .*ind$/ }).count();

	/** Another page of a device, on the link. */
	async function open(profile, wanted = link) {
		const other = await stage.home.newPage(stage.broker.origin, profile);
		await other.goto(wanted);
		await other.getByRole("button", { name: /^(Start|Tilbage til mødet)$/ }).click();
		return other;
	}

	it("comes back when the citizen reloads", async () => {
		await seesColour(page, CONSULTANT.theirs, "blue");
		await citizen.reload();
		await isConnected(page, citizen);
		await seesColour(page, CONSULTANT.theirs, "blue");
		await seesColour(citizen, CITIZEN.theirs, "red");
		assert.equal(await doors(page), 0, "nobody waits at the door");
	});

	it("comes back when the consultant reloads; her camera stays off until pressed", async () => {
		await page.reload();
		await isConnected(page, citizen);
		await seesColour(page, CONSULTANT.theirs, "blue");
		await hearsTone(citizen, CITIZEN.voice, 440);
		await shows(citizen, "Mette viser ikke billede");
		await cameraOn(page);
		await seesColour(citizen, CITIZEN.theirs, "red");
	});

	it("comes back when both reload at once", async () => {
		await Promise.all([page.reload(), citizen.reload()]);
		await isConnected(page, citizen);
		await seesColour(page, CONSULTANT.theirs, "blue");
		await hearsTone(page, CONSULTANT.voice, 880);
		await hearsTone(citizen, CITIZEN.voice, 440);
		assert.equal(await doors(page), 0, "nobody waits at the door");
	});

	it("follows the citizen to a second tab, and the first says so", async () => {
		const second = await open(citizen.context());
		await shows(citizen, "Mødet er åbent et andet sted");
		await look(citizen, "return-taken");
		await isConnected(page, second);
		await press(citizen, "Fortsæt her");
		await shows(second, "Mødet er åbent et andet sted");
		await isConnected(page, citizen);
		await seesColour(page, CONSULTANT.theirs, "blue");
		await second.close();
	});

	it("lets another device wait as new, and moves the seat when it is let in", async () => {
		const second = await open(await stage.device());
		await press(second, "Tænd kamera");
		await press(second, "Jeg er klar");
		await shows(second, "Du er her fra en ny enhed.");
		await look(second, "return-new-device");
		await shows(page, "Ny enhed");
		await shows(page, "Lukker du den ind, flytter samtalen derhen.");
		await look(page, "return-new-device-staff");
		await isConnected(page, citizen, 1000);
		await press(page, "Luk ny enhed ind");
		await shows(citizen, "Du er med fra en anden enhed");
		await look(citizen, "return-moved");
		await isConnected(page, second);
		await seesColour(page, CONSULTANT.theirs, "blue");
		await citizen.context().close();
		await second.context().close();
	});

	it("keeps two meetings of one device apart", async () => {
		const one = await stage.meeting({ label: "Første" });
		const first = await stage.waiting(one.link);
		const two = await stage.meeting({ label: "Anden" });
		const second = await open(first.context(), two.link);
		await press(second, "Kun lyd");
		await press(second, "Jeg er klar");
		await shows(second, "Du er det rigtige sted");
		await admit(page, second);
		assert.match(await textOf(first, "h1"), /rigtige sted/);
		await first.reload();
		await shows(first, "Du er det rigtige sted");
		await isConnected(page, second, 1000);
		await toDay(page, stage.broker);
		const card = page.locator(".card", { hasText: "Første" });
		await card.getByText("Venter siden").waitFor();
		await first.context().close();
	});

	it("lets a phone sleep in the lobby and come back without a word", async () => {
		const made = await stage.meeting({ label: "Søvnig" });
		const sleeper = await stage.waiting(made.link);
		await sleeper.evaluate(() => {
			window.notReloaded = true;
		});
		await hide(sleeper, true);
		await shows(page, "Skærmen er slukket");
		await look(page, "return-hidden-staff");
		// What minutes of sleep do to the connection, at once.
		await sleeper.context().setOffline(true);
		await stage.broker.restart();
		await shows(page, "Var her, er væk lige nu");
		await sleeper.context().setOffline(false);
		await hide(sleeper, false);
		await shows(page, "Er klar");
		await shows(sleeper, "Du er det rigtige sted");
		assert.equal(await sleeper.evaluate(() => window.notReloaded), true);
		await until(
			"nothing is said about it",
			() => textOf(sleeper),
			(text) => !text.includes("væk et øjeblik"),
		);
		await named(page, "button", "Luk ind").shown();
		await admit(page, sleeper);
	});
});

/** What a page hears when the screen goes off, which a headless one never does by itself. */
function hide(page, hidden) {
	return page.evaluate((now) => {
		Object.defineProperty(document, "hidden", { configurable: true, value: now });
		Object.defineProperty(document, "visibilityState", {
			configurable: true,
			value: now ? "hidden" : "visible",
		});
		document.dispatchEvent(new Event("visibilitychange"));
	}, hidden);
}
