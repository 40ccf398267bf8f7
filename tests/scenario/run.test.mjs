// SPDX-License-Identifier: MPL-2.0
//
// broker/run.sh as a newcomer meets it: one command to a running trial with a sign-in and a
// citizen's link, a quick second start, a clean end by Ctrl-C.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../broker/run.sh", import.meta.url));
const PORT = 8471; // the suite has a namespace of its own

describe("broker/run.sh", { timeout: 300_000 }, () => {
	const data = mkdtempSync(join(tmpdir(), "samtale-run-"));
	let running;
	after(() => {
		running?.kill("SIGKILL");
		rmSync(data, { recursive: true });
	});

	/** Starts it; gives what it wrote up to the citizen's link and how long that took. */
	async function start() {
		const begun = performance.now();
		const args = [SCRIPT, "--no-install", "--data", data, "--port", String(PORT)];
		running = spawn("sh", args, { stdio: ["ignore", "pipe", "pipe"] });
		const errors = [];
		running.stderr.on("data", (part) => errors.push(part));
		const lines = [];
		for await (const line of createInterface({ input: running.stdout })) {
			lines.push(line);
			if (line.includes("/j#")) break;
		}
		assert.equal(running.exitCode, null, `it ended:\n${errors.join("")}`);
		return { text: lines.join("\n"), ms: performance.now() - begun };
	}

	async function interrupt() {
		const ended = once(running, "exit");
		running.kill("SIGINT");
		return (await ended)[0];
	}

	it("prints where it is ready, how to sign in and a citizen's link", async () => {
		const { text } = await start();
		assert.match(text, new RegExp(`^ready https://localhost:${PORT}$`, "m"));
		assert.match(text, new RegExp(`https://localhost:${PORT}/j#[\\w-]{22}`));
		assert.equal(await interrupt(), 0);
	});

	it("starts again in under three seconds on the same data", async () => {
		const { ms } = await start();
		assert.ok(ms < 3_000, `${Math.round(ms)} ms`);
		assert.equal(await interrupt(), 0);
	});
});
