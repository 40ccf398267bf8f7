// SPDX-License-Identifier: MPL-2.0
// Puts values into a sentence and says times as people do, in the page's language and in
// Danish time wherever the device is.
import type { Language } from "../protocol/words";

/** Replaces each {key}; a key that is not given stays, so that a test can see it. A sentence
 * about a number that nobody has is left out. A line never breaks between "kl." and the time. */
export function fill(sentence: string, values: Record<string, string | number>): string {
	const known =
		values["number"] === "" ? sentence.replace(/[^.]*\{number\}\.\s*/, "") : sentence;
	return known
		.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole))
		.replace("kl. ", "kl.\u00a0");
}

const ZONE = "Europe/Copenhagen";
const LOCALE: Record<Language, string> = { da: "da-DK", en: "en-GB" };

export function clock(ms: number, language: Language): string {
	return new Intl.DateTimeFormat(LOCALE[language], {
		hour: "2-digit",
		minute: "2-digit",
		timeZone: ZONE,
	}).format(ms);
}

/** `torsdag den 14. maj`, `Thursday 14 May`. */
export function day(ms: number, language: Language): string {
	const words = new Intl.DateTimeFormat(LOCALE[language], {
		weekday: "long",
		day: "numeric",
		month: "long",
		timeZone: ZONE,
	}).format(ms);
	// Browsers disagree on whether Danish says "den".
	return language === "da" ? words.replace(/ (den )?(?=\d)/, " den ") : words;
}

/** `12 34 56 78` for Danish numbers however they were typed; others unchanged. */
export function phoneWords(number: string): string {
	const digits = number.replace(/[\s-]/g, "").replace(/^(\+|00)45/, "");
	return /^\d{8}$/.test(digits) ? digits.replace(/(..)(?=.)/g, "$1 ") : number;
}

/** The address of a tel: link, without anything but digits and a leading plus; "#" for none. */
export function phoneHref(number: string): string {
	const digits = number.replace(/[^\d+]/g, "");
	return digits === "" ? "#" : `tel:${/^\d{8}$/.test(digits) ? `+45${digits}` : digits}`;
}
