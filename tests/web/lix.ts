// SPDX-License-Identifier: MPL-2.0
// How plain a text is: LIX, as it is used in Denmark. Up to 25 very easy, up to 34 easy,
// from 45 on the language of law.

/** Words per sentence plus the share of words longer than six letters. */
export function lix(sentences: readonly string[]): number {
	const ended = sentences.map((s) => (/[.!?:…]$/.test(s.trim()) ? s : `${s}.`)).join(" ");
	const text = ended.replace(/\{\w+\}/g, "Mette");
	const words = text.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu) ?? [];
	const stops = text.match(/[.!?:…]+(?=\s|$)/g) ?? [];
	const long = words.filter((word) => word.length > 6).length;
	return words.length / stops.length + (100 * long) / words.length;
}
