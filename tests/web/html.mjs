// SPDX-License-Identifier: MPL-2.0
//
// Checks every page of the folders with html-validate, filled in as the broker does it.
//
//   node tests/web/html.mjs FOLDER...

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { formatterFactory, HtmlValidate } from "html-validate";

const FILLED_IN = {
	build: "0123456789abcdef",
	lang: "da",
	notice:
		"<h1>Sådan passer vi på dine oplysninger</h1>\n<p>Her kan du læse …</p>\n<ul>\n<li>Dit nummer.</li>\n</ul>",
	notice_lang: "da",
	notice_title: "Sådan passer vi på dine oplysninger",
	other_href: "/privacy",
	other_lang: "en",
	other_words: "English",
	org_name: "Testkommunen",
	org_phone: "12 34 56 78",
	org_phone_href: "tel:+4512345678",
	trial_banner: "<p>Kun til afprøvning – ikke til rigtige borgere</p>",
};

const validator = new HtmlValidate({
	extends: ["html-validate:standard", "html-validate:a11y"],
	rules: {
		"no-autoplay": "off", // the other side's picture has to play by itself
		"void-style": "off",
		"doctype-style": "off",
	},
});

const folders = process.argv.slice(2);
const pages = folders.flatMap((folder) =>
	readdirSync(folder)
		.filter((file) => file.endsWith(".html"))
		.map((file) => join(folder, file)),
);
const results = [];
let valid = folders.every((folder) => pages.some((page) => page.startsWith(folder)));
for (const page of pages) {
	const text = readFileSync(page, "utf8").replace(
		/\{\{(\w+)\}\}/g,
		(whole, key) => FILLED_IN[key] ?? whole,
	);
	const report = await validator.validateString(text, page);
	valid &&= report.valid;
	results.push(...report.results);
}
console.log(formatterFactory("stylish")(results) || `${pages.length} pages are valid`);
process.exitCode = valid ? 0 : 1;
