// SPDX-License-Identifier: MPL-2.0
//
// What people do in the pages, by the names that they read there: the consultant signs in,
// books, opens the card and admits; the citizen opens the link, chooses devices and waits.
// Works on pages of startChromium and of startFirefox alike, against the real broker.

import assert from "node:assert/strict";
import { totp } from "./broker.mjs";
import { assertQuiet, pageLog, until } from "./browsers.mjs";

/** Where each page shows and plays the other side; for seesColour and hearsTone. */
export const CONSULTANT = {
	theirs: ".stage .tile:not(.screen) video:not(.mirrored)",
	own: ".stage video.mirrored",
	screen: ".stage .tile.screen video",
	voice: "audio",
};
export const CITIZEN = {
	theirs: ".talk .tile:not(.screen) video[aria-label]",
	own: ".talk .tile:not(.screen) video:not([aria-label])",
	screen: ".talk .tile.screen video",
	voice: "audio",
};

const PATIENCE_MS = 10_000;

/** What is on the page under a role and its exact name; click(), fill(), shown(), gone(). */
export function named(page, role, name) {
	if ("getByRole" in page) {
		const found = page.getByRole(role, { name, exact: true }).first();
		return {
			click: () => found.click({ timeout: PATIENCE_MS }),
			fill: (text) => found.fill(text, { timeout: PATIENCE_MS }),
			shown: () => found.waitFor({ timeout: PATIENCE_MS }),
			gone: () => found.waitFor({ state: "hidden", timeout: PATIENCE_MS }),
			pressed: () => found.getAttribute("aria-pressed", { timeout: PATIENCE_MS }),
		};
	}
	const selector = `::-p-aria([name="${name}"][role="${role}"])`;
	const found = page.locator(selector).setTimeout(PATIENCE_MS);
	return {
		click: () => found.click(),
		fill: (text) => found.fill(text),
		shown: () => found.wait(),
		gone: () => page.waitForSelector(selector, { hidden: true, timeout: PATIENCE_MS }),
		pressed: () => found.map((element) => element.getAttribute("aria-pressed")).wait(),
	};
}

export const press = (page, name) => named(page, "button", name).click();

/** The visible text of what `selector` finds, "" when it finds nothing that is shown. */
export function textOf(page, selector = "body") {
	return page.evaluate((wanted) => {
		const found = [...document.querySelectorAll(wanted)].find((e) => e.checkVisibility());
		return found?.innerText ?? "";
	}, selector);
}

/** Waits until the page shows the words (a string or a pattern); `within` ms. */
export function shows(page, words, within = PATIENCE_MS) {
	const good = (text) =>
		typeof words === "string" ? text.includes(words) : words.test(text);
	const look = () => textOf(page).then((text) => text.replaceAll("\u00a0", " "));
	return until(`the page shows ${words}`, look, good, within);
}

/** Nothing asked elsewhere, no policy broken, nothing thrown, no error in the console. */
export function assertCalm(page) {
	assertQuiet(page);
	// The staff page asks who is signed in; Chromium writes the answer "nobody" down.
	const errors = pageLog(page).console.filter(
		(line) => line.startsWith("error:") && !/status of 401/.test(line),
	);
	assert.deepEqual(errors, [], "errors in the console");
}

/**
 * Runs in the page before its own scripts and changes nothing that they can tell: keeps what
 * they make in window.seen, and puts a voice that no document holds where it can be found.
 */
function observe() {
	const seen = { peers: [], tracks: [], frames: [] };
	window.seen = seen;
	const { RTCPeerConnection, WebSocket, Audio } = window;
	window.RTCPeerConnection = class extends RTCPeerConnection {
		constructor(...args) {
			super(...args);
			seen.peers.push(this);
		}
	};
	window.WebSocket = class extends WebSocket {
		constructor(...args) {
			super(...args);
			this.addEventListener("message", ({ data }) => seen.frames.push(data));
		}
		send(data) {
			seen.frames.push(data);
			super.send(data);
		}
	};
	window.Audio = class extends Audio {
		constructor() {
			super();
			const attach = () => document.body.append(this);
			if (document.body) attach();
			else addEventListener("DOMContentLoaded", attach, { once: true });
		}
	};
	const { mediaDevices } = navigator;
	if (!mediaDevices) return; // about:blank
	for (const name of ["getUserMedia", "getDisplayMedia"]) {
		const open = mediaDevices[name].bind(mediaDevices);
		mediaDevices[name] = async (...args) => {
			const stream = await open(...args);
			seen.tracks.push(...stream.getTracks());
			return stream;
		};
	}
}

/** The page's peer connections and tracks that are still open: { peers, tracks }. */
export const stillOpen = (page) =>
	page.evaluate(() => ({
		peers: window.seen.peers.filter((p) => p.connectionState !== "closed").length,
		tracks: window.seen.tracks.filter((t) => t.readyState === "live").length,
	}));

