// SPDX-License-Identifier: MPL-2.0
//
// The telephone on the staff pages where there is a trunk: what is said of every step and
// of every end of a call, who is heard when, the line to the gateway with real sound, guests
// who ring in, the call that places itself, and who is to be called back. The broker is
// mocked (staff_pages_mock.mjs); nothing here decides what a broker would.

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { assertAccessible } from "../lib/audit.mjs";
import { until } from "../lib/browsers.mjs";
import { callOf, citizenOf, gatewayOf, guest } from "./staff_pages_mock.mjs";
import { staffStage } from "./staff_pages_stage.mjs";

const STEPS = [
	["calling", "Ringer op …"],
	["ringing", "Det ringer hos borgeren."],
	["early", "Netværket svarer."],
	["answered", "Telefonen er taget."],
];
const OWN_STEPS = [
	["calling", "Ringer til din telefon …"],
	["ringing", "Din telefon ringer."],
	["answered", "Tryk på en tast på din telefon."],
];
const REASONS = {
	hung_up: "Der er lagt på.",
	busy: "Der er optaget.",
	no_answer: "Ingen svarer.",
	declined: "Opkaldet blev afvist.",
	unknown_number: "Nummeret er ukendt.",
	line_down: "Telefonlinjen er nede.",
	not_confirmed: "Ikke bekræftet.",
	silent: "Der kom ingen lyd",
	too_long: "Opkaldet nåede den længste tid.",
	cancelled: "Opkaldet er afbrudt.",
	not_allowed: "Nummeret må ikke ringes op",
	full: "Alle linjer er optaget.",
	bad_media: "Lyden kunne ikke sættes op.",
	not_recorded: "Opkaldet kan ikke skrives i loggen lige nu, så vi ringer ikke op.",
	limit_meeting: "For mange opkald i mødet.",
	limit_hour: "For mange opkald den sidste time.",
	limit_day: "For mange opkald i dag.",
	limit_money: "Dagens beløb til opkald er brugt.",
};

