// SPDX-License-Identifier: MPL-2.0
// A citizen's receipt, as it is read out or typed: dashes, blanks and case do not matter,
// and letters that look like digits are those (include/samtale/store/minutes.h). Pure.

function plain(code: string): string {
	return code
		.toUpperCase()
		.replace(/[\s-]/g, "")
		.replace(/O/g, "0")
		.replace(/[IL]/g, "1");
}

/** Nothing while too little is typed to tell. */
export function receiptFits(receipt: string, typed: string): boolean | undefined {
	const wanted = plain(receipt);
	const given = plain(typed);
	if (wanted === "" || given.length < wanted.length) return undefined;
	return given === wanted;
}