/** The signalling messages that the page sent and got so far. */
export const framesOf = (page) =>
	page.evaluate(() => window.seen.frames.map((frame) => JSON.parse(frame)));

async function newPage(browser, broker, profile) {
	const page = await browser.newPage(broker.origin, profile);
	if ("addInitScript" in page) await page.addInitScript(observe);
	else await page.evaluateOnNewDocument(observe);
	return page;
}

/** The demo account of a broker that was made with `init --trial`: { name, password, secret }. */
export async function demoAccount(broker) {
	return JSON.parse(await broker.samtale("trial", "--json"));
}

/**
 * A page where the demo account has just signed in. Each code is good once: a second sign-in
 * within the same half minute uses the next one, a third has to wait.
 */
export async function signIn(browser, broker, { profile, account } = {}) {
	const { name, password, secret, code } = account ?? (await demoAccount(broker));
	const page = await newPage(browser, broker, profile);
	await page.goto(`${broker.origin}/staff`);
	await named(page, "textbox", "Brugernavn").fill(name);
	await page.locator("#password").fill(password);
	await named(page, "textbox", "Kode fra din app").fill(code ?? totp(secret));
	await press(page, "Log ind");
	await named(page, "button", "Ny aftale").shown();
	return page;
}

/**
 * Books by the form, half an hour at the next quarter (or now), and reads the invitation.
 * @returns { link, number, pin, callIn } ; callIn is undefined where there is no trunk
 */
export async function book(page, { label = "", phone = "", now = false, by = "" } = {}) {
	await press(page, now ? "Møde nu" : "Ny aftale");
	if (phone) await page.locator("#phone").fill(phone);
	if (label) await page.locator("#label").fill(label);
	if (by) await page.locator(`input[name="form"][value="${by}"]`).click();
	await page.locator('input[name="chosen_by"][value="citizen"]').click();
	await press(page, now ? "Åbn mødet nu" : "Lav aftalen");
	await named(page, "heading", "Invitation").shown();
	const link = await until(
		"the link",
		() => textOf(page, ".linktext"),
		(text) => text.includes("/j#"),
	);
	const digits = await page.evaluate(() =>
		[...document.querySelectorAll("dd.digits")].map((e) =>
			e.innerText.replace(/\D/g, ""),
		),
	);
	const [pin, number, callIn] = digits.reverse();
	return { link, number, pin, callIn };
}

/** From the invitation to the meeting's page. */
export async function openCard(page) {
	await press(page, "Åbn mødet");
	await named(page, "button", "Afslut").shown();
}

/** From the day to the meeting's page. */
export async function openCardOf(page, label) {
	await until("the card", () =>
		page.evaluate((wanted) => {
			const card = [...document.querySelectorAll(".card")].find((e) =>
				e.innerText.includes(wanted),
			);
			const button = card?.querySelector(".acts button");
			button?.click();
			return button !== undefined && button !== null;
		}, label),
	);
	await named(page, "button", "Afslut").shown();
}

/** A device that has just opened the link: the welcome. */
export async function openLink(browser, broker, link, { profile } = {}) {
	const page = await newPage(browser, broker, profile);
	await page.goto(link);
	await named(page, "button", "Start").shown();
	return page;
}

/** From the welcome to the devices, and those are tried. */
export async function toDevices(page, { camera = true } = {}) {
	await press(page, "Start");
	await press(page, camera ? "Tænd kamera" : "Kun lyd");
	await named(page, "button", "Jeg er klar").shown();
}

/** From the devices to the lobby. */
export async function toLobby(page) {
	await press(page, "Jeg er klar");
	await named(page, "heading", "Du er det rigtige sted").shown();
}

/** Link, welcome, devices, lobby in one go. */
export async function arrive(browser, broker, link, options = {}) {
	const page = await openLink(browser, broker, link, options);
	await toDevices(page, options);
	await toLobby(page);
	return page;
}

/** The consultant turns the camera on; it is off until pressed. */
export async function cameraOn(page) {
	await press(page, "Kamera");
	await until("own picture", () =>
		page.evaluate((own) => document.querySelector(own) !== null, CONSULTANT.own),
	);
}

/** Admits whoever waits, and waits until both pages say that they are connected. */
export async function admit(consultant, citizen) {
	await press(consultant, "Luk ind");
	await isConnected(consultant, citizen);
}

/** Both pages say that they are connected. */
export async function isConnected(consultant, citizen, within = PATIENCE_MS) {
	for (const page of [consultant, citizen])
		await shows(page, /(God|svag|Dårlig) forbindelse/i, within);
}

/** Opens the end, takes the first outcome that is offered (or the one named), ends. */
export async function endMeeting(page, outcome = "held") {
	await press(page, "Afslut");
	await page.locator(`dialog input[value="${outcome}"]`).click();
	await page.locator("dialog button[type=submit]").click();
	await named(page, "heading", "Mødet er slut").shown();
}
