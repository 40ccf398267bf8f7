// SPDX-License-Identifier: MPL-2.0
//
// The development CA: made once, kept while it is good, bound to its own names.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("../../certs/make-dev-ca.sh", import.meta.url));

describe("certs/make-dev-ca.sh", { timeout: 30_000 }, () => {
	const folder = mkdtempSync(join(tmpdir(), "samtale-ca-"));
	after(() => rmSync(folder, { recursive: true }));

	const make = (...names) =>
		execFileSync("sh", [SCRIPT, folder, ...names], { stdio: "pipe" });
	const read = (file) => readFileSync(join(folder, file), "utf8");
	const verify = (certificate, ...options) =>
		spawnSync("openssl", [
			...["verify", "-x509_strict", "-CAfile", join(folder, "ca.pem")],
			...options,
			certificate,
		]).status;

	it("names this machine and nothing else", () => {
		make();
		const leaf = new X509Certificate(read("server.pem"));
		for (const name of ["localhost", "meet.test"])
			assert.equal(leaf.checkHost(name), name);
		for (const address of ["127.0.0.1", "::1"]) assert.ok(leaf.checkIP(address));
		assert.equal(leaf.checkHost("example.org"), undefined);
		assert.equal(verify(join(folder, "server.pem"), "-verify_hostname", "localhost"), 0);
	});

	it("keeps both keys from others", () => {
		for (const key of ["ca.key", "server.key"])
			assert.equal(statSync(join(folder, key)).mode & 0o777, 0o600);
	});

	it("changes nothing the second time", () => {
		const before = read("server.pem");
		make();
		assert.equal(read("server.pem"), before);
	});

	it("starts anew for other names", () => {
		const before = read("ca.pem");
		make("broker.example", "10.1.2.3");
		assert.notEqual(read("ca.pem"), before);
		const leaf = new X509Certificate(read("server.pem"));
		assert.equal(leaf.checkHost("broker.example"), "broker.example");
		assert.equal(verify(join(folder, "server.pem"), "-verify_ip", "10.1.2.3"), 0);
	});

	it("renews a certificate with fewer than 30 days left and keeps the CA", () => {
		const before = read("ca.pem");
		const key = join(folder, "server.key");
		const request = execFileSync("openssl", [
			"req",
			"-new",
			"-key",
			key,
			"-subj",
			"/CN=x",
		]);
		const signed = execFileSync(
			"openssl",
			[
				...["x509", "-req", "-days", "29", "-set_serial", "7"],
				...["-CA", join(folder, "ca.pem"), "-CAkey", join(folder, "ca.key")],
			],
			{ input: request, stdio: "pipe" },
		);
		writeFileSync(join(folder, "server.pem"), signed);
		make("broker.example", "10.1.2.3");
		assert.equal(read("ca.pem"), before);
		const days =
			(Date.parse(new X509Certificate(read("server.pem")).validTo) - Date.now()) / 864e5;
		assert.ok(days > 360, `${days} days left`);
	});

	it("cannot vouch for another site", () => {
		const key = join(folder, "server.key");
		const request = execFileSync("openssl", [
			"req",
			"-new",
			"-key",
			key,
			"-subj",
			"/CN=x",
		]);
		writeFileSync(join(folder, "san"), "subjectAltName=DNS:example.org\n");
		const forged = execFileSync(
			"openssl",
			[
				...[
					"x509",
					"-req",
					"-CA",
					join(folder, "ca.pem"),
					"-CAkey",
					join(folder, "ca.key"),
				],
				...["-set_serial", "8", "-extfile", join(folder, "san")],
			],
			{ input: request, stdio: "pipe" },
		);
		writeFileSync(join(folder, "forged.pem"), forged);
		assert.notEqual(verify(join(folder, "forged.pem")), 0);
	});

	it("refuses what is no name", () => {
		const answer = spawnSync("sh", [SCRIPT, folder, "a;b"], { encoding: "utf8" });
		assert.notEqual(answer.status, 0);
		assert.match(answer.stderr, /not a host name or address/);
	});
});
