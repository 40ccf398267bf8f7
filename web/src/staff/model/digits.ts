// SPDX-License-Identifier: MPL-2.0
// Digits as they are read out and written down: two at a time. Pure.

/** `12 34 56 78` */
export function inPairs(digits: string): string {
	return digits.replace(/(\d\d)(?=\d)/g, "$1 ");
}

/** `+45 12 34 56 78` */
export function spaced(number: string): string {
	const [, country = "", rest = number] = /^(\+45)?(.*)$/.exec(number) ?? [];
	return `${country} ${inPairs(rest)}`.trim();
}
