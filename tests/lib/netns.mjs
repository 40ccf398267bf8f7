// SPDX-License-Identifier: MPL-2.0
//
// Hosts of a test: network namespaces beside the suite's own (netns.sh), each with its own
// addresses and hosts file. Everything made here is removed by stop(), in reverse.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
let made = 0;

/** How a host runs programs, given the words that lead into it. */
function programs(prefix) {
	const whole = (command, args) => {
		const [program, ...rest] = [...prefix, command, ...args];
		return [program, rest];
	};
	return {
		/** Runs a program to its end: { stdout, stderr }; throws when it fails. */
		exec: (command, ...args) => run(...whole(command, args)),
		/** As node's spawn. */
		spawn: (command, args, options) => spawn(...whole(command, args), options),
		/** Starts a program that goes on; it is up when it has written its first line. */
		async start(command, ...args) {
			const child = spawn(...whole(command, args), {
				stdio: ["ignore", "pipe", "inherit"],
			});
			const lines = createInterface({ input: child.stdout });
			const ended = once(child, "exit");
			const [firstLine] = await Promise.race([once(lines, "line"), ended.then(() => [])]);
			if (firstLine === undefined) throw new Error(`${command} ended at once`);
			return {
				firstLine,
				async stop() {
					child.kill("SIGKILL");
					await ended;
				},
			};
		},
	};
}

/** The suite's own namespace. */
export const here = programs([]);

/** A new namespace with its own hosts file; route() sets the default route. */
export async function makeHost({ hosts = {} } = {}) {
	const name = `samtale-${process.pid}-${made++}`;
	const etc = `/etc/netns/${name}`;
	await mkdir(etc, { recursive: true });
	// With a dot as well: Chromium asks for a TURN server's name with one.
	const lines = Object.entries(hosts).map(
		([host, address]) => `${address} ${host} ${host}.`,
	);
	await writeFile(join(etc, "hosts"), ["127.0.0.1 localhost", ...lines, ""].join("\n"));
	await writeFile(join(etc, "resolv.conf"), "");
	await run("ip", ["netns", "add", name]);
	await run("ip", ["-n", name, "link", "set", "lo", "up"]);
	return {
		name,
		...programs(["ip", "netns", "exec", name]),
		route: (via) => run("ip", ["-n", name, "route", "add", "default", "via", via]),
		async stop() {
			const { stdout } = await run("ip", ["netns", "pids", name]);
			for (const pid of stdout.split("\n").filter(Boolean)) endProcess(Number(pid));
			await run("ip", ["netns", "delete", name]);
			await rm(etc, { recursive: true, force: true });
		},
	};
}

function endProcess(pid) {
	try {
		process.kill(pid, "SIGKILL");
	} catch (error) {
		if (error.code !== "ESRCH") throw error;
	}
}

/** A program that runs `command` in the host, for callers that want one path to start. */
export async function wrapperFor(host, command) {
	const folder = await mkdtemp(join(tmpdir(), "samtale-wrap-"));
	const path = join(folder, "run");
	await writeFile(path, `#!/bin/sh\nexec ip netns exec ${host.name} ${command} "$@"\n`);
	await chmod(path, 0o700);
	return { path, stop: () => rm(folder, { recursive: true, force: true }) };
}
