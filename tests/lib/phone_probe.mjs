// SPDX-License-Identifier: MPL-2.0
//
// Drives phone_probe: the gateway's port of a browser alone, which answers offers, plays
// 440 Hz and says what it hears.

import { once } from "node:events";
import { createInterface } from "node:readline";
import { buildFolder } from "./broker.mjs";
import { here } from "./netns.mjs";

const hex = (text) => Buffer.from(text).toString("hex");

/** @returns { answer(offer), tell(leg), close(leg), cost(), stop() } */
export async function startPhoneProbe({
	listen = "0.0.0.0",
	address = "10.77.0.1",
	address6 = "",
	ports = [41000, 41100],
	host = here,
} = {}) {
	const args = [listen, address, address6, ...ports.map(String)];
	const child = host.spawn(`${buildFolder}/tests/lib/phone_probe`, args, {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const read = async () => {
		const { value, done } = await lines.next();
		if (done) throw new Error("phone_probe ended");
		return value;
	};
	let turn = Promise.resolve();
	/** One command at a time, each with its one line of answer. */
	const ask = (command) => {
		turn = turn.then(() => {
			child.stdin.write(`${command}\n`);
			return read();
		});
		return turn;
	};
	const fields = (line) =>
		Object.fromEntries(
			line
				.split(" ")
				.filter((word) => word.includes("="))
				.map((word) => word.split("="))
				.map(([name, value]) => [name, name === "cause" ? value : Number(value)]),
		);
	if ((await read()) !== "ready") throw new Error("phone_probe is not ready");
	return {
		async answer(offer) {
			const [kind, leg, text] = (await ask(`offer ${hex(offer)}`)).split(" ");
			if (kind !== "answer") throw new Error(`${kind} ${leg}`);
			return { leg: Number(leg), sdp: Buffer.from(text, "hex").toString() };
		},
		tell: async (leg) => fields(await ask(`tell ${leg}`)),
		close: (leg) => ask(`close ${leg}`),
		cost: async () => fields(await ask("cost")),
		/** Fails when it did not end well: leaks under a sanitizer, a crash. */
		async stop() {
			const ended = once(child, "exit");
			child.stdin.end();
			const [code] = child.exitCode === null ? await ended : [child.exitCode];
			if (code !== 0) throw new Error(`phone_probe ended with ${code}`);
		},
	};
}
