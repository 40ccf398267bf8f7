// SPDX-License-Identifier: MPL-2.0
//
// A bad line between two hosts (netns.mjs), carried by the program tunem: delay, jitter,
// loss, rate, cuts and blocked UDP, changed while it runs.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { buildFolder } from "./broker.mjs";

/** @returns { set({delay, jitter, loss, rate, cut, udp}), stop() } */
export async function makeLine(hostA, addressA, hostB, addressB) {
	const tunem = spawn(
		`${buildFolder}/tests/lib/tunem`,
		[hostA.name, addressA, hostB.name, addressB],
		{
			stdio: ["pipe", "pipe", "inherit"],
		},
	);
	const lines = createInterface({ input: tunem.stdout })[Symbol.asyncIterator]();
	const answer = async (wanted, what) => {
		const { value } = await lines.next();
		if (value !== wanted) throw new Error(`tunem answered ${value} to ${what}`);
	};
	await answer("ready", "its start");
	return {
		async set(weather) {
			for (const [what, value] of Object.entries(weather)) {
				const word = typeof value === "boolean" ? (value ? "on" : "off") : value;
				tunem.stdin.write(`${what} ${word}\n`);
				await answer("ok", `${what} ${word}`);
			}
		},
		async stop() {
			tunem.stdin.end();
			if (tunem.exitCode === null) await once(tunem, "exit");
		},
	};
}
