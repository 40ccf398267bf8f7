// SPDX-License-Identifier: MPL-2.0
//
// A broker made of answers, for walking the staff pages: serves the built site under the
// product's policy, answers docs/openapi.yaml from one changeable world, plays the broker's
// half of docs/protocol.md over a mocked WebSocket, and keeps a citizen in a second page
// who talks real WebRTC through the product's own media modules. No rule of a meeting is
// decided here: a test says what the broker would say.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "../../web/node_modules/esbuild/lib/main.js";

export const ORIGIN = "https://meet.test";
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

/** Builds the site once. @returns { file(path), page, citizen, stop() } */
export async function buildSite() {
	const out = mkdtempSync(join(tmpdir(), "samtale-site-"));
	execFileSync(process.execPath, [join(WEB, "build.mjs"), "--out", out]);
	const filled = readFileSync(join(out, "site/staff.html"), "utf8")
		.replaceAll("{{lang}}", "da")
		.replaceAll("{{org_name}}", "Hedensted Kommune")
		.replaceAll("{{org_phone}}", "79 75 50 00")
		.replaceAll("{{org_phone_href}}", "tel:+4579755000")
		.replaceAll("{{trial_banner}}", BANNER);
	const media = await build({
		stdin: {
			contents: `import { createTalk } from "./src/media/talk"; window.createTalk = createTalk;`,
			resolveDir: WEB,
		},
		bundle: true,
		format: "iife",
		write: false,
		logLevel: "warning",
	});
	return {
		page: filled,
		citizen: media.outputFiles[0].text,
		file: (path) => readFileSync(join(out, "site", path)),
		stop: () => rmSync(out, { recursive: true, force: true }),
	};
}

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

/** A day of meetings around now: one over, one waiting, one later by phone, one free. */
export function newWorld() {
	const now = Date.now();
	const at = (quarters) => Math.floor(now / QUARTER) * QUARTER + quarters * QUARTER;
	const mette = { id: "7", name: "Mette" };
	const jonas = { id: "8", name: "Jonas" };
	const card = (id, quarters, more = {}) => ({
		id,
		version: 1,
		number: `4711000${id}`,
		starts: at(quarters),
		minutes: 30,
		form: "video",
		chosen_by: "citizen",
		way: "speech",
		language: "da",
		label: "",
		case_ref: "",
		phone_last2: "78",
		contact_phone: "",
		pin: false,
		contact_gone: false,
		state: "open",
		outcome: "",
		owner: mette,
		mine: true,
		...more,
	});
	const live = (more) => ({
		phase: "open",
		form: "none",
		guests: [],
		consultant_here: false,
		call: "none",
		last_step: "",
		last_seen: 0,
		not_come: false,
		...more,
	});
	return {
		signedIn: true,
		me: {
			id: "7",
			name: "Mette",
			team: "Team Nord",
			roles: ["consultant"],
			idle_lock_minutes: 30,
			org: { name: "Hedensted Kommune", phone: "79 75 50 00" },
			timezone: "Europe/Copenhagen",
			now,
			trial: true,
			turn: false,
			whole_screen: false,
			totp: true,
			recovery_left: 10,
		},
		mine: [
			card("1", -4, { state: "ended", outcome: "held", label: "Opfølgning A" }),
			card("2", 0, { label: "Plan for foråret", case_ref: "S-2026-118" }),
			card("3", 2, { form: "phone", label: "Kort opringning", state: "booked" }),
			card("4", 4, { way: "sign", label: "Samtale med tolk", state: "booked" }),
			card("5", 6, { state: "cancelled", outcome: "cancelled", label: "Første samtale" }),
		],
		team: [card("9", 1, { owner: jonas, mine: false, label: "Jonas’ møde" })],
		callbacks: [],
		live: { 2: live({}) },
		makeLive: live,
		/** Answers that a test puts in the place of the usual ones, by "METHOD path". */
		instead: {},
		asked: [],
		sent: [],
		summary: {
			outcome: "held",
			from: at(0),
			to: at(2),
			level: 1,
			chosen_by: "citizen",
			minutes: { video: 21, audio: 0, phone: 8 },
			stated: ["phone"],
			receipt: "7F3K-29QD",
		},
		minutes: [
			"samtale-minutes-1",
			"organisation: Hedensted Kommune",
			"issued: 2026-11-22T10:35:12+01:00",
			"meeting: 2",
			"number: 48213377",
			"case: Sag 12-34",
			"planned: 2026-11-22T10:00:00+01:00",
			"started: 2026-11-22T10:02:11+01:00",
			"ended: 2026-11-22T10:31:04+01:00",
			"outcome: held",
			"video-minutes: 21 measured",
			"audio-minutes: 0",
			"phone-minutes: 8 stated",
			"form-chosen-by: citizen",
			"identity: link-and-pin",
			"receipt: 7F3K-29QD",
			`log: samtale-checkpoint 1 epoch ${"5f".repeat(16)} 4711 ${"a4".repeat(32)} 12 2026-11-22T09:35:00.000Z`,
			`signature: ${"Zm9v".repeat(22)}`,
			"",
		].join("\n"),
	};
}

