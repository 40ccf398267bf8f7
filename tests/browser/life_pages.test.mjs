// SPDX-License-Identifier: MPL-2.0
//
// What the broker serves, as auditors see it: every header of every kind of answer, every
// cookie, MDN's observatory, and axe and html-validate on the pages that no other story
// passes through (those that one does are looked at there, by life_stage's look()).

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { observe } from "../lib/audit.mjs";
import { startBroker } from "../lib/broker.mjs";
import { demoAccount, endMeeting, named, press, shows } from "../lib/people.mjs";
import { look, openStage, PHONE, toDay } from "./life_stage.mjs";

const EVERYWHERE = {
	"cross-origin-resource-policy": "same-origin",
	"referrer-policy": "no-referrer",
	"strict-transport-security": "max-age=63072000",
	"x-content-type-options": "nosniff",
};
const ON_FILES = {
	"content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};
const ON_PAGES = {
	"content-security-policy":
		"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
		"img-src 'self' data:; media-src 'self' blob:; worker-src 'self'; " +
		"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'",
	"cross-origin-embedder-policy": "require-corp",
	"cross-origin-opener-policy": "same-origin",
};
const ALLOWED =
	"camera=(self), microphone=(self), display-capture=(self), " +
	"screen-wake-lock=(self), fullscreen=(self), autoplay=(self), " +
	"speaker-selection=(self), clipboard-write=(self), ";
const NOTICES = ["/privatliv", "/privacy", "/tilgaengelighed", "/accessibility"];
const PAGE = { type: "text/html; charset=utf-8", cache: "no-cache", etag: true };
const FILE = { cache: "no-cache", etag: true };
const ASSET = { cache: "public, max-age=31536000, immutable", etag: true };
const ANSWER = { type: "application/json", cache: "no-store" };
const NOTHING = { type: "text/html; charset=utf-8", cache: "no-store" };
const cookie = (name, value, age) =>
	new RegExp(
		`^__Host-${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=${age}$`,
	);

/** Fails on a header that is missing, different, or that nobody has thought of. */
function assertHeaders(what, { headers }, wanted) {
	const rest = { ...headers };
	const isPage = /^text\/html/.test(rest["content-type"]);
	const own = { ...EVERYWHERE, ...(isPage ? ON_PAGES : ON_FILES) };
	for (const [name, value] of Object.entries(own))
		assert.equal(rest[name], value, `${name} of ${what}`);
	const permissions = rest["permissions-policy"] ?? "";
	assert.equal(permissions !== "", isPage, `permissions of ${what}`);
	if (isPage) {
		assert.ok(permissions.startsWith(ALLOWED), `permissions of ${what}`);
		for (const other of permissions.slice(ALLOWED.length).split(", "))
			assert.match(other, /^[a-z-]+=\(\)$/, `permissions of ${what}`);
	}
	if (wanted.type) assert.equal(rest["content-type"], wanted.type, `type of ${what}`);
	assert.equal(rest["cache-control"], wanted.cache, `cache of ${what}`);
	assert.equal("etag" in rest, wanted.etag === true, `etag of ${what}`);
	const cookies = rest["set-cookie"] ?? [];
	assert.equal(cookies.length, wanted.cookie ? 1 : 0, `cookies of ${what}`);
	if (wanted.cookie) assert.match(cookies[0], wanted.cookie, `cookie of ${what}`);
	const known = [
		...Object.keys(own),
		...["permissions-policy", "content-type", "cache-control", "etag", "set-cookie"],
		...["content-length", "content-encoding", "vary", "connection", "retry-after"],
	];
	for (const name of known) delete rest[name];
	assert.deepEqual(rest, {}, `${what} says more`);
}

describe("what is served", { timeout: 120_000 }, () => {
	let stage;
	before(async () => {
		stage = await openStage();
	});
	after(() => stage?.stop());

	it("has the same headers on every page, file and answer, and two kinds of cookies", async () => {
		const { broker } = stage;
		const http = await broker.http();
		const page =
			(await http.raw("GET", "/staff")).bytes + (await http.raw("GET", "/j")).bytes;
		const assets = [...page.matchAll(/(?:href|src)="(\/a\/[^"]+)"/g)].map((m) => m[1]);
		assert.ok(assets.length >= 4, "two pages, a script and a style each");
		for (const [path, status, wanted] of [
			["/", 200, PAGE],
			["/j", 200, PAGE],
			["/staff", 200, PAGE],
			...NOTICES.map((path) => [path, 200, PAGE]),
			["/nowhere", 404, NOTHING],
			["/a/nothing.js", 404, NOTHING],
			["/favicon.svg", 200, { ...FILE, type: "image/svg+xml" }],
			["/robots.txt", 200, { ...FILE, type: "text/plain; charset=utf-8" }],
			["/healthz", 200, { type: "text/plain; charset=utf-8", cache: "no-store" }],
			["/readyz", 200, ANSWER],
			["/api/v1/staff/me", 401, ANSWER],
			["/api/v1/nothing", 404, ANSWER],
			...assets.map((path) => [path, 200, ASSET]),
		]) {
			const answer = await http.raw("GET", path);
			assert.equal(answer.status, status, path);
			assertHeaders(path, answer, wanted);
		}
		const token = (await stage.meeting()).link.split("#")[1];
		const { name: username, password, code } = await demoAccount(broker);
		const signIn = { username, password, code };
		for (const [path, body, status, wanted] of [
			["/link/peek", { token: "x" }, 404, ANSWER],
			["/link/peek", { token }, 200, ANSWER],
			[
				"/link/redeem",
				{ token },
				200,
				{ ...ANSWER, cookie: cookie("device", "[\\w-]{43}", 15811200) },
			],
			["/link/redeem", { token }, 200, ANSWER],
			["/device/forget", {}, 200, { ...ANSWER, cookie: cookie("device", "", 0) }],
			["/staff/sign-in", { ...signIn, password: "forkert" }, 401, ANSWER],
			[
				"/staff/sign-in",
				signIn,
				200,
				{ ...ANSWER, cookie: cookie("staff", "[\\w-]{43}", 36000) },
			],
			["/staff/find", { text: "noget" }, 200, ANSWER],
			["/staff/sign-out", {}, 200, { ...ANSWER, cookie: cookie("staff", "", 0) }],
		]) {
			const answer = await http.call("POST", path, body);
			assert.equal(answer.status, status, path);
			assertHeaders(path, answer, wanted);
		}
		const foreign = { Origin: "https://elsewhere.test" };
		const refused = await http.call("POST", "/link/peek", { token }, foreign);
		assert.equal(refused.status, 403);
		assertHeaders("a foreign question", refused, ANSWER);
	});

	it("gets A+ from MDN's observatory", async () => {
		const origin = "https://meet.test";
		const broker = await startBroker({ port: 443, settings: { listener: { origin } } });
		stage.stops.push(broker.stop);
		// A proxy's part: the broker itself has no plain port.
		const plain = createServer((_, response) => {
			response.writeHead(301, { Location: `${origin}/` }).end();
		}).listen(80);
		stage.stops.push(async () => {
			plain.closeAllConnections();
			plain.close();
		});
		const report = await observe("meet.test", broker.certificates.ca);
		assert.equal(report.grade, "A+", JSON.stringify(report));
		assert.equal(report.testsFailed, 0, JSON.stringify(report));
	});

	it("holds on the citizen's side doors, in both languages", async () => {
		const { broker, home } = stage;
		const page = await home.newPage(broker.origin);
		await page.goto(`${broker.origin}/`);
		await shows(page, "Skriv de to numre fra dit brev.");
		await look(page, "pages-digits");
		await press(page, "Read this page in English");
		await named(page, "button", "Læs siden på dansk").shown();
		await look(page, "pages-digits-english");
		for (const path of NOTICES) {
			await page.goto(`${broker.origin}${path}`);
			await look(page, `pages${path.replace("/", "-")}`);
		}
		await page.goto(`${broker.origin}/j#AAAAAAAAAAAAAAAAAAAAAA`);
		await page.getByRole("heading", { level: 1 }).waitFor();
		await look(page, "pages-over-english").catch(only404);
		await press(page, "Læs siden på dansk");
		await shows(page, "Linket virker ikke længere");
		await page.goto(`${broker.origin}/nowhere`);
		await look(page, "pages-nowhere").catch(only404);
		await page.context().close();
	});

	it("holds on the consultant's pages, wide and on a phone", async () => {
		const { broker, desk, page, profile } = stage;
		const stranger = await desk.newPage(broker.origin);
		await stranger.goto(`${broker.origin}/staff`);
		await named(stranger, "button", "Log ind").shown();
		await look(stranger, "pages-sign-in");
		await stranger.context().close();
		for (const size of ["wide", "phone"]) {
			if (size === "phone") await page.setViewportSize(PHONE.viewport);
			await toDay(page, broker);
			await look(page, `pages-day-${size}`);
			await press(page, "Ny aftale");
			await page.getByText("Flere valg").click();
			await look(page, `pages-booking-${size}`);
			await page.locator('input[name="chosen_by"][value="citizen"]').check();
			await press(page, "Lav aftalen");
			await named(page, "heading", "Invitation").shown();
			await look(page, `pages-invitation-${size}`);
			await press(page, "Vejledning til print");
			await shows(page, "Sådan kommer du med");
			await look(page, `pages-guide-${size}`);
			await stage.meeting({ label: "Slutter" });
			for (const panel of ["Telefon", "Skriv", "Sikkerhedskode", "Lyd og billede"]) {
				await press(page, panel);
				await look(page, `pages-${panel.toLowerCase().replaceAll(" ", "-")}-${size}`);
			}
			await press(page, "Afslut");
			await page.locator("dialog[open]").waitFor();
			await look(page, `pages-end-${size}`);
			await press(page, "Bliv i mødet");
			await endMeeting(page, "technical");
			await look(page, `pages-summary-${size}`);
			await press(page, "Hent beviset");
			await shows(page, "outcome: technical");
			await look(page, `pages-minutes-${size}`);
		}
		assert.equal(profile.pages().length, 1);
	});
});

/** A question for something that is not there is written to the console; that is all. */
function only404(error) {
	const lines = Array.isArray(error.actual) ? error.actual : [error.message];
	const other = lines.filter((line) => !/status of 404/.test(line));
	assert.deepEqual(other, []);
}
