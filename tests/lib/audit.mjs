// SPDX-License-Identifier: MPL-2.0
//
// What independent tools say about a page as it stands in the browser: axe on its
// accessibility, html-validate on its markup, MDN's observatory on its headers.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { HtmlValidate } from "html-validate";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** Fails on any violation of WCAG 2.1 A or AA in the page's present state. */
export async function assertAccessible(page) {
	await page.evaluate(AXE);
	const violations = await page.evaluate(async () => {
		const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
		const found = await window.axe.run({ runOnly: tags });
		return found.violations.map(({ id, help, nodes }) => ({
			id,
			help,
			where: nodes.map((node) => node.target.join(" ")),
		}));
	});
	assert.deepEqual(violations, [], "accessibility");
}

const validator = new HtmlValidate({
	extends: ["html-validate:standard", "html-validate:a11y"],
	// The other side's picture has to play by itself; what a browser serialises has its
	// own way with quotes, void elements and white space.
	rules: {
		"no-autoplay": "off",
		// A picture of the other side has a name; it is not one of the few elements of ARIA.
		"aria-label-misuse": ["error", { allowAnyNamable: true }],
		"void-style": "off",
		"doctype-style": "off",
		"attribute-boolean-style": "off",
		"attribute-empty-style": "off",
		"no-trailing-whitespace": "off",
	},
});

/** Fails on invalid markup in the document that the scripts have built. */
export async function assertValidMarkup(page) {
	const report = await validator.validateString(await page.content());
	const messages = report.results.flatMap(({ messages }) =>
		messages.map(({ line, ruleId, message }) => `${line}: ${ruleId}: ${message}`),
	);
	assert.deepEqual(messages, [], "markup");
}

/**
 * Asks MDN's observatory about `host`, which must serve on ports 80 and 443 of the suite's
 * namespace. In a process of its own, because the CA is read from the environment.
 * @returns { grade, score, testsFailed }
 */
export async function observe(host, ca) {
	const main = require.resolve("@mdn/mdn-http-observatory");
	const conf = join(dirname(main), "..", "conf");
	// The package would download this list when installed; no test host is on it.
	writeFileSync(join(conf, "hsts-preload.json"), "{}");
	const script = `import { scan } from ${JSON.stringify(main)};
		const { scan: s } = await scan(${JSON.stringify(host)});
		console.log(JSON.stringify({ grade: s.grade, score: s.score, testsFailed: s.testsFailed }));`;
	const { stdout } = await promisify(execFile)(
		process.execPath,
		["--input-type=module", "-e", script],
		{ env: { ...process.env, NODE_EXTRA_CA_CERTS: ca }, timeout: 30_000 },
	);
	return JSON.parse(stdout.trim().split("\n").at(-1));
}
