// SPDX-License-Identifier: MPL-2.0
//
// Where planted words are looked for: every file of the data folder and of the vault's
// (keys, segments and checkpoints of the sealed log), the journal's lines, the metrics,
// /healthz and /readyz, and what each process shows of itself.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Spellings under which a number could have been written. */
export const spellings = (digits) => [
	digits,
	digits.replace(/(\d\d)(?=\d)/g, "$1 "),
	[...Buffer.from(digits)]
		.reverse()
		.map((c) => String.fromCharCode(c))
		.join(""),
];

/** What must be among the places, or the search was none. */
const SEEN = [
	["a process", /\/cmdline$/],
	["the meetings' keys", /-vault\/keys\.db$/],
	["a segment of the log", /-vault\/audit\/\d{8}\.seg$/],
	["the checkpoints of the log", /-vault\/audit\/checkpoints$/],
];

async function filesOf(folder) {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return Promise.all(
		entries
			.filter((entry) => entry.isFile())
			.map(async (entry) => {
				const path = join(entry.parentPath, entry.name);
				return { where: path, text: (await readFile(path)).toString("latin1") };
			}),
	);
}

/** The broker's processes: argv and environment of each. */
async function processesOf(pid) {
	const children = await readFile(`/proc/${pid}/task/${pid}/children`, "latin1");
	const below = children.trim().split(/\s+/).filter(Boolean).map(processesOf);
	const own = ["cmdline", "environ"].map(async (what) => ({
		where: `/proc/${pid}/${what}`,
		text: await readFile(`/proc/${pid}/${what}`, "latin1"),
	}));
	return [...(await Promise.all(own)), ...(await Promise.all(below)).flat()];
}

/**
 * All that there is to look at: [{ where, text }]. `metrics`: their address; `more`: what
 * only the story has, such as answers to refused questions.
 */
export async function placesOf(broker, metrics, more = []) {
	const http = await broker.http();
	const pages = await Promise.all(
		["/healthz", "/readyz"].map(async (path) => {
			const { headers, bytes } = await http.raw("GET", path);
			return { where: path, text: JSON.stringify(headers) + bytes };
		}),
	);
	const figures = await (await fetch(`http://${metrics}/metrics`)).text();
	assert.match(figures, /samtale_/, "there are metrics to look at");
	const places = [
		...(await filesOf(broker.folder)),
		...(await filesOf(broker.vault)),
		...(await processesOf(broker.pid)),
		...pages,
		{ where: "metrics", text: figures },
		{ where: "log", text: broker.log },
		...more,
	];
	for (const [what, pattern] of SEEN)
		assert.ok(
			places.some(({ where }) => pattern.test(where)),
			`${what} was looked at`,
		);
	assert.ok(
		places.some(({ text }) => text.startsWith("SQLite format 3")),
		"the database was looked at",
	);
	return places;
}

/** Which of the words stand where. */
export function hits(places, words) {
	return places.flatMap(({ where, text }) =>
		words
			.filter((word) => text.toLowerCase().includes(word.toLowerCase()))
			.map((word) => `${word} in ${where}`),
	);
}

/** Where six digits stand by themselves; in the database's pages chance writes them too. */
export function loneIn(places, digits) {
	const lone = new RegExp(`(?<![0-9a-f])${digits}(?![0-9a-f])`);
	return places
		.filter(({ where, text }) => !/\.db/.test(where) && lone.test(text))
		.map(({ where }) => where);
}
