// SPDX-License-Identifier: MPL-2.0
//
// The real broker with a fresh data folder, and what a test needs around it: the
// administrator's command, HTTP calls that keep cookies as a browser would, TOTP codes.
// Everything is removed by stop().

import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { makeCertificates } from "./certificates.mjs";
import { here } from "./netns.mjs";

const run = promisify(execFile);

/** Where the programs under test were built: run.sh says so, else build/. */
export const buildFolder =
	process.env.SAMTALE_BUILD ?? fileURLToPath(new URL("../../build", import.meta.url));

const START_MS = 10_000;
const STOP_MS = 10_000;

function configText(settings) {
	const sections = Object.entries(settings).map(([section, rows]) => {
		const lines = Object.entries(rows).map(([key, value]) => `${key} = ${value}`);
		return [`[${section}]`, ...lines].join("\n");
	});
	return `${sections.join("\n")}\n`;
}

/** Later settings win, key by key. */
function mergeSettings(...all) {
	const merged = {};
	for (const settings of all)
		for (const [section, rows] of Object.entries(settings))
			merged[section] = { ...merged[section], ...rows };
	return merged;
}

/**
 * A broker that is serving. `settings` are sections of the configuration file; `host` runs
 * it in another namespace (netns.mjs); `name` is the host of its origin; `init` are the
 * arguments of `samtale init`; `args` are more words for the broker, such as `--test-clock`.
 */
export async function startBroker({
	settings = {},
	name = "meet.test",
	address = "127.0.0.1",
	port = 0,
	host = here,
	init = ["--trial"],
	args = [],
} = {}) {
	const folder = await mkdtemp(join(tmpdir(), "samtale-broker-"));
	const certificates = await makeCertificates(...(isExtra(name) ? [name] : []));
	const chosen = port === 0 ? await freePort(host, address) : port;
	const config = join(folder, "samtale.conf");
	const origin = `https://${name}:${chosen}`;
	const write = (more = {}) =>
		writeFile(
			config,
			configText(
				mergeSettings(
					{
						org: { name: "Testkommunen", phone: "12 34 56 78" },
						listener: {
							address,
							port: chosen,
							origin,
							certificate: certificates.chain,
							private_key: certificates.key,
						},
						data: { folder },
					},
					settings,
					more,
				),
			),
		);
	await write();

	const samtale = (...args) => runSamtale(config, args);
	await samtale("init", ...init);
	const words = ["--config", config, ...args];
	let broker = await spawnBroker(words, host);
	return {
		origin,
		config,
		folder,
		/** The vault's folder: keys and sealed log. */
		vault: `${folder}-vault`,
		certificates,
		samtale,
		/** What the broker wrote so far, over all its starts. */
		get log() {
			return broker.log.join("\n");
		},
		get pid() {
			return broker.child.pid;
		},
		writeConfig: write,
		/** `from` is the client's own address, where the machine has several. */
		http: ({ from } = {}) => httpClient(origin, certificates, address, from),
		signal: (signal) => broker.child.kill(signal),
		/** The process id of a child by its name: samtale-serve, samtale-phone. */
		childPid: (name) => childPid(broker.child.pid, name),
		/** Ends it by a signal and starts it again on the same data, after a while. */
		async restart(signal = "SIGTERM", { awayMs = 0 } = {}) {
			await endChild(broker.child, signal);
			await new Promise((done) => setTimeout(done, awayMs));
			broker = await spawnBroker(words, host, broker.log);
		},
		async stop() {
			await endChild(broker.child, "SIGTERM");
			await certificates.stop();
			await rm(folder, { recursive: true, force: true });
			await rm(`${folder}-vault`, { recursive: true, force: true });
		},
	};
}

const isExtra = (name) => !["localhost", "meet.test", "127.0.0.1", "::1"].includes(name);

async function freePort(host, address) {
	const script = `const s = require("net").createServer().listen(0, "${address}",
		() => { console.log(s.address().port); s.close(); });`;
	const { stdout } = await host.exec(process.execPath, "-e", script);
	return Number(stdout);
}

async function runSamtale(config, args) {
	const { stdout } = await run(
		`${buildFolder}/broker/samtale`,
		["--config", config, ...args],
		{
			timeout: 30_000,
		},
	);
	return stdout;
}