function invitationOf(card, call_in = "") {
	return {
		link: `${ORIGIN}/j#Q0FOQVJZLVRPS0VOLTAx`,
		number: card.number.slice(0, 8),
		pin: "048215",
		starts: card.starts,
		minutes: card.minutes,
		form: card.form,
		language: card.language,
		org: { name: "Hedensted Kommune", phone: "79 75 50 00" },
		consultant: "Mette",
		call_number: "79 75 50 12",
		call_in,
	};
}

const ok = (body) => ({ status: 200, body });
const refused = (status, error, more = {}) => ({ status, body: { error, ...more } });

/** What the API answers; the staff half of docs/openapi.yaml. */
function answer(world, method, path, body) {
	const planned = world.instead[`${method} ${path}`];
	if (planned !== undefined) return planned;
	const cards = [...world.mine, ...world.team];
	const [, id, verb] = /^\/staff\/meetings\/(\d+)(?:\/([\w-]+))?$/.exec(path) ?? [];
	const card = cards.find((one) => one.id === id);
	if (path === "/staff/sign-in") {
		if (body.password !== "heste kan flyve") return refused(401, "sign_in_refused");
		world.signedIn = true;
		return ok(world.me);
	}
	if (path === "/staff/setup/start")
		return ok({
			username: "mette",
			given_name: "Mette",
			totp: true,
			secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
			uri: "otpauth://totp/Samtale:mette?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Samtale",
		});
	if (path === "/staff/setup/finish") {
		if (body.code !== "123456") return refused(422, "code_wrong");
		const codes = Array.from({ length: 10 }, (_, i) => `k7f2${i}-q9xm${i}`);
		return ok({ recovery: codes });
	}
	if (!world.signedIn) return refused(401, "signed_out");
	if (path === "/staff/me") return ok({ ...world.me, now: Date.now() });
	if (path === "/staff/sign-out") {
		world.signedIn = false;
		return ok({});
	}
	if (path === "/staff/unlock")
		return body.password === "heste kan flyve" ? ok({}) : refused(401, "sign_in_refused");
	if (path === "/staff/colleagues")
		return ok({
			colleagues: [
				{ id: "8", name: "Jonas" },
				{ id: "7", name: "Mette" },
			],
		});
	if (path === "/staff/check") return ok({ servers: world.servers ?? [], policy: "all" });
	if (path === "/staff/find")
		return ok({
			cards: cards.filter((one) => one.label.includes(body.text)),
			more: false,
		});
	const [, date, team] = /^\/staff\/day\/([\d-]{10})(\/team)?$/.exec(path) ?? [];
	if (date) {
		const today = new Intl.DateTimeFormat("sv-SE", {
			timeZone: world.me.timezone,
		}).format();
		const shown = date !== today ? [] : team ? cards : world.mine;
		return ok({ date, cards: shown, more: world.more ?? false });
	}
	const [, called, act] = /^\/staff\/callbacks\/(\d+)\/(\w+)$/.exec(path) ?? [];
	if (path === "/staff/callbacks") return ok({ callbacks: world.callbacks });
	if (called && act === "number") return ok({ phone: "+4526272829" });
	if (called && act === "done") {
		world.callbacks = world.callbacks.filter((one) => one.id !== called);
		return ok({});
	}
	if (path === "/staff/meetings") {
		const made = { ...world.mine[1], ...body, id: "6", number: "47110006", version: 1 };
		made.starts ??= Date.now();
		made.state = body.now ? "open" : "booked";
		delete made.phone;
		world.mine.push(made);
		return ok({ card: made, invitation: invitationOf(made, world.callIn) });
	}
	if (!card) return refused(404, "not_found");
	if (method === "PATCH") {
		const { phone, version, ...changes } = body;
		if (version !== card.version) return refused(409, "changed", { card });
		Object.assign(card, changes, { version: version + 1 });
	}
	if (verb === "invitation") return ok({ invitation: invitationOf(card, world.callIn) });
	if (verb === "number") return ok({ phone: "+4520304078", given: false });
	if (verb === "link") return ok({ card, invitation: invitationOf(card, world.callIn) });
	if (verb === "summary") return ok({ summary: world.summary });
	if (verb === "minutes")
		return ok({ minutes: world.minutes, receipt: world.summary.receipt });
	if (verb === "cancel")
		Object.assign(card, { state: "cancelled", version: card.version + 1 });
	if (verb === "restore")
		Object.assign(card, { state: "booked", version: card.version + 1 });
	if (verb === "take-over")
		Object.assign(card, { mine: true, owner: world.mine[0].owner });
	if (verb === "hand-over") Object.assign(card, { mine: false });
	return ok({ card });
}

