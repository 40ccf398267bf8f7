// SPDX-License-Identifier: MPL-2.0
//
// Tests the test: the audit tools find a planted fault of their kind, under the product's
// own kind of policy.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer as createPlain } from "node:http";
import { createServer } from "node:https";
import { after, before, describe, it } from "node:test";
import { assertAccessible, assertValidMarkup, observe } from "../lib/audit.mjs";
import { startChromium } from "../lib/browsers.mjs";
import { makeCertificates } from "../lib/certificates.mjs";
import { openPeer, servePeerPage } from "../lib/peer_page.mjs";

describe("the audit tools", { timeout: 60_000 }, () => {
	const stops = [];
	let certificates;
	let page;

	before(async () => {
		certificates = await makeCertificates();
		stops.push(certificates.stop);
		const served = await servePeerPage(certificates);
		stops.push(served.stop);
		const browser = await startChromium({ ca: certificates.ca });
		stops.push(browser.stop);
		page = await openPeer(browser, served.origin);
	});
	after(async () => {
		for (const stop of stops.reverse()) await stop();
	});

	const plant = (what) =>
		page.evaluate((name) => {
			document.body.append(document.createElement(name));
		}, what);

	it("axe finds a picture without words", async () => {
		await plant("img");
		await assert.rejects(assertAccessible(page), /image-alt/);
	});

	it("html-validate finds a list item without a list", async () => {
		await plant("li");
		await assert.rejects(assertValidMarkup(page), /element-permitted-parent/);
	});

	it("the observatory tells a site with headers from one without", async () => {
		let headers = {};
		const tls = {
			cert: readFileSync(certificates.chain),
			key: readFileSync(certificates.key),
		};
		const secure = createServer(tls, (_, response) => {
			for (const [name, value] of Object.entries(headers))
				response.setHeader(name, value);
			response.end("<!DOCTYPE html><title>t</title>");
		}).listen(443);
		const plain = createPlain((_, response) => {
			response.writeHead(301, { Location: "https://meet.test/" }).end();
		}).listen(80);
		stops.push(async () => {
			for (const server of [secure, plain]) {
				server.closeAllConnections();
				server.close();
			}
		});
		const bare = await observe("meet.test", certificates.ca);
		assert.notEqual(bare.grade, "A+");
		headers = {
			"Content-Security-Policy":
				"default-src 'none'; script-src 'self'; base-uri 'none'; " +
				"form-action 'self'; frame-ancestors 'none'",
			"Strict-Transport-Security": "max-age=63072000",
			"X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin",
		};
		const good = await observe("meet.test", certificates.ca);
		assert.equal(good.grade, "A+", JSON.stringify(good));
		assert.equal(good.testsFailed, 0);
	});
});
