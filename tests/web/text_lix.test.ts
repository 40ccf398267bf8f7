// SPDX-License-Identifier: MPL-2.0
// Citizens' words: LIX at most 25 in each language, the same placeholders in both, nothing
// that no screen uses, and no word that words.md forbids.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { da } from "../../web/src/text/da";
import { en } from "../../web/src/text/en";
import { day, fill, phoneHref, phoneWords } from "../../web/src/text/fill";
import { Key, type Words } from "../../web/src/text/keys";
import { da as staffDa } from "../../web/src/text/staff.da";
import { en as staffEn } from "../../web/src/text/staff.en";
import { lix } from "./lix";

declare const __TESTS__: string;
const LIX_MOST = 25;
const keys = Object.entries(Key).flatMap(([name, key]) =>
	typeof key === "number" ? [{ name, key }] : [],
);

/** Running text: what has at least two words and ends as a sentence. */
function prose(words: Words): string[] {
	return Object.values(words).filter((s) => /\s/.test(s) && /[.?!]$/.test(s));
}

const placeholders = (s: string) => (s.match(/\{\w+\}/g) ?? []).sort().join();

describe("the words for citizens", () => {
	it("the measure itself tells an officialese sentence from a plain one", () => {
		assert.ok(lix(["Du skal bare vente."]) < 10);
		const officialese =
			"Kommunalbestyrelsen bemyndiger rehabiliteringsteamet til iværksættelse af foranstaltninger.";
		assert.ok(lix([officialese]) > 60);
	});

	for (const [language, words] of Object.entries({ da, en })) {
		it(`${language}: LIX of all running text is at most ${LIX_MOST}`, () => {
			const figure = lix(prose(words));
			assert.ok(figure <= LIX_MOST, `LIX ${figure.toFixed(1)}`);
		});

		it(`${language}: no sentence is longer than 16 words`, () => {
			for (const text of prose(words))
				for (const sentence of text.split(/[.?!] /)) {
					const count = sentence.split(/\s+/).length;
					assert.ok(count <= 16, `${count}: ${sentence}`);
				}
		});
	}

	it("both languages have the same placeholders in every text", () => {
		for (const { key, name } of keys)
			assert.equal(placeholders(en[key]), placeholders(da[key]), name);
	});

	it("every text is used by a screen", () => {
		const folder = `${__TESTS__}/../web/src/citizen`;
		const files = [folder, `${folder}/screens`].flatMap((at) =>
			readdirSync(at)
				.filter((file) => file.endsWith(".ts"))
				.map((file) => readFileSync(`${at}/${file}`, "utf8")),
		);
		const all = files.join("\n");
		const unused = keys.filter(({ name }) => !new RegExp(`Key\\.${name}\\b`).test(all));
		assert.deepEqual(unused, []);
	});

	it("never names the office or the law", () => {
		const forbidden =
			/jobcenter|jobcentre|rehabilitering|sag(en|s)?\b|myndighed|benefit/i;
		for (const words of [da, en])
			for (const text of Object.values(words)) assert.doesNotMatch(text, forbidden);
	});
});

describe("the guide that is printed for citizens", () => {
	for (const [language, { guide }] of Object.entries({ da: staffDa, en: staffEn })) {
		it(`${language}: is as plain as the page`, () => {
			const said = [
				...[...guide.steps, ...guide.phoneSteps, guide.digits, guide.safe],
				...[guide.help("12 34 56 78"), guide.callIn("12 34 56 78")],
				guide.withWhom("Mette", "Hedensted"),
			];
			const figure = lix(said);
			assert.ok(figure <= LIX_MOST, `LIX ${figure.toFixed(1)}`);
		});
	}
});

describe("filling in", () => {
	it("replaces what is given and leaves the rest to be seen", () => {
		assert.equal(fill("{a} og {b}", { a: 1 }), "1 og {b}");
	});

	it("writes Danish numbers in pairs and links them with the country", () => {
		assert.equal(phoneWords("+4512345678"), "12 34 56 78");
		assert.equal(phoneHref("12 34 56 78"), "tel:+4512345678");
		assert.equal(phoneHref("+4512345678"), "tel:+4512345678");
		assert.equal(phoneWords("112"), "112");
	});

	it("says the day as people do, in Danish time", () => {
		const late = Date.UTC(2026, 4, 13, 22, 30);
		assert.equal(day(late, "da"), "torsdag den 14. maj");
		assert.match(day(late, "en"), /^Thursday,? 14 May$/);
	});
});
