// SPDX-License-Identifier: MPL-2.0
// The tables of the citizen's words. Danish comes with the page; another language is a
// file of its own that is fetched when it is asked for, so that nobody loads the others.
import type { Language } from "../protocol/words";
import { da } from "./da";
import type { Words } from "./keys";

const tables: { da: Words; en?: Words } = { da };

/** The table, or the Danish one while another is not loaded. */
export function wordsOf(language: Language): Words {
	return tables[language] ?? da;
}

/** False when it could not be fetched; the page then stays as it is. */
export async function loadWords(language: Language): Promise<boolean> {
	if (tables[language] !== undefined) return true;
	try {
		tables[language] = (await import("./en")).en;
		return true;
	} catch {
		return false;
	}
}
