// SPDX-License-Identifier: MPL-2.0
//
// A real coturn with the same time-limited credentials as in production, over UDP, TCP and
// TLS, in the suite's namespace or in a host of its own.

import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { here } from "./netns.mjs";

const PORT = 3478;
const TLS_PORT = 5349;

/**
 * @param address that it listens and relays on; turn.test must resolve to it
 * @returns { settings, urls, log(), stop() }; settings are the broker's [media] section
 */
export async function startTurn({ address = "10.77.0.1", certificates, host = here }) {
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
	const child = host.spawn("turnserver", ["-c", config], { stdio: "ignore" });
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
		await waitForPort(host, address, TLS_PORT);
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

/** Tries to reach the port from where the server runs, for 5 s. */
function waitForPort(host, address, port) {
	const script = `const end = Date.now() + 5000;
		(function look() {
			const socket = require("net").connect(${port}, "${address}", () => process.exit(0));
			socket.on("error", () => (Date.now() < end ? setTimeout(look, 50) : process.exit(1)));
		})();`;
	return host.exec(process.execPath, "-e", script);
}
