// SPDX-License-Identifier: MPL-2.0
//
// broker/run.sh --demo-phone as a newcomer meets it: a trunk that is up, a telephone that
// calls in and is in the lobby, and nothing left when the broker is gone.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

async function until(what, look, within = 20_000) {
	const end = performance.now() + within;
	for (;;) {
		const found = await look();
		if (found) return found;
		assert.ok(performance.now() < end, `never: ${what}`);
		await new Promise((done) => setTimeout(done, 200));
	}
}

describe("broker/run.sh --demo-phone", { timeout: 400_000 }, () => {
	const data = mkdtempSync(join(tmpdir(), "samtale-demo-"));
	let broker;
	let caller;
	after(() => {
		caller?.kill("SIGKILL");
		broker?.kill("SIGKILL");
		rmSync(data, { recursive: true, force: true });
	});

	const status = async () =>
		(
			await run(`${ROOT}/build/broker/samtale`, [
				"--config",
				`${data}/run.conf`,
				"status",
			])
		).stdout;

	it("prints how to call and to be called, and its trunk is up", async () => {
		const args = [
			"broker/run.sh",
			"--demo-phone",
			"--no-install",
			"--data",
			data,
			"--port",
			"0",
		];
		broker = spawn("sh", args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
		const errors = [];
		broker.stderr.on("data", (part) => errors.push(part));
		const lines = [];
		for await (const line of createInterface({ input: broker.stdout })) {
			lines.push(line);
			if (line.includes("MEETING PIN")) break;
		}
		assert.equal(broker.exitCode, null, `it ended:\n${errors.join("")}`);
		assert.match(lines.join("\n"), /^telephone \+4570101010 meeting \d{8} PIN \d{6}$/m);
		await until("the trunk is up", async () => /^trunk up/m.test(await status()));
	});

	it("lets the telephone call in", async () => {
		const args = [`${ROOT}/packaging/demo/telephone.py`, "call", `${data}/telephone`];
		caller = spawn("python3", args, { stdio: "ignore" });
		await until("a call", async () => /^calls 1$/m.test(await status()));
		const ended = once(caller, "exit");
		caller.kill("SIGTERM");
		await ended;
		await until("no call", async () => /^calls 0$/m.test(await status()));
	});

	it("leaves no telephone behind", async () => {
		const port = JSON.parse(readFileSync(`${data}/telephone/ports.json`)).server;
		const listens = () =>
			readFileSync("/proc/net/udp", "latin1").includes(
				`0100007F:${port.toString(16).toUpperCase().padStart(4, "0")} `,
			);
		assert.ok(listens());
		const ended = once(broker, "exit");
		broker.kill("SIGINT");
		assert.equal((await ended)[0], 0);
		await until("the telephone is gone", () => !listens());
	});
});
