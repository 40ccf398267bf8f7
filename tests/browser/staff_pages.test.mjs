// SPDX-License-Identifier: MPL-2.0
//
// Walks every view and state of the staff pages in Chromium against a mocked broker
// (staff_pages_mock.mjs): each is accessible, valid, fits 320 px and keeps its policy. With
// SHOTS=DIR every state is also pictured, at 1280 and 320 px, light and dark.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { until } from "../lib/browsers.mjs";
import { callOf, citizenOf, guest, ORIGIN } from "./staff_pages_mock.mjs";
import { staffStage } from "./staff_pages_stage.mjs";

const { SHOTS } = process.env;
const PASSWORD = "heste kan flyve";

describe("the staff pages", { timeout: 240_000 }, () => {
	const stage = staffStage();
	const { asked, button, card, heard, look, openDay, openTalk } = stage;
	const { pick, shows, state, text } = stage;
	let context;
	let page;
	let site;
	let world;
	beforeEach(() => {
		({ context, page, site, world } = stage.now());
	});

	it("sets an account up by password, authenticator and recovery codes", async () => {
		world.signedIn = false;
		await page.goto(`${ORIGIN}/staff#setup=T0k3n-of-the-set-up`);
		await button("Start").waitFor();
		assert.equal(page.url(), `${ORIGIN}/staff`, "the token leaves the address at once");
		await button("Start").click();
		await shows("Mindst 12 tegn");
		await look("setup-password");
		await page.getByLabel("Adgangskode", { exact: true }).fill("kort");
		await button("Videre").click();
		await shows("Den skal have mindst 12 tegn.");
		await page.getByLabel("Adgangskode", { exact: true }).fill(PASSWORD);
		await page.getByLabel("Adgangskoden igen").fill("noget andet");
		await button("Videre").click();
		await shows("De to er ikke ens.");
		await page.getByLabel("Adgangskoden igen").fill(PASSWORD);
		await button("Videre").click();
		await page.getByRole("img", { name: /QR-kode/ }).waitFor();
		await look("setup-totp");
		await page.getByLabel("Kode fra appen").fill("000000");
		await button("Færdig").click();
		await shows("Koden passede ikke.");
		await page.getByLabel("Kode fra appen").fill("123456");
		await button("Færdig").click();
		await shows("Gem dine nødkoder");
		assert.equal(await page.locator(".codes li").count(), 10);
		await look("setup-recovery");
		await button("Jeg har gemt dem").click();
		await page.getByLabel("Brugernavn").waitFor();
	});

	it("signs in with one sentence for every failure, says how long a lock-out lasts, signs out", async () => {
		world.signedIn = false;
		await page.goto(`${ORIGIN}/staff`);
		await page.getByLabel("Brugernavn").fill("mette");
		await page.getByLabel("Adgangskode").fill("forkert");
		await page.getByLabel("Kode fra din app").fill("123456");
		await button("Log ind").click();
		await shows("Det passede ikke.");
		await look("sign-in");
		world.instead["POST /staff/sign-in"] = {
			status: 429,
			body: { error: "locked_out", retry_after_s: 600 },
		};
		await button("Log ind").click();
		await shows("Prøv igen om 10 minutter.");
		delete world.instead["POST /staff/sign-in"];
		await page.getByLabel("Adgangskode").fill(PASSWORD);
		await page.getByLabel("Kode fra din app").fill("123456");
		await button("Log ind").click();
		await shows("Plan for foråret");
		await button("Log ud").click();
		await shows("Du er logget ud.");
		assert.equal(await page.getByText("Plan for foråret").count(), 0);
	});

	it("shows the day with its live states, by keyboard alone", async () => {
		await openDay();
		card(
			"2",
			{
				guests: [guest({ step: "refused" })],
				last_step: "refused",
				last_seen: Date.now(),
			},
			"arrived",
		);
		card("3", { not_come: true, last_step: "opened", last_seen: Date.now() });
		await shows("Har sagt nej til mikrofon");
		await until(
			"title counts",
			() => page.title(),
			(title) => title.startsWith("(1)"),
		);
		await look("day");
		await page.locator(".card button").first().focus();
		await page.keyboard.press("ArrowDown");
		const focused = () =>
			page.evaluate(() => document.activeElement.getAttribute("aria-label"));
		assert.match(await focused(), /Plan for foråret/);
		await page.keyboard.press("/");
		assert.equal(await page.evaluate(() => document.activeElement.id), "find");
		await page.keyboard.type("tolk");
		await page.keyboard.press("Enter");
		await shows("1 møde fundet");
		await look("day-found");
		await button("Tilbage til dagen").click();
		await page.locator("h1").focus();
		await page.keyboard.press("?");
		await page.getByRole("dialog").waitFor();
		await look("keys");
		await page.keyboard.press("Escape");
		await page.locator("h1").focus();
		await page.keyboard.press("n");
		await page.getByLabel("Klokken").waitFor();
	});

	it("says when hardly a recovery code is left", async () => {
		await openDay();
		assert.equal(await page.getByText("tilbage. Bed IT").count(), 0);
		world.me.recovery_left = 2;
		await page.goto("about:blank");
		await openDay();
		await shows("Du har kun 2 nødkoder tilbage. Bed IT om et nyt link.");
	});

	it("says what to do on an empty day, and shows English", async () => {
		await openDay();
		await page.getByRole("button", { name: "Dagen efter" }).click();
		await shows("Ingen møder her endnu.");
		await look("day-empty");
		await button("English").click();
		await shows("No meetings here yet.");
		await shows("Only for trying out");
		assert.equal(await page.getByText("Kun til afprøvning").isVisible(), false);
		assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
		await look("day-empty-english");
	});

	it("takes a colleague's meeting over with a purpose, and hands one over", async () => {
		await openDay();
		await pick("Teamet");
		await shows("Hos Jonas");
		await look("day-team");
		await page.getByLabel(/Mere .*Jonas/).click();
		await button("Overtag").click();
		await pick("Det haster");
		await look("take-over");
		await page.getByRole("dialog").getByRole("button", { name: "Overtag" }).click();
		assert.deepEqual((await asked("/staff/meetings/9/take-over")).body, {
			purpose: "urgent",
		});
		await shows("Mødet er nu dit.");
		await page.getByLabel(/Mere .*foråret/).click();
		await button("Giv videre").click();
		await page.getByLabel("Kollega").waitFor();
		await until("colleagues", () => page.getByLabel("Kollega").inputValue());
		await look("hand-over");
		await page.getByRole("dialog").getByRole("button", { name: "Giv videre" }).click();
		assert.deepEqual((await asked("/staff/meetings/2/hand-over")).body, { user: "8" });
	});

	it("books, refuses CPR numbers and bad numbers by their field, and invites", async () => {
		await openDay();
		await button("Ny aftale").click();
		await page.getByLabel("Borgerens telefonnummer").fill("1234");
		await page.getByLabel("Etiket").fill("010190-1234");
		await button("Lav aftalen").click();
		await shows("Skriv et dansk nummer på otte tal.");
		await shows("Det ligner et CPR-nummer.");
		await shows("Vælg, hvem der har bestemt");
		const focused = () => page.evaluate(() => document.activeElement.name);
		assert.equal(await focused(), "chosen_by", "nobody is said to have chosen");
		await page.getByText("Flere valg").click();
		await look("booking-faults");
		await page.getByLabel("Borgerens telefonnummer").fill("20 30 40 78");
		await page.getByLabel("Etiket").fill("Ny plan");
		await pick("Telefon");
		await button("Lav aftalen").click();
		await shows("Vælg, hvem der har bestemt");
		await pick("Vi");
		world.instead["POST /staff/meetings"] = { status: 422, body: { error: "time_past" } };
		await button("Lav aftalen").click();
		await shows("Tidspunktet er passeret.");
		delete world.instead["POST /staff/meetings"];
		await button("Lav aftalen").click();
		await page.getByRole("button", { name: "Kopiér link" }).waitFor();
		const { body } = await asked("/staff/meetings");
		assert.equal(body.form, "phone");
		assert.equal(body.chosen_by, "authority");
		assert.equal(body.phone, "20 30 40 78");
		await look("invitation");
		await button("Kopiér link").click();
		assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\/j#/);
		await button("Vejledning til print").click();
		await shows("Vi ringer til dig");
		await look("guide-phone");
		assert.equal(page.url(), `${ORIGIN}/staff`);
	});

	it("prints the guide on one page, in Danish or English", async () => {
		await openDay();
		await page.getByLabel(/Mere .*foråret/).click();
		await look("card-menu");
		await button("Invitation").click();
		await button("Vejledning til print").click();
		await shows("Sådan kommer du med");
		await look("guide");
		await pick("English");
		await shows("How to join");
		await page.emulateMedia({ media: "print" });
		await shows("Only for trying out");
		assert.equal(await page.getByText("Only for trying out").isVisible(), true);
		const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
		assert.equal(pdf.match(/\/Type\s*\/Page\b/g)?.length, 1, "one page");
		if (SHOTS)
			await page.screenshot({ path: join(SHOTS, "guide-print.png"), fullPage: true });
		await page.emulateMedia({ media: "screen" });
	});

	it("edits, meets a faster colleague, cancels and takes it back, and makes a new link", async () => {
		await openDay();
		await page.getByLabel(/Mere .*foråret/).click();
		await button("Ret").click();
		await shows("Nummeret ender på 78.");
		world.mine[1].version = 5;
		world.mine[1].label = "Det nyeste";
		await page.getByLabel("Etiket").fill("Min ændring");
		await button("Gem ændringer").click();
		await shows("En anden har ændret mødet imens.");
		assert.equal(await page.getByLabel("Etiket").inputValue(), "Det nyeste");
		await look("booking-conflict");
		await page.getByLabel("Etiket").fill("Min ændring");
		await button("Gem ændringer").click();
		await shows("Mødet er gemt.");
		const saved = await asked("/staff/meetings/2");
		assert.equal(saved.body.version, 5);
		assert.equal("phone" in saved.body, false, "an untouched number is kept");
		await page.getByLabel(/Mere .*Min ændring/).click();
		await button("Aflys").click();
		await shows("Mødet er aflyst.");
		await look("day-undo");
		await button("Fortryd").click();
		await shows("Mødet er tilbage.");
		await page.getByLabel(/Mere .*Min ændring/).click();
		await button("Nyt link").click();
		await look("new-link");
		await button("Lav nyt link").click();
		await page.getByRole("button", { name: "Kopiér link" }).waitFor();
	});

	it("meets at once with three keys: open, who chose the form, create", async () => {
		await openDay();
		await button("Møde nu").focus();
		await page.keyboard.press("Enter");
		await page.locator("input[name=chosen_by]:focus").waitFor();
		await look("booking-now");
		await page.keyboard.press("Space");
		await page.keyboard.press("Enter");
		await page.getByRole("button", { name: "Kopiér link" }).waitFor();
		const { body } = await asked("/staff/meetings");
		assert.deepEqual([body.now, body.chosen_by], [true, "citizen"]);
	});

	it("shows who waits, admits, and talks: picture, code, text, keys", async () => {
		await openTalk();
		await shows("Der er ikke kommet nogen endnu.");
		await look("talk-empty");
		state("2", { guests: [guest({ step: "no_sound", level: 1 })] });
		await shows("Har ingen lyd");
		await page.keyboard.press("k");
		await page.locator(".tile video.mirrored").waitFor();
		await look("talk-lobby");
		await button("Luk ind").click();
		assert.equal((await heard("admit")).entry, 1);
		const citizen = await citizenOf(context, world, site, "2");
		const admitted = {
			phase: "live",
			form: "video",
			started: Date.now() - 65_000,
			outcomes: ["held", "technical", "unfinished"],
		};
		const inside = guest({ place: "admitted", picture: true, level: 1 });
		state("2", { ...admitted, guests: [inside] });
		await citizen.join(1);
		await shows("Krypteret");
		await shows("God forbindelse");
		await until(
			"remote picture",
			() =>
				page.evaluate(
					() =>
						[...document.querySelectorAll("video")].filter((v) => v.videoWidth > 0)
							.length,
				),
			(n) => n === 2,
		);
		await look("talk-live");
		await page.keyboard.press("m");
		await until("muted", async () => (await heard("media")).mic === false);
		await button("Sikkerhedskode").click();
		const code = await until("code", () => page.locator(".code").textContent());
		assert.match(code, /^\d{3} \d{3}$/);
		await until(
			"the same code at the citizen",
			() => citizen.look("code"),
			(theirs) => theirs === code,
		);
		await button("Vis hos borgeren").click();
		assert.equal((await heard("sas_show")).show, true);
		await button("Det passer").click();
		assert.equal((await heard("sas_ok")).epoch, 1);
		state("2", {
			...admitted,
			guests: [{ ...inside, level: 2 }],
			sas: { show: true, confirmed: true },
		});
		await shows("Krypteret og bekræftet");
		await look("talk-code");
		await citizen.say("Kan du høre mig?");
		await page.locator(".control.news").waitFor();
		await page.locator("h1").focus();
		await page.keyboard.press("l");
		await shows("Kan du høre mig?");
		await page.getByLabel("Skriv til borgeren").fill("Ja, fint. k m t");
		await page.keyboard.press("Enter");
		await until(
			"line",
			() => citizen.look("lines"),
			(lines) => lines?.length === 1,
		);
		await look("talk-text");
		await button("Lyd og billede").click();
		await page.getByLabel("Mikrofon", { exact: true }).waitFor();
		await look("talk-devices");
		await button("Del skærm").click();
		await page.locator(".talk.sharing").waitFor();
		await look("talk-share");
		await button("Stop deling").click();
		card("4", { guests: [guest()] }, "arrived");
		await shows("Andre venter");
		state("2", { ...admitted, guests: [inside, guest({ entry: 2, new_device: true })] });
		await button("Venterum").or(button("Lyd og billede")).click();
		await shows("Luk ny enhed ind");
		await look("talk-new-device");
		await button("Til dagen").click();
		await shows("Du er i en samtale.");
		await look("day-in-talk");
		await button("Tilbage til samtalen").click();
		await page.locator(".tile video").first().waitFor();
		await citizen.stop();
	});

	it("offers the call where it is wanted, and walks the telephone to the end", async () => {
		await openTalk();
		const inside = guest({ place: "admitted" });
		const call = callOf({
			state: "asked",
			given_number: "21 22 23 24",
			attempts: 1,
		});
		state("2", { guests: [inside], call });
		await shows("Borgeren vil gerne ringes op.");
		await shows("Borgeren har selv skrevet et nummer");
		await look("talk-offers");
		await button("Brug det ikke").click();
		assert.equal((await heard("phone")).event, "decline_number");
		state("2", { guests: [inside], call: { ...call, given_number: "" } });
		await button("Ring op").click();
		await shows("•• •• •• 78");
		await pick("Skjult nummer");
		await shows("Mange tager ikke skjulte numre.");
		await look("phone-prepare");
		await button("Vis nummeret").click();
		await shows("+45 20 30 40 78");
		const seen = world.asked.filter((a) => a.path === "/staff/meetings/2/number");
		assert.deepEqual(
			seen.map((a) => a.body.purpose),
			["check", "call"],
			"made available, then looked at",
		);
		await pick("Arbejdstelefon");
		await button("Ring igen").or(button("Gør klar til at ringe")).click();
		assert.deepEqual(await heard("phone"), {
			type: "phone",
			event: "open",
			from: "work",
		});
		const ringing = { ...call, given_number: "", digits: "47", from: "work" };
		state("2", { guests: [inside], call: { ...ringing, state: "announced" } });
		await shows("Sig tallet først");
		await look("phone-announced");
		await button("Det ringer").click();
		state("2", { guests: [inside], call: { ...ringing, state: "ringing" } });
		await button("Der bliver svaret").click();
		await shows("Hvem er i røret?");
		await look("phone-ringing");
		await button("Det er borgeren").click();
		assert.equal((await heard("phone")).event, "is_citizen");
		const talking = {
			phase: "live",
			form: "phone",
			started: Date.now(),
			outcomes: ["held"],
		};
		state("2", { ...talking, guests: [inside], call: { ...ringing, state: "talking" } });
		await shows("I taler i telefon");
		await shows("ikke krypteret hele vejen");
		await look("phone-talking");
		await button("Tilbage til video").click();
		await heard("video");
		await button("Vi har lagt på").click();
		assert.equal((await heard("phone")).event, "hung_up");
	});

	it("keeps the telephone panel going without a network, and tells the broker afterwards", async () => {
		await openTalk();
		state("2", { phase: "live", guests: [guest({ place: "admitted" })] });
		await asked("/staff/meetings/2/number");
		world.offline = true;
		world.down = true;
		world.ws.close({ code: 1011 });
		await shows("Forbindelsen til Samtale er væk et øjeblik.");
		await page.locator("h1").focus();
		await page.keyboard.press("t");
		await button("Vis nummeret").click();
		await shows("+45 20 30 40 78");
		await button("Gør klar til at ringe").click();
		await button("Det ringer").click();
		await button("Det er borgeren").click();
		await shows("I taler i telefon");
		await look("phone-offline");
		world.sent.length = 0;
		world.down = false;
		world.offline = false;
		await heard("enter");
		state("2", { phase: "live", guests: [guest({ place: "admitted" })] });
		await heard("phone");
		const events = world.sent.filter((m) => m.type === "phone").map((m) => m.event);
		assert.deepEqual(events, ["open", "ringing", "is_citizen"]);
	});

	it("asks again by itself when the net changes while the page opens", async () => {
		let lost = 2;
		await page.route("**/api/v1/staff/me", (route) =>
			lost-- > 0 ? route.abort() : route.fallback(),
		);
		await page.goto(`${ORIGIN}/staff`);
		await shows("Plan for foråret");
		assert.ok(lost < 0, "nothing was lost");
	});

	it("says what it means when nothing can be put on record, and tries again", async () => {
		const today = new Date().toLocaleDateString("sv", { timeZone: "Europe/Copenhagen" });
		const path = `GET /staff/day/${today}`;
		world.instead[path] = { status: 503, body: { error: "not_recorded" } };
		await page.goto(`${ORIGIN}/staff`);
		await shows("Det kan ikke skrives i loggen lige nu, så vi viser det ikke.");
		await shows(
			"Samtaler, der er i gang, går videre. Prøv igen om lidt. Bliver det ved, så ring til it.",
		);
		assert.equal(await text("Henter …").count(), 0);
		await look("not-recorded");
		delete world.instead[path];
		await button("Prøv igen").click();
		await shows("Plan for foråret");
		await text("Det kan ikke skrives i loggen").waitFor({ state: "detached" });
	});

	it("ends with an allowed outcome, releases everything, and shows the next card", async () => {
		await openTalk();
		state("2", {
			phase: "live",
			form: "video",
			guests: [guest({ place: "admitted" })],
			outcomes: ["held", "technical", "unfinished"],
		});
		await page.keyboard.press("k");
		await page.locator(".tile video.mirrored").waitFor();
		await page.evaluate(() => {
			window.tracks = [...document.querySelectorAll("video")].flatMap(
				(v) => v.srcObject?.getTracks() ?? [],
			);
		});
		await button("Afslut").click();
		await look("end");
		await page.getByRole("radio", { name: /Holdt/ }).check();
		await button("Afslut mødet").click();
		assert.equal((await heard("end")).outcome, "held");
		world.say({ type: "ended", summary: world.summary });
		await shows("Mødet er slut");
		await shows("Video 21 min., Telefon 8 min. (oplyst af dig). Borgeren valgte formen.");
		assert.deepEqual(
			await page.evaluate(() => window.tracks.map((track) => track.readyState)),
			["ended"],
		);
		await look("summary");

		assert.equal(
			world.asked.some((a) => a.path.endsWith("/minutes")),
			false,
			"fetched when asked for",
		);
		world.instead["GET /staff/meetings/2/minutes"] = {
			status: 503,
			body: { error: "not_recorded" },
		};
		await button("Hent beviset").click();
		await shows("Det kan ikke skrives i loggen lige nu");
		world.instead = {};
		await button("Hent beviset").click();
		await shows("started: 2026-11-22T10:02:11+01:00");
		const downloading = page.waitForEvent("download");
		await button("Gem som fil").click();
		const file = await downloading;
		assert.equal(file.suggestedFilename(), "bevis-2.txt");
		assert.equal(await readFile(await file.path(), "utf8"), world.minutes);
		await page.getByLabel("Borgerens kvittering").fill("7f3k 29qe");
		await shows("Kvitteringen passer ikke til mødet.");
		await page.getByLabel("Borgerens kvittering").fill("7f3k 29qd");
		await shows("Kvitteringen passer.");
		await look("minutes");
		world.sent.length = 0;
		await button("Næste").click();
		assert.equal((await heard("enter")).meeting, "3");
		assert.equal(
			world.sent.some((m) => m.type === "admit"),
			false,
			"next never admits",
		);
		state("3", {});
		await shows("Mødet er aftalt som telefonmøde.");
		await look("talk-phone-booked");
	});

	it("offers the call when nobody came, and goes on waiting when asked to", async () => {
		await openTalk();
		card("2", { not_come: true, last_step: "opened", last_seen: Date.now() }, "overdue");
		state("2", { not_come: true, offer_call: true });
		await shows("Borgeren er ikke kommet endnu.");
		await look("talk-not-come");
		await button("Vent").click();
		await text("Borgeren er ikke kommet endnu.").waitFor({ state: "detached" });
	});

	it("locks when idle, hides everything, goes on alerting, unlocks", async () => {
		await page.clock.install();
		await openDay();
		await page.clock.fastForward("31:00");
		await shows("Skærmen er låst");
		assert.equal(await page.getByText("Plan for foråret").count(), 0);
		card("2", { guests: [guest()] }, "arrived");
		await shows("1 borger venter.");
		await look("locked");
		await page.reload();
		await shows("Skærmen er låst");
		await page.getByLabel("Adgangskode").fill("forkert");
		await button("Lås op").click();
		await shows("Adgangskoden passede ikke.");
		await page.getByLabel("Adgangskode").fill(PASSWORD);
		await button("Lås op").click();
		await shows("Plan for foråret");
	});

	it("never locks a talk", async () => {
		await page.clock.install();
		await openTalk("2", {
			phase: "live",
			form: "phone",
			guests: [guest({ place: "admitted" })],
		});
		await page.clock.fastForward("45:00");
		await page.clock.runFor(15_000);
		assert.equal(await page.getByText("Skærmen er låst").count(), 0);
	});

	it("comes back to the meeting after a reload, and yields to another window", async () => {
		await openTalk();
		world.sent.length = 0;
		await page.reload();
		assert.equal((await heard("enter")).meeting, "2");
		state("2", { guests: [guest()] });
		await button("Luk ind").waitFor();
		world.ws.close({ code: 4001 });
		await shows("Samtale er åben i et andet vindue.");
		await look("taken-over");
		world.sent.length = 0;
		await button("Fortsæt her").click();
		assert.equal((await heard("enter")).meeting, "2");
	});

	it("reloads once for a new build, and never while a talk is on", async () => {
		await openTalk("2", {
			phase: "live",
			form: "phone",
			guests: [guest({ place: "admitted" })],
		});
		let loads = 0;
		page.on("load", () => loads++);
		world.build = "another";
		world.ws.close({ code: 4005 });
		await shows("Der er en ny udgave af Samtale.");
		await look("outdated");
		assert.equal(loads, 0);
		state("2", { phase: "ended", form: "none", guests: [] });
		world.say({ type: "ended", summary: world.summary });
		await button("Til dagen").click();
		await until("reloaded", () => loads === 1);
		await shows("Plan for foråret");
		await heard("hello");
		await new Promise((done) => setTimeout(done, 500));
		assert.equal(loads, 1, "the same build does not make it reload again");
	});

	it("leaves the meeting when a colleague has taken the seat", async () => {
		await openTalk();
		world.say({ type: "left", meeting: "2" });
		await shows("Mødet er åbnet af en kollega.");
		await shows("Plan for foråret");
	});

	it("checks the computer and gives IT its lines", async () => {
		await openDay();
		world.servers = [
			{ urls: ["turn:127.0.0.1:9?transport=tcp"], username: "u", credential: "c" },
		];
		await button("Tjek min computer").first().click();
		await look("check");
		await button("Start tjek").click();
		await shows("Virker ikke");
		await page.getByText("Hørte du en lille tone?").waitFor({ timeout: 20_000 });
		await button("Ja").click();
		await shows("Video kan ikke komme igennem fra dit net.");
		await look("check-done");
		await button("Kopiér til it").click();
		const copied = await page.evaluate(() => navigator.clipboard.readText());
		assert.match(copied, /Omvej \(TURN over TCP\): Virker ikke/);
		assert.match(copied, /Mikrofon: Virker/);
	});
});