async function spawnBroker(words, host, log = []) {
	const program = `${buildFolder}/broker/samtale-broker`;
	const child = host.spawn(program, words, {
		stdio: ["ignore", "pipe", "pipe"],
	});
	createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
	const ready = new Promise((done, failed) => {
		createInterface({ input: child.stdout }).on("line", (line) => {
			log.push(line);
			if (line.startsWith("ready ")) done();
		});
		child.once("error", failed);
		child.once("exit", (code, signal) =>
			failed(new Error(`the broker ended (${code ?? signal}):\n${log.join("\n")}`)),
		);
		setTimeout(
			() => failed(new Error(`not ready:\n${log.join("\n")}`)),
			START_MS,
		).unref();
	});
	await ready.catch((error) => {
		child.kill("SIGKILL");
		throw error;
	});
	return { child, log };
}

async function childPid(parent, name) {
	const pids = await readFile(`/proc/${parent}/task/${parent}/children`, "utf8");
	for (const pid of pids.split(" ").filter(Boolean)) {
		const comm = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
		if (comm.trim() === name) return Number(pid);
	}
	return undefined;
}

async function endChild(child, signal) {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, "exit");
	child.kill(signal);
	const tooLong = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
	await ended;
	clearTimeout(tooLong);
	if (child.signalCode === "SIGKILL" && signal !== "SIGKILL")
		throw new Error(`the broker did not end within ${STOP_MS} ms of ${signal}`);
}

/**
 * HTTP as one browser does it: right Origin, its own cookies.
 * call(method, path, body) -> { status, body, headers }; path is below /api/v1.
 */
async function httpClient(origin, certificates, address, from) {
	const ca = await readFile(certificates.ca);
	const cookies = new Map();
	const url = new URL(origin);
	function send(method, path, text, headers) {
		return new Promise((done, failed) => {
			const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join("; ");
			const outgoing = request(
				{
					host: address,
					localAddress: from,
					servername: url.hostname,
					port: url.port,
					path,
					method,
					ca,
					headers: {
						Host: url.host,
						Origin: url.origin,
						"Sec-Fetch-Site": "same-origin",
						...(cookie && { Cookie: cookie }),
						...(text !== undefined && {
							"Content-Type": "application/json",
							"Content-Length": Buffer.byteLength(text),
						}),
						...headers,
					},
				},
				(response) => {
					const parts = [];
					response.on("data", (part) => parts.push(part));
					response.on("error", failed);
					response.on("end", () => done({ response, bytes: Buffer.concat(parts) }));
				},
			);
			outgoing.setTimeout(10_000, () =>
				outgoing.destroy(new Error(`${path}: no answer`)),
			);
			outgoing.on("error", failed);
			outgoing.end(text);
		});
	}
	function keepCookies(response) {
		for (const line of response.headers["set-cookie"] ?? []) {
			const [, key, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			if (/max-age=0/i.test(line)) cookies.delete(key);
			else cookies.set(key, value);
		}
	}
	return {
		cookies,
		/** Any path, any body; the answer's bytes are not decoded. */
		async raw(method, path, text, headers = {}) {
			const { response, bytes } = await send(method, path, text, headers);
			keepCookies(response);
			return { status: response.statusCode, headers: response.headers, bytes };
		},
		async call(method, path, body, headers = {}) {
			const text = body === undefined ? undefined : JSON.stringify(body);
			const answer = await this.raw(method, `/api/v1${path}`, text, headers);
			const json = /json/.test(answer.headers["content-type"] ?? "");
			return { ...answer, body: json ? JSON.parse(answer.bytes.toString()) : undefined };
		},
		/** Signs in with the code that is due now. */
		signIn(username, password, secret) {
			return this.call("POST", "/staff/sign-in", {
				username,
				password,
				code: totp(secret),
			});
		},
	};
}

/** The six digits that an authenticator app shows `at` (ms) for a base32 secret; RFC 6238. */
export function totp(secret, at = Date.now()) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const bits = [...secret.replace(/[\s=]/g, "").toUpperCase()]
		.map((c) => alphabet.indexOf(c).toString(2).padStart(5, "0"))
		.join("");
	const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => Number.parseInt(b, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
	const hash = createHmac("sha1", key).update(counter).digest();
	const digits = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
	return String(digits % 1_000_000).padStart(6, "0");
}
