// SPDX-License-Identifier: MPL-2.0
//
// Fails when a page has outgrown its budget: what a phone on a slow net must fetch, in
// brotli bytes. Reads the folder site/ that web/build.mjs writes.
//
//   node tests/web/budget.mjs SITE

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const SCRIPTS_AND_STYLES = { citizen: 25_000, staff: 60_000 };
const LANGUAGE = { citizen: 3_000, staff: 8_000 };
const CITIZEN_PAGE = { bytes: 30_000, requests: 6 };
/** What stands around a notice; its text has a budget in tests/unit/daemon/test_site.c. */
const NOTICE_PAGE = 6_000;

const site = process.argv[2];
const manifest = JSON.parse(readFileSync(join(site, "manifest.json"), "utf8"));
const sizeOf = (path) => brotliCompressSync(readFileSync(join(site, path))).length;
const total = (paths) => paths.reduce((sum, path) => sum + sizeOf(path), 0);

// The pages come with Danish words; another language is a file that only those who ask for
// it load on top.
const isLanguage = (path) => /^\/a\/(staff\.)?[a-z]{2}\.[A-Z0-9]{8}\.js$/.test(path);
const rows = Object.entries(SCRIPTS_AND_STYLES).map(([page, budget]) => ({
	what: `${page}: all scripts and styles`,
	has: total(manifest[page].filter((path) => !isLanguage(path))),
	budget,
	unit: "bytes",
}));
for (const [page, budget] of Object.entries(LANGUAGE))
	for (const path of manifest[page].filter(isLanguage))
		rows.push({ what: `${page}: ${path}`, has: total([path]), budget, unit: "bytes" });

// The first load: the page itself and what it names.
function firstLoad(page) {
	const html = readFileSync(join(site, page), "utf8");
	const named = [...html.matchAll(/(?:src|href)="(\/[^"#{]*\.\w+)"/g)];
	return [...new Set([page, ...named.map((match) => match[1])])];
}
const first = firstLoad("citizen.html");
rows.push(
	{
		what: "notice: the whole page",
		has: total(firstLoad("notice.html")),
		budget: NOTICE_PAGE,
		unit: "bytes",
	},
	{
		what: "citizen: the whole page",
		has: total(first),
		budget: CITIZEN_PAGE.bytes,
		unit: "bytes",
	},
	{
		what: "citizen: requests",
		has: first.length,
		budget: CITIZEN_PAGE.requests,
		unit: "",
	},
);

for (const { what, has, budget, unit } of rows) {
	const verdict = has <= budget ? "ok" : "TOO MUCH";
	console.log(
		`${what.padEnd(34)} ${String(has).padStart(7)} of ${budget} ${unit}  ${verdict}`,
	);
}
process.exitCode = rows.every(({ has, budget }) => has > 0 && has <= budget) ? 0 : 1;
