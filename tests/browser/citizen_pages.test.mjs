// SPDX-License-Identifier: MPL-2.0
//
// Every screen of the citizen's page, reached as a citizen would reach it, with the broker's
// answers mocked: the right words, no accessibility violation, nothing wider than a small
// phone, nothing asked elsewhere, and the number to call on each.
// SHOTS=folder writes a picture of each at 320 and 1280 px, light and dark.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { assertAccessible } from "../lib/audit.mjs";
import { assertQuiet, startChromium, until } from "../lib/browsers.mjs";
import { makeCertificates } from "../lib/certificates.mjs";
import {
	buildSite,
	LINK,
	mediaScript,
	mockBroker,
	newPeek,
	newState,
	ORIGIN,
	TOKEN,
} from "./citizen_pages_mock.mjs";

const SHOTS = process.env.SHOTS ?? "";
const SIZES = [
	[320, 640],
	[1280, 800],
];

describe("the citizen's page", { timeout: 300_000 }, () => {
	const stops = [];
	const browsers = {};
	let site;

	before(async () => {
		site = await buildSite();
		stops.push(site.stop);
		const certificates = await makeCertificates();
		stops.push(certificates.stop);
		for (const devices of ["fake", "refused"]) {
			browsers[devices] = await startChromium({ ca: certificates.ca, devices });
			stops.push(browsers[devices].stop);
		}
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});

	/** A fresh device with its own world. */
	async function device({ devices = "fake", peek = {}, state = {}, init, phone } = {}) {
		const page = await browsers[devices].newPage(ORIGIN);
		await page.setViewportSize({ width: 320, height: 640 });
		const world = { peek: newPeek(peek), state: newState(state), answers: {} };
		const broker = await mockBroker(page, { ...site, page: site.pageWith(phone) }, world);
		if (init) await page.addInitScript(...[init].flat());
		return { page, world, broker };
	}

	const title = (page, words) => page.getByRole("heading", { level: 1, name: words });
	const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

	/** What holds on every screen; writes its pictures. */
	async function look(page, name, { quiet = true, call = "#call-us" } = {}) {
		for (const scheme of SHOTS === "" ? ["light"] : ["light", "dark"]) {
			await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
			for (const [width, height] of SIZES) {
				await page.setViewportSize({ width, height });
				const wide = await page.evaluate(() => document.documentElement.scrollWidth);
				assert.ok(wide <= width, `${name}: ${wide} px wide on ${width}`);
				await assertAccessible(page);
				if (SHOTS === "") continue;
				await mkdir(SHOTS, { recursive: true });
				const tall = await page.evaluate(() => document.documentElement.scrollHeight);
				await page.setViewportSize({ width, height: Math.max(height, tall) });
				await page.screenshot({ path: join(SHOTS, `${name}-${width}-${scheme}.png`) });
			}
		}
		await page.setViewportSize({ width: 320, height: 640 });
		assert.match(
			await page.locator(call).first().getAttribute("href"),
			/^tel:\+45\d{8}$/,
		);
		const small = await page.evaluate(() =>
			[...document.querySelectorAll("button, summary, a, input, select")]
				.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 48)
				.map((e) => `${e.tagName} ${e.textContent}`),
		);
		assert.deepEqual(small, [], `${name}: targets under 48 px`);
		if (quiet) assertQuiet(page);
	}

	/** Nothing of the talk has to be scrolled to on a usual phone, and nobody is larger. */
	async function fits(page, name) {
		for (const [width, height] of [
			[360, 640],
			[390, 780],
		]) {
			await page.setViewportSize({ width, height });
			const seen = await page.evaluate(() => {
				const box = (selector) =>
					[...document.querySelectorAll(selector)]
						.filter((e) => e.checkVisibility())
						.map((e) => e.getBoundingClientRect());
				return {
					tall: document.documentElement.scrollHeight,
					said: document.querySelector(".notices").innerText,
					tiles: box(".tile").map(
						(b) => `${Math.round(b.width)}x${Math.round(b.height)}`,
					),
					low: Math.max(...box(".control").map((b) => b.bottom)),
					bar: box(".help")[0],
				};
			});
			const what = `${name} at ${width}x${height}: ${JSON.stringify(seen)}`;
			assert.ok(seen.tall <= height && seen.low <= seen.bar.top, what);
			assert.ok(seen.tiles.length === 2 && seen.tiles[0] === seen.tiles[1], what);
			assert.ok(seen.bar.height <= 64, what);
		}
		await page.setViewportSize({ width: 320, height: 640 });
	}

	async function toLobby(options = {}) {
		const made = await device(options);
		await made.page.goto(LINK);
		await press(made.page, "Start");
		await press(made.page, "Kun lyd");
		await press(made.page, "Jeg er klar");
		await title(made.page, "Du er det rigtige sted").waitFor();
		return made;
	}

	it("shows the number and the call before any script has run", async () => {
		const { page } = await device();
		await page.route("**/*.js", (route) => route.abort());
		await page.goto(LINK);
		await page.getByRole("link", { name: "Ring til os 79 75 50 00" }).waitFor();
		await page.getByText("Ring til mig i stedet").click();
		assert.ok(await page.getByText("Eller ring til os på 79 75 50 00.").isVisible());
		await look(page, "no_script", { quiet: false });
		await page.close();
	});

	it("takes the token out of the address before anything is asked", async () => {
		const { page, broker } = await device();
		const seen = [];
		page.on("request", (request) => {
			if (request.url().includes("/api/")) seen.push(page.url());
		});
		await page.goto(LINK);
		await title(page, "Goddag").waitFor();
		assert.deepEqual(seen, [`${ORIGIN}/j`]);
		assert.deepEqual(broker.asked, [{ path: "/link/peek", body: { token: TOKEN } }]);
		assert.equal(await page.evaluate(() => history.length), 2);
		await page.close();
	});

	it("welcomes with one button, and redeems only when it is pressed", async () => {
		const { page, broker } = await device();
		await page.goto(LINK);
		await page
			.getByText("Mette fra Hedensted Kommune vil gerne tale med dig kl.")
			.waitFor();
		assert.equal(await page.locator("main button").count(), 1);
		assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
		await look(page, "welcome");
		assert.equal(broker.asked.length, 1);
		await press(page, "Start");
		await title(page, "Vil du vise billede?").waitFor();
		assert.equal(broker.asked[1].path, "/link/redeem");
		await until("hello", () => broker.heard[0]?.type === "hello");
		const steps = () => broker.heard.filter((m) => m.type === "step").map((m) => m.step);
		await until(
			"the steps",
			steps,
			(s) => s.join() === "devices" || s.join() === "opened,devices",
		);
		await page.close();
	});

	it("leads to the notices in a tab of their own, in its language, and not in a talk", async () => {
		const { page, broker } = await device();
		await page.goto(LINK);
		await title(page, "Goddag").waitFor();
		const link = (name) => page.getByRole("link", { name, exact: true });
		assert.equal(await link("Tilgængelighed").getAttribute("href"), "/tilgaengelighed");
		assert.equal(await link("Dine oplysninger").getAttribute("href"), "/privatliv");
		assert.equal(await link("Dine oplysninger").getAttribute("target"), "_blank");
		await page.getByRole("button", { name: "Read this page in English" }).click();
		await title(page, "Hello").waitFor();
		assert.equal(await link("Your data").getAttribute("href"), "/privacy");
		assert.equal(await link("Dine oplysninger").count(), 0);
		await press(page, "Start");
		await press(page, "Sound only");
		await press(page, "I am ready");
		await title(page, "You are in the right place").waitFor();
		broker.state({ place: "admitted", phase: "live" });
		await page.locator(".talk").waitFor();
		assert.equal(await link("Your data").count(), 0);
		await page.close();
	});

	it("speaks English when asked, remembers it, and stays on the screen", async () => {
		const { page } = await device();
		await page.goto(LINK);
		await title(page, "Goddag").waitFor();
		await page.getByRole("button", { name: "Read this page in English" }).click();
		await title(page, "Hello").waitFor();
		assert.equal(await page.locator("html").getAttribute("lang"), "en");
		assert.equal(await page.evaluate(() => document.activeElement?.id), "language");
		await page.getByText("Call us 12 34 56 78").waitFor();
		await look(page, "welcome_english");
		await page.goto(LINK);
		await page.reload();
		await page.getByRole("button", { name: "Læs siden på dansk" }).waitFor();
		await page.close();
	});

	it("says kindly that it is early, and lets devices be tried without redeeming", async () => {
		const starts = Date.now() + 3 * 86_400_000;
		const { page, broker } = await device({ peek: { when: "early", starts } });
		await page.goto(LINK);
		await title(page, "Du er her i god tid").waitFor();
		await look(page, "early");
		await press(page, "Prøv lyd og kamera");
		await press(page, "Kun lyd");
		await page.getByText("Det virker. Du er klar til mødet.").waitFor();
		await look(page, "try");
		await page.getByRole("button", { name: "Tilbage" }).first().click();
		await title(page, "Du er her i god tid").waitFor();
		assert.deepEqual(
			broker.asked.map((a) => a.path),
			["/link/peek"],
		);
		assert.deepEqual(broker.heard, []);
		await page.close();
	});

	it("offers the letter's numbers when the link is over, and at / without a link", async () => {
		const { page, world, broker } = await device();
		world.answers["/link/peek"] = { status: 404, body: { error: "link_unknown" } };
		world.answers["/link/digits"] = { status: 404, body: { error: "link_unknown" } };
		await page.goto(LINK);
		await title(page, "Linket virker ikke længere").waitFor();
		await look(page, "over");
		await page.goto(`${ORIGIN}/`);
		await title(page, "Velkommen").waitFor();
		await page.getByLabel("Mødenummer").fill("1234 5678");
		await page.getByLabel("Kode").fill("123456");
		await press(page, "Gå til mødet");
		await page.getByText("Vi kender ikke de to numre.").waitFor();
		await look(page, "digits");
		world.answers = {};
		await press(page, "Gå til mødet");
		await title(page, "Vil du vise billede?").waitFor();
		assert.deepEqual(broker.asked.at(-1).body, { number: "12345678", pin: "123456" });
		await page.close();
	});

	it("says of a link that lost a part on its way that it does not work", async () => {
		const { page, broker } = await device();
		await page.goto(`${ORIGIN}/j#k7Qp2mW9`);
		await title(page, "Linket virker ikke længere").waitFor();
		await page.getByLabel("Mødenummer").waitFor();
		assert.equal(page.url(), `${ORIGIN}/j`);
		assert.deepEqual(broker.asked, []);
		await page.close();
	});

	it("says nothing of a number that nobody gave, and finds one in the booking", async () => {
		const { page, world } = await device({ phone: "" });
		world.answers["/link/peek"] = { status: 404, body: { error: "link_unknown" } };
		await page.goto(LINK);
		await title(page, "Linket virker ikke længere").waitFor();
		await page.locator("#call-me summary").click();
		await page.getByText("Vi ved ikke, hvem du er.", { exact: true }).waitFor();
		assert.equal(await page.locator("#call-us").isVisible(), false);
		assert.doesNotMatch(await page.innerText("body"), /på \./);
		world.answers = {};
		await page.goto("about:blank");
		await page.goto(LINK);
		await title(page, "Goddag").waitFor();
		await page.getByRole("link", { name: "Ring til os 12 34 56 78" }).waitFor();
		await page.close();
		const { page: bare } = await device({ phone: "" });
		await bare.route("**/*.js", (route) => route.abort());
		await bare.goto(LINK);
		await bare.locator("#call-me summary").click();
		assert.equal(
			await bare
				.getByText(/[Rr]ing til os/)
				.filter({ visible: true })
				.count(),
			0,
		);
		await bare.close();
	});

	it("leads from a path that is none to the digits form, in both languages", async () => {
		const { page } = await device();
		await page.goto(`${ORIGIN}/J#${TOKEN}`);
		await title(page, "Siden findes ikke").waitFor();
		await page.getByRole("heading", { name: "There is no such page" }).waitFor();
		await page.getByText("Kun til afprøvning").waitFor();
		await look(page, "not_found", { quiet: false, call: "main a[href^=tel]" });
		await page.getByRole("link", { name: "Skriv mødenummer og PIN" }).click();
		await title(page, "Velkommen").waitFor();
		await page.close();
	});

	it("asks for the PIN where the booking has one", async () => {
		const { page, world } = await device({ peek: { pin: true } });
		world.answers["/link/redeem"] = { status: 403, body: { error: "pin_wrong" } };
		await page.goto(LINK);
		await press(page, "Start");
		await page.getByLabel("Kode").fill("111111");
		await press(page, "Videre");
		await page.getByText("Koden passer ikke. Prøv igen.").waitFor();
		await look(page, "pin");
		await page.close();
	});

	it("keeps the camera off until it is pressed, and then shows the own picture", async () => {
		const { page } = await device({
			init: () => {
				window.opened = [];
				const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
				navigator.mediaDevices.getUserMedia = (wish) => {
					window.opened.push(Object.keys(wish).join());
					return real(wish);
				};
			},
		});
		await page.goto(LINK);
		await press(page, "Start");
		await title(page, "Vil du vise billede?").waitFor();
		await look(page, "devices");
		assert.deepEqual(await page.evaluate(() => window.opened), []);
		await press(page, "Kun lyd");
		await page.getByText("Sig noget. Stregen skal bevæge sig.").waitFor();
		assert.deepEqual(await page.evaluate(() => window.opened), ["audio"]);
		const level = () =>
			page.evaluate(() => document.querySelector(".level span").style.transform);
		await until("the level moves", level, (now) => /0\.[1-9]|scaleX\(1/.test(now));
		await press(page, "Tænd kamera");
		await page.locator("video.own").waitFor();
		await press(page, "Sluk kamera");
		await page.getByText("Dit kamera er slukket").waitFor();
		await press(page, "Tænd kamera");
		await page.getByText("Vælg udstyr").click();
		await page.getByLabel("Mikrofon").waitFor();
		await press(page, "Hør en prøvelyd");
		await look(page, "devices_open");
		await page.close();
	});

	it("helps when the microphone is refused, missing or busy, and lets the citizen in", async () => {
		for (const [error, words, step] of [
			["", "Mikrofonen er slået fra", "refused"],
			["NotFoundError", "Vi kan ikke finde en mikrofon", "missing"],
			["NotReadableError", "Vi kan ikke bruge mikrofonen", "busy"],
		]) {
			// The refusal is the browser's own; it has no switch for the other two.
			const fail = (name) => {
				if (name === "") return;
				navigator.mediaDevices.getUserMedia = () =>
					Promise.reject(new DOMException("", name));
			};
			const devices = error === "" ? "refused" : "fake";
			const { page, broker } = await device({ devices, init: [fail, error] });
			await page.goto(LINK);
			await press(page, "Start");
			await press(page, "Kun lyd");
			await page.getByText(words).waitFor();
			await look(page, `devices_${step}`);
			await until(step, () => broker.heard.some((m) => m.step === step));
			await press(page, "Gå videre uden mikrofon");
			await title(page, "Du er det rigtige sted").waitFor();
			await page.close();
		}
	});

	it("waits with calm words that follow the consultant", async () => {
		const { page, broker } = await toLobby();
		await page.getByText("Mette kan se, at du er her.").waitFor();
		await look(page, "lobby");
		await until("ready", () => broker.heard.some((m) => m.step === "ready"));
		broker.state({ consultant: { here: false } });
		await page.getByText("Vi har givet Mette besked.").waitFor();
		broker.state({ consultant: { late_minutes: 10 } });
		await page
			.getByText("Mette er forsinket ca. 10 minutter. Det er ikke din fejl.")
			.waitFor();
		await look(page, "lobby_late");
		broker.state({ starts: Date.now() - 20 * 60_000, consultant: { here: false } });
		await title(page, "Mette er ikke kommet endnu").waitFor();
		await look(page, "lobby_absent");
		await page.close();
	});

	it("comes back by itself after the connection was lost", async () => {
		const { page, broker } = await toLobby();
		const hellos = () => broker.heard.filter((m) => m.type === "hello").length;
		broker.close(4005);
		await page.getByText("Forbindelsen er væk et øjeblik.").waitFor();
		await until("a second hello", hellos, (n) => n === 2);
		await page.getByText("Forbindelsen er væk et øjeblik.").waitFor({ state: "hidden" });
		await page.close();
	});

	it("takes the seat again after a reload, without the link", async () => {
		const { page, broker } = await toLobby();
		await page.reload();
		await title(page, "Du er det rigtige sted").waitFor();
		assert.deepEqual(broker.asked.at(-1), {
			path: "/seat/peek",
			body: { seat: "8121-1" },
		});
		assert.equal(broker.heard.filter((m) => m.type === "hello").at(-1).seat, "8121-1");
		const kept = await page.evaluate(() =>
			JSON.stringify([localStorage, sessionStorage]),
		);
		assert.doesNotMatch(kept, /Mette|Hedensted|12345678/);
		assert.ok(!kept.includes(TOKEN));
		await page.close();
	});

	it("rings: the last two digits, another number, and back", async () => {
		const { page, broker } = await device();
		await page.goto(LINK);
		await title(page, "Goddag").waitFor();
		await page.getByText("Ring til mig i stedet").click();
		await page.getByText("Vi ringer til nummeret, der ender på 78.").waitFor();
		await look(page, "call_me");
		await press(page, "Brug et andet nummer");
		await page.getByLabel("Dit telefonnummer").fill("12");
		await press(page, "Ring til mig");
		await page.getByText("Det ligner ikke et dansk nummer.").waitFor();
		await page.getByLabel("Dit telefonnummer").fill("22 33 44 55");
		await look(page, "call_me_number");
		await press(page, "Ring til mig");
		await page.getByText("Vi har fået din besked.").waitFor();
		assert.deepEqual(broker.asked.at(-1).body, { token: TOKEN, phone: "22334455" });
		await look(page, "call_me_sent");
		await press(page, "Fortryd. Jeg vil ikke ringes op");
		await page.getByRole("button", { name: "Ring til mig", exact: true }).waitFor();
		await page.close();
	});

	it("asks for a number where none is on file", async () => {
		const call = { number: "12345678", last2: "", asked: false };
		const { page } = await device({ peek: { call } });
		await page.goto(LINK);
		await title(page, "Goddag").waitFor();
		await page.getByText("Ring til mig i stedet").click();
		await page.getByLabel("Dit telefonnummer").waitFor();
		await page.close();
	});

	it("follows the telephone: announced, ringing, missed, talking, back to video", async () => {
		const { page, broker } = await toLobby();
		const call = { digits: "47", hidden_number: true };
		broker.state({ call: { ...call, state: "announced" } });
		await title(page, "Mette ringer om lidt").waitFor();
		await look(page, "phone_announced");
		broker.state({ call: { ...call, state: "ringing" } });
		await title(page, "Mette ringer til dig nu").waitFor();
		await page.getByText("Den, der ringer, siger tallet 47.").waitFor();
		await page.getByText("Der står måske skjult nummer").waitFor();
		broker.state({ call: { ...call, state: "missed" } });
		await title(page, "Vi fik ikke fat i dig").waitFor();
		await look(page, "phone_missed");
		broker.state({
			form: "phone",
			phase: "live",
			place: "admitted",
			call: { state: "talking" },
		});
		await title(page, "I taler i telefon").waitFor();
		await page.getByText("Almindelig telefonsamtale").waitFor();
		assert.equal(await page.getByText("Krypteret").count(), 0);
		await look(page, "phone_talking");
		await press(page, "Ja, video");
		await until("video asked", () => broker.heard.some((m) => m.type === "video"));
		await page.getByText("Vi spørger Mette.").waitFor();
		await page.close();
	});

	it("never offers the phone to who writes or signs", async () => {
		const { page } = await device({ peek: { way: "sign" } });
		await page.goto(LINK);
		await title(page, "Goddag").waitFor();
		assert.equal(await page.locator("#call-me").isVisible(), false);
		await page.close();
	});

	it("says what happened when the seat is taken, moved, removed or broken", async () => {
		for (const [code, words, name] of [
			[4001, "Mødet er åbent et andet sted", "taken"],
			[4002, "Du er med fra en anden enhed", "moved"],
			[4003, "Du er ikke med i mødet nu", "removed"],
			[4015, "Linket virker ikke længere", "unknown_seat"],
		]) {
			const { page, broker } = await toLobby();
			broker.close(code);
			await title(page, words).waitFor();
			await look(page, name);
			if (code === 4001) {
				await press(page, "Fortsæt her");
				await title(page, "Du er det rigtige sted").waitFor();
			}
			await page.close();
		}
	});

	it("gives up after three protocol errors and shows the telephone", async () => {
		const { page, broker } = await toLobby();
		for (let n = 1; n <= 3; n++) {
			await until(
				"hello",
				() => broker.heard.filter((m) => m.type === "hello").length === n,
			);
			broker.close(4010);
		}
		await title(page, "Siden virker ikke, som den skal").waitFor();
		await look(page, "trouble");
		await page.close();
	});

	it("loads a new build once, then never again by itself", async () => {
		const { page, broker } = await toLobby();
		broker.close(4004);
		await until(
			"reloaded",
			() => broker.heard.filter((m) => m.type === "hello").length === 2,
		);
		broker.close(4004);
		await title(page, "Siden virker ikke, som den skal").waitFor();
		await page.close();
	});

	it("ends calmly with times and receipt, and forgets on request", async () => {
		const { page, broker } = await toLobby();
		const to = Date.now();
		const end = { type: "ended", from: to - 29 * 60_000, to, receipt: "7F3K-29QD" };
		broker.say({ ...end, outcome_kind: "held" });
		await title(page, "Tak for samtalen").waitFor();
		await page.getByText("7F3K-29QD").waitFor();
		await look(page, "ended");
		await press(page, "Glem mig på denne enhed");
		await title(page, "Denne enhed har glemt dig").waitFor();
		await look(page, "forgotten");
		const left = await page.evaluate(() => ({ ...localStorage, ...sessionStorage }));
		assert.deepEqual(left, {});
		await page.close();
	});

	it("says which browsers work where this one cannot, or sits inside an app", async () => {
		const old = await device({
			init: () => Reflect.deleteProperty(window, "RTCPeerConnection"),
		});
		await old.page.goto(LINK);
		await title(old.page, "Denne browser kan ikke vise video").waitFor();
		await look(old.page, "unsupported");
		await old.page.close();
		const app = await device({
			init: () =>
				Object.defineProperty(navigator, "userAgent", {
					value: "Mozilla/5.0 (Linux; Android 14; wv) Chrome/120 [FBAN/FB4A]",
				}),
		});
		await app.page.goto(LINK);
		await title(app.page, "Åbn linket i din browser").waitFor();
		assert.equal(app.page.url(), LINK, "the link must still be there to be opened");
		assert.deepEqual(app.broker.asked, []);
		await look(app.page, "in_app");
		await press(app.page, "Prøv her alligevel");
		await title(app.page, "Goddag").waitFor();
		await app.page.close();
	});

	it("talks: two pictures, mute, text, screen, spoken code and words for the line", async () => {
		const { page, broker } = await toLobby({ state: { phase: "live" } });
		const mette = await browsers.fake.newPage(ORIGIN);
		await mette.route(`${ORIGIN}/**`, (route) =>
			route.fulfill({
				body: "<!DOCTYPE html><title>m</title>",
				contentType: "text/html",
			}),
		);
		await mette.goto(`${ORIGIN}/mette`);
		await mette.evaluate(await mediaScript());
		await mette.evaluate(async () => {
			const out = { sent: [], link: "", code: "", texts: [], tracks: null };
			window.out = out;
			window.talk = window.createTalk({
				meeting: "8121",
				role: "consultant",
				way: "speech",
				send: (m) => out.sent.push(m),
				events: {
					link: (l) => {
						out.link = l;
					},
					tracks: (t) => {
						out.tracks = t;
					},
					quality: () => undefined,
					code: (c) => {
						out.code = c;
					},
					unsafe: () => {
						out.code = "unsafe";
					},
					channel: () => undefined,
					text: (t) => out.texts.push(t),
				},
			});
			const stream = await navigator.mediaDevices.getUserMedia({
				audio: true,
				video: true,
			});
			window.talk.set("mic", stream.getAudioTracks()[0]);
			window.talk.set("camera", stream.getVideoTracks()[0]);
		});
		const sends = { mic: true, picture: true };
		const live = { phase: "live", place: "admitted", form: "video", consultant: sends };
		broker.state(live);
		const start = {
			...{ type: "start", meeting: "8121", epoch: 1, policy: "all", servers: [] },
			...{ video_kbps: 400, video_kbps_saving: 250, whole_screen: true },
		};
		broker.say({ ...start, role: "answer" });
		await mette.evaluate((m) => window.talk.receive(m), { ...start, role: "offer" });
		const seen = { there: 0, here: broker.heard.length };
		let carrying = true;
		const passed = ["signal", "sas"];
		const carry = (async () => {
			while (carrying) {
				const there = await mette.evaluate((n) => window.out.sent.slice(n), seen.there);
				seen.there += there.length;
				for (const m of there)
					if (passed.includes(m.type)) broker.say({ ...m, from: "consultant" });
				const here = broker.heard.slice(seen.here);
				seen.here += here.length;
				for (const m of here)
					if (passed.includes(m.type))
						await mette.evaluate((i) => window.talk.receive(i), {
							...m,
							from: "citizen",
						});
				await new Promise((done) => setTimeout(done, 20));
			}
		})();
		try {
			await page.getByText("God forbindelse").waitFor();
			await page.getByText("Krypteret", { exact: true }).waitFor();
			await until("a picture", () =>
				page.evaluate(
					() =>
						(document.querySelector(".tile video[aria-label]")?.videoWidth ?? 0) > 0 ||
						[...document.querySelectorAll(".tile video")].some((v) => v.videoWidth > 0),
				),
			);
			const offer = await mette.evaluate(
				() => window.out.sent.find((m) => m.kind === "offer").sdp,
			);
			assert.ok(
				offer.length < 12 * 1024 && offer.split("\n").length < 400,
				`offer ${offer.length} B, ${offer.split("\n").length} lines`,
			);
			await press(page, "Kamera");
			await page.locator("video.own").waitFor();
			const last = () => broker.heard.filter((m) => m.type === "media").at(-1);
			await until("picture reported", last, (m) => m.picture === true && m.mic === true);
			await look(page, "talk");
			await fits(page, "talk");
			await press(page, "Mikrofon");
			await until("mute reported", last, (m) => m.mic === false);
			await page.getByText("Mikrofonen er slukket.").waitFor({ state: "attached" });
			const code = await until("her code", () => mette.evaluate(() => window.out.code));
			broker.state({ ...live, sas: { show: true, confirmed: false } });
			await page.getByText(code).waitFor();
			await look(page, "talk_code");
			broker.state({ ...live, sas: { show: false, confirmed: true } });
			await page.getByText("Krypteret og bekræftet").waitFor();
			await press(page, "Skriv");
			await page.getByLabel("Skriv til Mette").fill("Hej Mette");
			await page.getByRole("button", { name: "Send" }).click();
			await until(
				"text",
				() => mette.evaluate(() => window.out.texts),
				(t) => t[0] === "Hej Mette",
			);
			await mette.evaluate(() => window.talk.say("Hej, kan du høre mig?"));
			await page.getByText("Hej, kan du høre mig?").waitFor();
			await look(page, "talk_text");
			await press(page, "Del skærm");
			await page.getByText("Du deler din skærm").waitFor();
			await until("share reported", last, (m) => m.share === true);
			broker.state({ ...live, consultant: { ...sends, share: true } });
			await look(page, "talk_sharing");
			await press(page, "Stop deling");
			await until("share ended", last, (m) => m.share === false);
			assert.equal(
				await page.getByText("Vælg et vindue eller en fane.").isVisible(),
				false,
			);
			broker.state({ ...live, call: { state: "ringing", digits: "47" } });
			await page.getByText("Mette ringer til dig nu.").waitFor();
			await press(page, "Skriv"); // put away
			await page.locator(".called .digits", { hasText: "47" }).waitFor();
			await fits(page, "talk with a call");
			await mette.evaluate(() => window.talk.stop());
			await title(page, "Mette ringer til dig nu").waitFor({ timeout: 30_000 });
		} finally {
			carrying = false;
			await carry;
			await mette.close();
		}
		await page.close();
	});
});
