// SPDX-License-Identifier: MPL-2.0
// The citizen's notice and the accessibility statement, straight from the broker's table:
// plain in both languages, and as long in one as in the other.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { lix } from "./lix";

declare const __TESTS__: string;
const LIX_MOST = 30;
const ROW = /^TEXT\((\w+), (\w+), (\w+), ("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")\)$/gm;

const table = readFileSync(`${__TESTS__}/../broker/privacy/notice.def`, "utf8");
const rows = [...table.matchAll(ROW)].map(
	([, page = "", , tag = "", da = "", en = ""]) => ({
		page,
		tag,
		da: String(JSON.parse(da)),
		en: String(JSON.parse(en)),
	}),
);
const names = (text: string) => (text.match(/\{[\w.]+\}/g) ?? []).sort().join();
/** As a citizen reads it: a number where a setting stands, a stop after each line. */
const read = (text: string) =>
	text.replace(/\{[\w.]+\}/g, "30").replace(/[^.?!:]$/, "$&.");

describe("the pages on data protection and accessibility", () => {
	it("every row of the table is read", () => {
		assert.equal(rows.length, (table.match(/^TEXT\(/gm) ?? []).length);
	});

	for (const page of ["PRIVACY", "ACCESSIBILITY"])
		for (const language of ["da", "en"] as const)
			it(`${page} ${language}: LIX is at most ${LIX_MOST}`, () => {
				const prose = rows
					.filter((row) => row.page === page && /^(p|li)$/.test(row.tag))
					.map((row) => read(row[language]));
				assert.ok(prose.length > 9);
				const figure = lix(prose);
				assert.ok(figure <= LIX_MOST, `LIX ${figure.toFixed(1)}`);
			});

	it("no sentence is longer than 26 words", () => {
		for (const row of rows)
			for (const text of [row.da, row.en])
				for (const sentence of text.split(/[.?!] /)) {
					const count = sentence.split(/\s+/).length;
					assert.ok(count <= 26, `${count}: ${sentence}`);
				}
	});

	it("both languages name the same settings", () => {
		for (const row of rows) assert.equal(names(row.en), names(row.da), row.da);
	});
});
