// SPDX-License-Identifier: MPL-2.0
//
// A broker made of answers, for walking the citizen's page: serves the built page under the
// product's policy, answers the citizen's half of docs/openapi.yaml from one changeable
// world, and hands the test the mocked WebSocket, so that it says what the broker would
// say. No rule of a meeting is decided here.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ORIGIN = "https://meet.test";
export const TOKEN = "k7Qp2mW9xR4tY6uB1nC3vA";
export const LINK = `${ORIGIN}/j#${TOKEN}`;
const WEB = fileURLToPath(new URL("../../web/", import.meta.url));
const CSP = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"connect-src 'self'",
	"img-src 'self' data:",
	"media-src 'self' blob:",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
	"require-trusted-types-for 'script'",
	"trusted-types 'none'",
].join("; ");
const TYPES = { js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
const BANNER =
	'<aside class="trial"><p lang="da">Kun til afprøvning – ikke til rigtige borgere</p>' +
	'<p lang="en">Only for trying out – not for real citizens</p></aside>';

/** Builds the site once. @returns { file(path), pageWith(phone), notFound, stop() } */
export async function buildSite() {
	const out = mkdtempSync(join(tmpdir(), "samtale-site-"));
	execFileSync(process.execPath, [join(WEB, "build.mjs"), "--out", out]);
	const filled = (name, phone = "79 75 50 00") =>
		readFileSync(join(out, `site/${name}.html`), "utf8")
			.replaceAll("{{lang}}", "da")
			.replaceAll("{{org_name}}", "Hedensted Kommune")
			.replaceAll("{{org_phone}}", phone)
			.replaceAll("{{org_phone_href}}", phone === "" ? "#" : "tel:+4579755000")
			.replaceAll("{{trial_banner}}", BANNER);
	return {
		pageWith: (phone) => filled("citizen", phone),
		notFound: filled("not_found"),
		file: (path) => readFileSync(join(out, "site", path)),
		stop: () => rmSync(out, { recursive: true, force: true }),
	};
}

export function newPeek(more = {}) {
	const now = Date.now();
	return {
		org: { name: "Hedensted Kommune", phone: "79755000" },
		consultant: "Mette",
		starts: now + 5 * 60_000,
		minutes: 30,
		booked_form: "video",
		way: "speech",
		language: "da",
		when: "now",
		phase: "open",
		pin: false,
		late_minutes: 0,
		call: { number: "12345678", last2: "78", asked: false },
		now,
		trial: true,
		...more,
	};
}

export function newState(more = {}) {
	return {
		type: "state",
		meeting: "8121",
		phase: "open",
		starts: Date.now() + 5 * 60_000,
		minutes: 30,
		booked_form: "video",
		form: "none",
		way: "speech",
		place: "lobby",
		level: 0,
		new_device: false,
		video_offered: false,
		...more,
		consultant: {
			name: "Mette",
			here: true,
			late_minutes: 0,
			mic: false,
			picture: false,
			share: false,
			health: "good",
			...more.consultant,
		},
		call: {
			state: "none",
			digits: "",
			hidden_number: false,
			last2: "78",
			given: false,
			...more.call,
		},
		sas: { show: false, confirmed: false, ...more.sas },
	};
}

/**
 * Puts the mock between `page` and the net. `world` may be changed at any time: `peek`, and
 * `answers`: path → { status, body } for a refusal.
 * @returns { heard: every message of the page, say(message), close(code), connected() }
 */
export async function mockBroker(page, site, world) {
	const heard = [];
	const asked = [];
	let socket;
	await page.route(`${ORIGIN}/**`, async (route) => {
		const { pathname } = new URL(route.request().url());
		if (pathname.startsWith("/api/v1/")) {
			const path = pathname.slice("/api/v1".length);
			const body = JSON.parse(route.request().postData() ?? "{}");
			asked.push({ path, body });
			const { status, json } = answer(path, body, world);
			return route.fulfill({ status, json });
		}
		const type = TYPES[pathname.split(".").at(-1)];
		if (type !== undefined)
			return route.fulfill({ body: site.file(pathname), contentType: type });
		const known = pathname === "/" || pathname === "/j";
		return route.fulfill({
			status: known ? 200 : 404,
			body: known ? site.page : site.notFound,
			contentType: "text/html; charset=utf-8",
			headers: { "content-security-policy": CSP },
		});
	});
	await page.routeWebSocket(/\/ws$/, (ws) => {
		socket = ws;
		ws.onMessage((text) => {
			const message = JSON.parse(text);
			heard.push(message);
			if (message.type === "ping") ws.send('{"type":"pong","now":1}');
			if (message.type !== "hello") return;
			const build = message.build;
			ws.send(
				JSON.stringify({ type: "welcome", role: "citizen", build, now: Date.now() }),
			);
			ws.send(JSON.stringify(world.state));
		});
	});
	return {
		heard,
		asked,
		say: (message) => socket.send(JSON.stringify(message)),
		/** Changes the citizen's view and sends it. */
		state(more) {
			world.state = newState(more);
			socket.send(JSON.stringify(world.state));
		},
		close: (code) => socket.close({ code, reason: "" }),
	};
}

function answer(path, body, world) {
	const refused = world.answers?.[path];
	if (refused) return { status: refused.status, json: refused.body };
	switch (path) {
		case "/link/peek":
		case "/seat/peek":
			return { status: 200, json: world.peek };
		case "/link/redeem":
		case "/link/digits":
			return { status: 200, json: { seat: "8121-1", peek: world.peek } };
		case "/link/call-me": {
			const given = body.phone !== undefined;
			const last2 = given ? body.phone.slice(-2) : world.peek.call.last2;
			if (last2 === "") return { status: 422, json: { error: "phone_missing" } };
			return { status: 200, json: { last2, given, asked: body.cancel !== true } };
		}
		case "/device/forget":
			return { status: 200, json: {} };
		default:
			return { status: 404, json: { error: "not_found" } };
	}
}

/**
 * The consultant's seat in a second page, with the product's own media modules: real
 * WebRTC, whose signals the test carries over the mocked sockets.
 */
export async function mediaScript() {
	const { build } = await import("../../web/node_modules/esbuild/lib/main.js");
	const made = await build({
		stdin: {
			contents: `import { offering } from "./src/media/offering";
				import { createTalk } from "./src/media/talk";
				window.createTalk = (options) => createTalk({ ...options, offering });`,
			resolveDir: WEB,
		},
		bundle: true,
		format: "iife",
		write: false,
		logLevel: "warning",
	});
	return made.outputFiles[0].text;
}
