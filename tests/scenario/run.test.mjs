// SPDX-License-Identifier: MPL-2.0
//
// broker/run.sh as a newcomer meets it: one command to a running trial with a sign-in and a
// citizen's link, a quick second start, a clean end by Ctrl-C; and on the data of a version
// that kept its keys beside them.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
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
		for (const folder of [data, `${data}-vault`])
			rmSync(folder, { recursive: true, force: true });
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

	it("takes up the data of a version that had no vault", async () => {
		const link = /\/j#([\w-]{22})/;
		const before = (await start()).text.match(link)[1];
		assert.equal(await interrupt(), 0);
		for (const file of ["node.key", "keys.db"])
			renameSync(join(`${data}-vault`, file), join(data, file));
		rmSync(`${data}-vault`, { recursive: true });
		assert.equal((await start()).text.match(link)[1], before);
		assert.ok(!existsSync(join(data, "keys.db")));
		assert.equal(await interrupt(), 0);
	});
});
