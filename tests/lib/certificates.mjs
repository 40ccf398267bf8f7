// SPDX-License-Identifier: MPL-2.0
//
// Certificates of a test: made by the same script that a trial uses, in a folder that
// stop() removes. They name meet.test, turn.test and the suite's address.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SCRIPT = fileURLToPath(new URL("../../certs/make-dev-ca.sh", import.meta.url));

/** @returns { ca, chain, key } as paths, and stop() */
export async function makeCertificates(...names) {
	const folder = await mkdtemp(join(tmpdir(), "samtale-certs-"));
	await promisify(execFile)("sh", [SCRIPT, folder, "turn.test", "10.77.0.1", ...names]);
	return {
		ca: join(folder, "ca.pem"),
		chain: join(folder, "server.pem"),
		key: join(folder, "server.key"),
		stop: () => rm(folder, { recursive: true, force: true }),
	};
}
