// SPDX-License-Identifier: MPL-2.0
//
// Starts real browsers with a camera of one colour and a microphone of one tone, and says
// what the other side sees and hears. The CA is trusted as an administrator would do it,
// so nothing about certificates is switched off. Every request outside the page's own
// origin, every refusal by the content security policy and every page error is kept, and
// assertQuiet() fails on them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";
import { wrapperFor } from "./netns.mjs";

const run = promisify(execFile);
const CHROMIUM = "/usr/bin/chromium";
const FIREFOX = "/usr/bin/firefox-esr";

/** Camera pictures and microphone tones: made once per test process, gone with it. */
const media = new Map();
let mediaFolder = "";

function mediaFile(name, args) {
	if (mediaFolder === "") {
		mediaFolder = mkdtempSync(join(tmpdir(), "samtale-media-"));
		process.on("exit", () => rmSync(mediaFolder, { recursive: true, force: true }));
	}
	const path = join(mediaFolder, name);
	if (!media.has(name))
		media.set(name, run("ffmpeg", ["-v", "error", "-f", "lavfi", ...args, path]));
	return media.get(name).then(() => path);
}

const camera = (colour) =>
	mediaFile(`${colour}.y4m`, [
		...["-i", `color=c=${colour}:s=640x480:r=30`, "-t", "0.5", "-pix_fmt", "yuv420p"],
	]);
// One second of whole cycles, so that the loop has no click.
const microphone = (hertz) =>
	mediaFile(`${hertz}.wav`, [
		"-i",
		`sine=frequency=${hertz}:duration=1:sample_rate=48000`,
	]);

async function trustDatabase(folder, ca) {
	await mkdir(folder, { recursive: true });
	await run("certutil", ["-d", `sql:${folder}`, "-N", "--empty-password"]);
	await run("certutil", [
		"-d",
		`sql:${folder}`,
		"-A",
		"-t",
		"C,,",
		"-n",
		"test",
		"-i",
		ca,
	]);
}

/**
 * Chromium with a camera of `colour` and a tone of `hertz`. `host` runs it in another
 * namespace (netns.mjs). `devices: "refused"` refuses every permission, "none" has no device
 * but what the machine has.
 * @returns { newPage(origin), stop(), browser } ; newPage gives a playwright Page
 */
export async function startChromium({
	ca,
	colour = "red",
	hertz = 440,
	devices = "fake",
	host,
	args = [],
	context = {},
}) {
	const home = await mkdtemp(join(tmpdir(), "samtale-chromium-"));
	await trustDatabase(join(home, ".pki/nssdb"), ca);
	const wrapper = host ? await wrapperFor(host, CHROMIUM) : undefined;
	const deviceArgs = {
		fake: [
			"--use-fake-ui-for-media-stream",
			"--use-fake-device-for-media-stream",
			`--use-file-for-fake-video-capture=${await camera(colour)}`,
			`--use-file-for-fake-audio-capture=${await microphone(hertz)}`,
		],
		refused: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"],
		none: ["--use-fake-ui-for-media-stream"],
	}[devices];
	assert(deviceArgs, `unknown devices: ${devices}`);
	const browser = await chromium.launch({
		executablePath: wrapper?.path ?? CHROMIUM,
		headless: true,
		env: { ...process.env, HOME: home },
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			"--allow-loopback-in-peer-connection",
			...deviceArgs,
			...args,
		],
	});
	return {
		kind: "chromium",
		browser,
		/** A fresh profile for each page unless one is passed: another device. */
		async newPage(origin, profile) {
			const page = await (profile ?? (await browser.newContext(context))).newPage();
			await page.addInitScript(recordViolations);
			return watch(page, origin);
		},
		/** Ends it as a crash does: it says goodbye to nobody. */
		async kill() {
			const session = await browser.newBrowserCDPSession();
			const { processInfo } = await session.send("SystemInfo.getProcessInfo");
			const ended = new Promise((done) => browser.once("disconnected", done));
			process.kill(processInfo.find(({ type }) => type === "browser").id, "SIGKILL");
			await ended;
		},
		async stop() {
			await browser.close();
			await wrapper?.stop();
			await rm(home, { recursive: true, force: true });
		},
	};
}

/** Firefox with its own fake camera and microphone, by WebDriver BiDi. */
export async function startFirefox({ ca, host, prefs = {} }) {
	const profile = await mkdtemp(join(tmpdir(), "samtale-firefox-"));
	await trustDatabase(profile, ca);
	const wrapper = host ? await wrapperFor(host, FIREFOX) : undefined;
	const browser = await puppeteer.launch({
		browser: "firefox",
		executablePath: wrapper?.path ?? FIREFOX,
		headless: true,
		userDataDir: profile,
		env: { ...process.env, HOME: profile },
		extraPrefsFirefox: {
			"media.navigator.streams.fake": true,
			"media.navigator.permission.disabled": true,
			...prefs,
		},
	});
	return {
		kind: "firefox",
		browser,
		async newPage(origin) {
			const context = await browser.createBrowserContext();
			const page = await context.newPage();
			await page.evaluateOnNewDocument(recordViolations);
			return watch(page, origin);
		},
		async stop() {
			await browser.close();
			await wrapper?.stop();
			await rm(profile, { recursive: true, force: true });
		},
	};
}

function recordViolations() {
	addEventListener("securitypolicyviolation", (event) => {
		console.error(`CSP-VIOLATION ${event.effectiveDirective} ${event.blockedURI}`);
	});
}

const logs = new WeakMap();

