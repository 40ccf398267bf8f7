// SPDX-License-Identifier: MPL-2.0
//
// A real coturn with the same time-limited credentials as in production, over UDP, TCP and
// TLS, in the suite's namespace or in a host of its own.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PORT = 3478;
const TLS_PORT = 5349;

/**
 * @param address that it listens and relays on; turn.test must resolve to it
 * @returns { settings, urls, log(), stop() }; settings are the broker's [media] section
 */
export async function startTurn({ address = "10.77.0.1", certificates, host }) {
	const folder = await mkdtemp(join(tmpdir(), "samtale-turn-"));
	const secretFile = join(folder, "secret");
	const secret = randomBytes(24).toString("hex");
	await writeFile(secretFile, `${secret}\n`, { mode: 0o600 });
	const config = join(folder, "turn.conf");
	await writeFile(
		config,
		[
			`listening-ip=${address}`,
			`relay-ip=${address}`,
			`listening-port=${PORT}`,
			`tls-listening-port=${TLS_PORT}`,
			"use-auth-secret",
			`static-auth-secret=${secret}`,
			"realm=meet.test",
			`cert=${certificates.chain}`,
			`pkey=${certificates.key}`,
			"no-cli",
			"no-multicast-peers",
			"simple-log",
			"fingerprint",
			`log-file=${folder}/log`,
			`pidfile=${folder}/pid`,
			`userdb=${folder}/db`,
			"min-port=50000",
			"max-port=50200",
			"",
		].join("\n"),
		{ mode: 0o600 },
	);
	const program = ["turnserver", "-c", config];
	const [command, ...args] = host
		? ["ip", "netns", "exec", host.name, ...program]
		: program;
	const child = spawn(command, args, { stdio: "ignore" });
	const log = () => readFile(`${folder}/log`, "utf8").catch(() => "");
	const stop = async () => {
		if (child.exitCode === null && child.signalCode === null) {
			const ended = new Promise((done) => child.once("exit", done));
			child.kill("SIGKILL");
			await ended;
		}
		await rm(folder, { recursive: true, force: true });
	};
	try {
		if (host) await waitForLog(log);
		else await waitForPort(address, TLS_PORT);
	} catch (error) {
		const words = await log();
		await stop();
		throw new Error(`turnserver did not start: ${error.message}\n${words.slice(-2000)}`);
	}
	const urls = {
		udp: `turn:turn.test:${PORT}?transport=udp`,
		tcp: `turn:turn.test:${PORT}?transport=tcp`,
		tls: `turns:turn.test:${TLS_PORT}?transport=tcp`,
	};
	return {
		urls,
		settings: { turn_urls: Object.values(urls).join(" "), turn_secret_file: secretFile },
		log,
		stop,
	};
}

async function repeat(look) {
	for (let tries = 0; tries < 100; tries++) {
		if (await look()) return;
		await new Promise((done) => setTimeout(done, 50));
	}
	throw new Error("not within 5 s");
}

const waitForLog = (log) => repeat(async () => /TLS.*listener opened/i.test(await log()));

function waitForPort(address, port) {
	return repeat(
		() =>
			new Promise((done) => {
				const socket = connect(port, address, () => done(true));
				socket.once("error", () => done(false));
				socket.once("connect", () => socket.destroy());
			}),
	);
}
