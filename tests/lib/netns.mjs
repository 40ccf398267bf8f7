// SPDX-License-Identifier: MPL-2.0
//
// Hosts of a test: network namespaces beside the suite's own (netns.sh), each with its own
// addresses and hosts file. Everything made here is removed by stop(), in reverse.

import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
let made = 0;

/** @returns a namespace: { name, wrap(command) for a program to be run in it, exec(), stop() } */
export async function makeHost({ hosts = {} } = {}) {
	const name = `samtale-${process.pid}-${made++}`;
	const etc = `/etc/netns/${name}`;
	await mkdir(etc, { recursive: true });
	const lines = Object.entries(hosts).map(([host, address]) => `${address} ${host}`);
	await writeFile(join(etc, "hosts"), ["127.0.0.1 localhost", ...lines, ""].join("\n"));
	await writeFile(join(etc, "resolv.conf"), "");
	await run("ip", ["netns", "add", name]);
	await run("ip", ["-n", name, "link", "set", "lo", "up"]);
	return {
		name,
		exec: (command, ...args) => run("ip", ["netns", "exec", name, command, ...args]),
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