async function fulfil(route, world, site) {
	const request = route.request();
	const { pathname } = new URL(request.url());
	if (pathname.startsWith("/api/v1/")) {
		const body = request.postDataJSON() ?? {};
		const path = pathname.slice(7);
		world.asked.push({ method: request.method(), path, body });
		if (world.offline) return route.abort();
		const found = answer(world, request.method(), path, body);
		return route.fulfill({ status: found.status, json: found.body });
	}
	const headers = { "Content-Security-Policy": CSP };
	if (pathname === "/staff")
		return route.fulfill({ contentType: "text/html", headers, body: site.page });
	if (pathname === "/citizen-of-the-test")
		return route.fulfill({
			contentType: "text/html",
			body: "<!DOCTYPE html><title>c</title>",
		});
	const type = TYPES[pathname.split(".").at(-1)];
	return route.fulfill({ contentType: type, headers, body: site.file(pathname) });
}

/** The broker's half of the WebSocket: welcomes, sends the cards, keeps what it hears. */
function socket(ws, world) {
	if (world.down) return ws.close({ code: 1011 });
	world.ws = ws;
	world.say = (message) => ws.send(JSON.stringify(message));
	ws.onMessage((text) => {
		const message = JSON.parse(text);
		if (message.type === "ping") return world.say({ type: "pong", now: Date.now() });
		world.sent.push(message);
		if (message.type === "hello") {
			const { id: user, idle_lock_minutes } = world.me;
			world.say({
				type: "welcome",
				role: "staff",
				build: world.build ?? message.build,
				now: Date.now(),
				user,
				idle_lock_minutes,
			});
			for (const [meeting, live] of Object.entries(world.live))
				world.say({ type: "card", meeting, live, alert: "none" });
		}
		world.heard?.(message);
	});
}

/** Puts the world under a context. */
export async function mock(context, world, site) {
	await context.route(`${ORIGIN}/**`, (route) => fulfil(route, world, site));
	await context.routeWebSocket(/\/ws$/, (ws) => socket(ws, world));
}

/** The `call` of a consultant's state, without a trunk; `more` changes it. */
export function callOf(more = {}) {
	return {
		state: "none",
		digits: "",
		hidden_number: false,
		from: "none",
		last2: "78",
		given: false,
		given_number: "",
		attempts: 0,
		trunk: false,
		line: 0,
		progress: "none",
		reason: "none",
		muted: false,
		held: false,
		by_caller: false,
		by_key: false,
		hand: false,
		own_phone: "none",
		has_own_phone: false,
		auto_at: 0,
		...more,
	};
}

/** A consultant's `state`; `more` changes it. */
export function seat(world, id, more = {}) {
	const card = world.mine.find((one) => one.id === id);
	return {
		type: "state",
		meeting: id,
		phase: "open",
		starts: card.starts,
		minutes: card.minutes,
		booked_form: card.form,
		form: "none",
		way: card.way,
		started: 0,
		guests: [],
		call: callOf(),
		sas: { show: false, confirmed: false },
		video_asked: false,
		offer_call: false,
		not_come: false,
		overtime: false,
		outcomes: ["technical"],
		late_minutes: 0,
		...more,
	};
}

export function guest(more = {}) {
	return {
		entry: 1,
		kind: "browser",
		place: "lobby",
		here: true,
		step: "ready",
		hidden: false,
		since: Date.now() - 4 * MINUTE,
		level: 0,
		new_device: false,
		mic: true,
		picture: false,
		share: false,
		health: "good",
		...more,
	};
}

/**
 * The telephone gateway in a page of the same browser: answers each offer of a line with
 * one that has its candidates, as the real one does, takes G.711 alone, and speaks a tone.
 * @returns { start(line), hears(), offers, hush(), stop() }
 */