describe("the telephone on the staff pages", { timeout: 240_000 }, () => {
	const stage = staffStage();
	const { asked, button, card, heard, look, openDay, openTalk, shows, state } = stage;
	let context;
	let page;
	let site;
	let world;
	beforeEach(() => {
		({ context, page, site, world } = stage.now());
	});

	const inside = guest({ place: "admitted" });
	const trunk = (more) => callOf({ trunk: true, has_own_phone: true, ...more });
	/** A meeting with somebody inside and a call as told. */
	const calls = (more, rest = {}) =>
		state("2", { guests: [inside], call: trunk(more), ...rest });
	const talking = (more, rest = {}) =>
		calls(
			{ state: "talking", progress: "talking", line: 3, ...more },
			{ phase: "live", form: "phone", started: Date.now(), ...rest },
		);
	const spoken = () => page.locator("[aria-live=polite].unseen").textContent();
	const said = (words) =>
		until(`said "${words}"`, spoken, (all) => all?.includes(words) ?? false);
	const gone = (name) => button(name).waitFor({ state: "detached" });
	/** Which voices the page plays: the line's comes before the talk's. */
	const voices = () =>
		page.evaluate(() => {
			const playing = [...document.querySelectorAll("audio")].map(
				(a) => a.srcObject !== null,
			);
			return { talk: playing.at(-1), line: playing.length === 2 && playing[0] };
		});
	const openPanel = async () => {
		await openTalk("2", { guests: [inside], call: trunk() });
		await page.locator("h1").focus();
		await page.keyboard.press("t");
		await button("Ring op her i browseren").waitFor();
	};

	it("changes nothing without a trunk", async () => {
		await openTalk("2", { guests: [inside] });
		await page.locator("h1").focus();
		await page.keyboard.press("t");
		await button("Gør klar til at ringe").waitFor();
		assert.equal(await button("Ring op her i browseren").count(), 0);
		assert.equal(await button("Ring op herfra i stedet").count(), 0);
	});

	it("rings, says each step as it is, and can be stopped at any of them", async () => {
		await openPanel();
		await look("dial");
		await button("Ring op her i browseren").focus();
		await page.keyboard.press("Enter");
		assert.deepEqual(await heard("phone"), {
			type: "phone",
			event: "dial",
			to: "browser",
		});
		for (const [progress, words] of STEPS) {
			calls({ state: "ringing", digits: "47", progress });
			await shows(words);
			await said(words);
			const focus = await page.evaluate(() => document.activeElement?.tagName);
			assert.equal(focus, "H2", "the keyboard is not left nowhere");
			await look(`dial-${progress}`);
			world.sent.length = 0;
			await button("Afbryd opkaldet").focus();
			await button("Afbryd opkaldet").click();
			assert.equal((await heard("phone")).event, "cancel");
			await page.locator(".phone h2").focus();
		}
		await shows("Kun du hører telefonen nu.");
		await button("Det er en anden / Telefonsvarer").click();
		assert.equal((await heard("phone")).event, "wrong_person");
		await button("Det er borgeren").click();
		await until("is_citizen", async () => (await heard("phone")).event === "is_citizen");
	});

	it("says why a call came to nothing, and what to do, for every reason", async () => {
		await openPanel();
		for (const [reason, words] of Object.entries(REASONS)) {
			calls({ state: "missed", attempts: 1, reason });
			await shows(words);
			await said(words);
			await assertAccessible(page);
			await button("Ring selv op i stedet").waitFor();
		}
		await look("dial-reason");
		await button("English").click();
		const danish = /[æøå]/i;
		for (const reason of Object.keys(REASONS)) {
			calls({ state: "missed", attempts: 1, reason });
			await page.waitForTimeout(20);
			assert.doesNotMatch(await page.locator(".phone").textContent(), danish, reason);
		}
	});

	it("rings her own telephone first where she wants that", async () => {
		await openPanel();
		await button("Ring mig op på min telefon først").click();
		assert.equal((await heard("phone")).to, "own_phone");
		for (const [own_phone, words] of OWN_STEPS) {
			calls({ state: "announced", own_phone });
			await shows(words);
			await said(words);
		}
		await look("dial-own");
		calls({ state: "none", reason: "no_answer" });
		await shows("Vi fik ikke fat i dig på din telefon.");
		calls({ state: "announced", own_phone: "talking", progress: "answered" });
		await shows("tryk");
		await shows("trykke 1 på din telefon");
		calls({ state: "missed", reason: "busy" });
		await shows("Der er optaget.");
	});

	it("shows the telephone in the talk: mute, hold, hand, its own mute, hang up", async () => {
		await openPanel();
		talking();
		await shows("I taler i telefon");
		await shows("ikke krypteret hele vejen");
		await said("I taler i telefon");
		assert.equal(await page.locator(".talkhead .icon-shield").count(), 0, "no lock");
		assert.equal(await page.getByText("20 30 40 78").count(), 0, "no number");
		await look("leg");
		await button("Slå telefonen fra").click();
		assert.deepEqual(await heard("phone"), { type: "phone", event: "mute", on: true });
		talking({ muted: true });
		await shows("Ingen hører telefonen.");
		await button("Slå telefonen fra").click();
		await until("unmuted", async () => (await heard("phone")).on === false);
		await button("Sæt på hold").click();
		await until("hold", async () => (await heard("phone")).event === "hold");
		talking({ held: true });
		await said("Telefonen er på hold");
		await look("leg-held");
		talking({ by_caller: true, hand: true });
		await shows("Borgeren har selv slået lyden fra (*6).");
		await button("Slå telefonen fra").click(); // hers is another one
		await until("hers too", async () => (await heard("phone")).on === true);
		talking({ muted: true, by_caller: true, hand: true });
		await button("Slå telefonen fra").click(); // which she can take back
		await until("hers no more", async () => (await heard("phone")).on === false);
		await said("Borgeren rækker hånden op (*1).");
		await look("leg-hand");
		await button("Læg på").click();
		await look("leg-hang-up");
		await page.getByRole("dialog").getByRole("button", { name: "Fortryd" }).click();
		world.sent.length = 0;
		await button("Læg på").click();
		await page.getByRole("dialog").getByRole("button", { name: "Læg på" }).click();
		assert.equal((await heard("phone")).event, "hung_up");
	});

	it("leaves the way by hand open, and takes it when the broker is away", async () => {
		await openPanel();
		await button("Ring selv op i stedet").click();
		await button("Gør klar til at ringe").waitFor();
		await look("dial-by-hand");
		await button("Ring op herfra i stedet").click();
		await button("Ring op her i browseren").waitFor();
		calls({ trunk: false, reason: "line_down" });
		await shows("Telefonlinjen er nede. Prøv igen om lidt, eller ring selv op.");
		await button("Gør klar til at ringe").waitFor();
		await look("dial-line-down");
		calls();
		await button("Ring op her i browseren").waitFor();
		world.down = true;
		world.ws.close({ code: 1011 });
		await button("Gør klar til at ringe").waitFor();
		assert.equal(await button("Ring op her i browseren").count(), 0);
	});

	it("talks over the line: G.711, both ways, muted with the microphone, held over a loss", async () => {
		await openPanel();
		const gateway = await gatewayOf(context, world, "2");
		calls({ state: "announced", progress: "calling", line: 3 });
		gateway.start(3);
		await until("an offer", () => gateway.offers.length === 1);
		const [{ line, sdp }] = gateway.offers;
		assert.equal(line, 3);
		assert.match(sdp, /^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 0\r$/m, "PCMA, then PCMU");
		assert.doesNotMatch(sdp, /m=video|m=application/);
		await until(
			"she is heard",
			async () => ((await gateway.hears())?.packetsReceived ?? 0) > 50,
		);
		await until("the line plays", voices, ({ line }) => line);
		const level = () =>
			page.evaluate(async () => {
				const voice = document.querySelector("audio");
				window.meter ??= new AudioContext();
				const analyser = window.meter.createAnalyser();
				window.meter.createMediaStreamSource(voice.srcObject).connect(analyser);
				await new Promise((done) => setTimeout(done, 400));
				const bins = new Uint8Array(analyser.frequencyBinCount);
				analyser.getByteFrequencyData(bins);
				const top = bins.indexOf(Math.max(...bins));
				return (top * window.meter.sampleRate) / analyser.fftSize;
			});
		await until("the tone of the gateway", level, (hertz) => Math.abs(hertz - 700) < 40);
		const energy = async () => (await gateway.hears()).audioLevel;
		await until("her tone", energy, (of) => of > 0.01);
		talking();
		await page.keyboard.press("m");
		await until("muted", energy, (of) => of < 0.001);
		await page.keyboard.press("m");
		await until("heard again", energy, (of) => of > 0.01);
		world.sent.length = 0;
		world.ws.close({ code: 4005 });
		assert.equal((await heard("enter")).line, 3, "the line that is still held");
		talking();
		await page.waitForTimeout(300);
		assert.equal(gateway.offers.length, 1, "nothing was begun anew");
		state("2", { guests: [inside], call: trunk({ reason: "hung_up" }) });
		await until("closed", voices, ({ line }) => !line);
		await gateway.stop();
	});

	it("asks for another line when one falls silent, but not while it is on hold", async () => {
		await openPanel();
		const gateway = await gatewayOf(context, world, "2");
		talking({ held: true });
		gateway.start(3);
		await until(
			"she is heard",
			async () => ((await gateway.hears())?.packetsReceived ?? 0) > 10,
		);
		world.sent.length = 0;
		await gateway.page.evaluate(() =>
			window.pc.getTransceivers()[0].sender.replaceTrack(null),
		);
		await page.waitForTimeout(6500);
		assert.equal(world.sent.filter((m) => m.type === "line_broken").length, 0);
		talking();
		const { line } = await until(
			"line_broken",
			() => world.sent.find((m) => m.type === "line_broken"),
			undefined,
			9000,
		);
		assert.equal(line, 3);
		talking({ line: 4 });
		gateway.start(4);
		await until("a new offer", () => gateway.offers.at(-1).line === 4);
		await gateway.stop();
	});

	it("comes back to video without a double voice", async () => {
		await openPanel();
		const gateway = await gatewayOf(context, world, "2");
		talking();
		gateway.start(3);
		await until("the line plays", voices, ({ line }) => line);
		await button("Tilbage til video").click();
		await heard("video");
		const answers = world.heard;
		const citizen = await citizenOf(context, world, site, "2");
		const signals = world.heard;
		world.heard = (message) => (message.type === "line" ? answers : signals)(message);
		await citizen.join(2);
		await until("connected", async () => (await heard("media")).epoch === 2);
		await shows("Telefonen lægger på, når video er klar.");
		assert.deepEqual(await voices(), { talk: false, line: true }, "the line alone");
		assert.equal((await heard("media")).mic, false, "and it alone has her voice");
		await look("leg-to-video");
		calls(
			{ reason: "hung_up" },
			{ phase: "live", form: "video", guests: [guest({ place: "admitted" })] },
		);
		await until("the talk is heard", voices, ({ talk, line }) => talk && !line);
		await until("her voice is back", async () => (await heard("media")).mic === true);
		await citizen.stop();
		await gateway.page.close();
	});

	it("shows who rings in, and never takes a number for a person", async () => {
		await openDay();
		const rings = guest({ kind: "phone", known: true, step: "none" });
		card("2", { guests: [rings] }, "arrived");
		await shows("Ringer ind");
		await look("day-phone");
		await page
			.locator(".card", { hasText: "Plan for foråret" })
			.getByRole("button")
			.first()
			.click();
		await heard("enter");
		state("2", { guests: [rings], call: trunk() });
		await shows("uverificeret");
		assert.equal(await page.locator(".tile .icon-phone, .guest .icon-phone").count(), 2);
		await look("lobby-phone");
		state("2", { guests: [guest({ ...rings, known: false, entry: 4 })], call: trunk() });
		await shows("Mødenummer og PIN");
		await button("Luk ind").click();
		assert.equal((await heard("admit")).entry, 4);
		state("2", {
			guests: [inside, guest({ ...rings, entry: 4, new_device: true })],
			call: trunk(),
		});
		await shows("Lukker du telefonen ind, taler I i den.");
		assert.equal(await page.getByText("Ny enhed").count(), 0, "a telephone is none");
		await look("lobby-phone-beside");
	});

	it("counts down to a call that places itself; she can stop it or ring now", async () => {
		await openTalk("2", { guests: [inside] });
		const soon = trunk({ auto_at: Date.now() + 20_000 });
		state("2", { guests: [inside], offer_call: true, call: soon });
		await page
			.getByText(/Vi ringer op om (20|19|18) s\./)
			.first()
			.waitFor();
		await said("Vi ringer op om");
		const once = await spoken();
		await look("auto");
		await page
			.getByText(/Vi ringer op om 1[0-7] s\./)
			.first()
			.waitFor();
		assert.equal(await spoken(), once, "not read out second by second");
		await button("Annuller").click();
		assert.equal((await heard("phone")).event, "cancel");
		await button("Ring nu").click();
		await until("dial", async () => (await heard("phone")).event === "dial");
		state("2", { guests: [inside], offer_call: true, call: trunk() });
		await gone("Annuller");
		await shows("Lyd og billede er væk.");
		world.sent.length = 0;
		await button("Ring op").click();
		assert.equal((await heard("phone")).event, "dial", "one press from the offer");
	});

	it("lists who is to be called back, masked until asked, until it is done", async () => {
		world.callbacks = [
			{ id: "31", masked: "···· 29", created: Date.now(), team: "Team Nord" },
		];
		await openDay();
		await shows("Vil ringes op");
		await look("callbacks");
		await page.getByRole("button", { name: /Vis nummeret.*29/ }).click();
		await shows("+45 26 27 28 29");
		await look("callbacks-shown");
		await page.getByRole("button", { name: /Klaret/ }).click();
		await asked("/staff/callbacks/31/done");
		await page.getByText("Vil ringes op").waitFor({ state: "detached" });
	});

	it("invites by telephone where one can call in", async () => {
		world.callIn = "+4579755099";
		await openDay();
		await page.getByLabel(/Mere .*foråret/).click();
		await button("Invitation").click();
		await shows("Ring ind");
		await shows("+45 79 75 50 99");
		await look("invitation-call-in");
		await button("Vejledning til print").click();
		await shows("Du kan også ringe ind på +45\u00a079\u00a075\u00a050\u00a099.");
		await look("guide-call-in");
		const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
		assert.equal(pdf.match(/\/Type\s*\/Page\b/g)?.length, 1, "one page");
	});
});