/** Starts the page's log; works for playwright's and puppeteer's pages. */
function watch(page, origin) {
	const log = {
		origin: new URL(origin).origin,
		requests: [],
		foreign: [],
		complaints: [],
		console: [],
	};
	logs.set(page, log);
	page.on("request", (request) => {
		const url = request.url();
		log.requests.push(url);
		const own = url.startsWith(`${log.origin}/`) || /^(blob|data|about):/.test(url);
		if (!own) log.foreign.push(url);
	});
	page.on("console", (message) => {
		log.console.push(`${message.type()}: ${message.text()}`);
		if (
			/CSP-VIOLATION|Content[- ]Security[- ]Policy|TrustedScript|TrustedHTML/i.test(
				message.text(),
			)
		)
			log.complaints.push(message.text());
	});
	page.on("pageerror", (error) =>
		log.complaints.push(`page error: ${error.message ?? error}`),
	);
	return page;
}

/** What the page asked for so far: { requests, foreign, complaints, console }. */
export const pageLog = (page) => logs.get(page);

/** Fails when the page asked another origin, broke its policy or threw. */
export function assertQuiet(page) {
	const { foreign, complaints } = pageLog(page);
	assert.deepEqual(foreign, [], "requests outside the page's own origin");
	assert.deepEqual(complaints, [], "policy violations and page errors");
}

/** Repeats `look` until `good` of its answer, for at most `within` ms; returns the answer. */
export async function until(what, look, good = Boolean, within = 10_000) {
	const end = Date.now() + within;
	let answer;
	do {
		answer = await look();
		if (good(answer)) return answer;
		await new Promise((done) => setTimeout(done, 50));
	} while (Date.now() < end);
	throw new Error(
		`${what}: not within ${within} ms; last seen: ${JSON.stringify(answer)}`,
	);
}

/** The colour [r, g, b] in the middle of a video, or null while there is no picture. */
export function pixelOf(page, selector) {
	return page.evaluate((wanted) => {
		const video = document.querySelector(wanted);
		if (!(video instanceof HTMLVideoElement) || video.readyState < 2) return null;
		const canvas = document.createElement("canvas");
		canvas.width = canvas.height = 1;
		const paint = canvas.getContext("2d");
		const { videoWidth: w, videoHeight: h } = video;
		paint.drawImage(video, w / 2, h / 2, 1, 1, 0, 0, 1, 1);
		return [...paint.getImageData(0, 0, 1, 1).data.slice(0, 3)];
	}, selector);
}

const COLOURS = { red: [255, 0, 0], blue: [0, 0, 255], green: [0, 128, 0] };

/** Waits until the video shows one of COLOURS, as a camera of startChromium sends it. */
export function seesColour(page, selector, colour, within) {
	const near = (p) => p?.every((v, i) => Math.abs(v - COLOURS[colour][i]) < 40);
	return until(
		`${selector} shows ${colour}`,
		() => pixelOf(page, selector),
		near,
		within,
	);
}

/**
 * The loudest frequency that the element plays, { hertz, decibels }, over about half a second.
 * Recorded and decoded off line, because an AudioContext never starts in a Firefox without
 * a sound card.
 */
export function toneOf(page, selector) {
	return page.evaluate(async (wanted) => {
		const tracks = document.querySelector(wanted)?.srcObject?.getAudioTracks() ?? [];
		const silence = { hertz: 0, decibels: -200 };
		if (tracks.length === 0) return silence;
		const recorder = new MediaRecorder(new MediaStream(tracks));
		const parts = [];
		recorder.ondataavailable = (event) => parts.push(event.data);
		const stopped = new Promise((done) => {
			recorder.onstop = done;
		});
		recorder.start();
		await new Promise((done) => setTimeout(done, 600));
		recorder.stop();
		await stopped;
		const offline = new OfflineAudioContext(1, 48_000, 48_000);
		const decoded = await offline
			.decodeAudioData(await new Blob(parts).arrayBuffer())
			.catch(() => undefined);
		const samples = decoded?.getChannelData(0).slice(-9_600) ?? [];
		const strengthAt = (hertz) => {
			let re = 0;
			let im = 0;
			for (let i = 0; i < samples.length; i++) {
				re += samples[i] * Math.cos((2 * Math.PI * hertz * i) / 48_000);
				im += samples[i] * Math.sin((2 * Math.PI * hertz * i) / 48_000);
			}
			return (2 * Math.hypot(re, im)) / Math.max(samples.length, 1);
		};
		let best = silence;
		for (let hertz = 100; hertz <= 2_000; hertz += 10) {
			const decibels = 20 * Math.log10(strengthAt(hertz) + 1e-10);
			if (decibels > best.decibels) best = { hertz, decibels };
		}
		return best;
	}, selector);
}

/** Waits until the element plays a tone near `hertz`. */
export function hearsTone(page, selector, hertz, within) {
	const near = (tone) => Math.abs(tone.hertz - hertz) < 20 && tone.decibels > -60;
	return until(
		`${selector} plays ${hertz} Hz`,
		() => toneOf(page, selector),
		near,
		within,
	);
}

/** Waits until the element plays nothing: a muted microphone. */
export function hearsNothing(page, selector, within) {
	const quiet = (tone) => tone.decibels < -70;
	return until(`${selector} is silent`, () => toneOf(page, selector), quiet, within);
}

/** Writes a picture to the folder of the run's results; returns its path. */
export async function screenshot(page, name) {
	const folder = process.env.SAMTALE_PICTURES ?? join(tmpdir(), "samtale-pictures");
	await mkdir(folder, { recursive: true });
	const path = join(folder, `${name}.png`);
	await page.screenshot({ path });
	return path;
}