export async function gatewayOf(context, world, meeting) {
	const page = await context.newPage();
	await page.goto(`${ORIGIN}/citizen-of-the-test`);
	await page.evaluate(async () => {
		// With a microphone allowed the browser shows its addresses as they are.
		await navigator.mediaDevices.getUserMedia({ audio: true });
		window.answer = async (sdp) => {
			window.pc?.close();
			window.audio ??= new AudioContext();
			const to = window.audio.createMediaStreamDestination();
			window.tone ??= window.audio.createOscillator();
			window.tone.frequency.value = 700;
			window.tone.connect(to);
			if (!window.speaks) window.tone.start();
			window.speaks = true;
			const pc = new RTCPeerConnection();
			window.pc = pc;
			await pc.setRemoteDescription({ type: "offer", sdp });
			const [line] = pc.getTransceivers();
			line.direction = "sendrecv";
			await line.sender.replaceTrack(to.stream.getAudioTracks()[0]);
			const heard = new Audio();
			heard.srcObject = new MediaStream([line.receiver.track]);
			window.heard = heard;
			heard.play().catch(() => undefined);
			await pc.setLocalDescription(await pc.createAnswer());
			await new Promise((done) => {
				pc.onicegatheringstatechange = () =>
					pc.iceGatheringState === "complete" && done();
				setTimeout(done, 2000);
			});
			return pc.localDescription.sdp;
		};
		window.received = async () => {
			const report = [...((await window.pc?.getStats()) ?? new Map()).values()];
			return report.find((r) => r.type === "inbound-rtp");
		};
	});
	const offers = [];
	world.heard = async (message) => {
		if (message.type !== "line") return;
		offers.push(message);
		const sdp = await page
			.evaluate((offer) => window.answer(offer), message.sdp)
			// The test may be over, and the page gone, before it could answer.
			.catch(() => undefined);
		if (sdp) world.say({ type: "line", meeting, line: message.line, sdp });
	};
	return {
		page,
		offers,
		start: (line) =>
			world.say({ type: "line_start", meeting, line, policy: "all", servers: [] }),
		/** Statistics of what comes from the consultant. */
		hears: () => page.evaluate(() => window.received()),
		/** Not one more packet, as from a gateway that has died. */
		hush: () => page.evaluate(() => window.pc.close()),
		async stop() {
			world.heard = undefined;
			await page.close();
		},
	};
}

/**
 * A citizen in a page of the same browser: a moving picture from a canvas, the product's
 * own media code, and the signals carried across by hand.
 * @returns { join(epoch), say(text), lines(), stop() }
 */
export async function citizenOf(context, world, site, meeting) {
	const page = await context.newPage();
	await page.goto(`${ORIGIN}/citizen-of-the-test`);
	const relay = { toStaff: (message) => world.say(message) };
	await page.exposeFunction("toStaff", (message) => relay.toStaff(message));
	await page.evaluate(site.citizen);
	await page.evaluate((id) => {
		const canvas = document.createElement("canvas");
		canvas.width = 640;
		canvas.height = 480;
		const paint = canvas.getContext("2d");
		setInterval(() => {
			paint.fillStyle = "#3f6f52";
			paint.fillRect(0, 0, 640, 480);
			paint.fillStyle = "#f0d6b8";
			paint.beginPath();
			paint.arc(320, 210, 95 + 3 * Math.sin(Date.now() / 300), 0, 7);
			paint.ellipse(320, 470, 190, 150, 0, 0, 7);
			paint.fill();
		}, 50);
		window.lines = [];
		const none = () => undefined;
		const events = {
			link: none,
			tracks: none,
			quality: none,
			unsafe: none,
			channel: none,
		};
		window.talk = window.createTalk({
			meeting: id,
			role: "citizen",
			way: "speech",
			send: (message) => window.toStaff({ ...message, from: "citizen" }),
			events: {
				...events,
				code: (code) => {
					window.code = code;
				},
				text: (text) => window.lines.push(text),
			},
		});
		window.talk.set("camera", canvas.captureStream(20).getVideoTracks()[0]);
	}, meeting);
	const start = {
		type: "start",
		meeting,
		policy: "all",
		servers: [],
		video_kbps: 400,
		video_kbps_saving: 250,
		whole_screen: false,
	};
	relay.toStaff = (message) => {
		if (message.type === "signal" || message.type === "sas") world.say(message);
	};
	world.heard = (message) => {
		if (message.type === "signal" || message.type === "sas")
			// The page may be closing while a last candidate is under way.
			page
				.evaluate((m) => window.talk.receive(m), { ...message, from: "consultant" })
				.catch(() => undefined);
	};
	return {
		page,
		async join(epoch) {
			await page.evaluate((m) => window.talk.receive(m), {
				...start,
				epoch,
				role: "answer",
			});
			world.say({ ...start, epoch, role: "offer" });
		},
		say: (text) => page.evaluate((line) => window.talk.say(line), text),
		look: (name) => page.evaluate((n) => window[n], name),
		async stop() {
			world.heard = undefined;
			await page.close();
		},
	};
}
