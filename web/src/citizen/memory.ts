// SPDX-License-Identifier: MPL-2.0
// What this device remembers between loads: the seat (an opaque id that opens nothing
// without the device cookie), the language, and which devices were on in this tab. Nothing
// personal. Storage may be forbidden; then nothing is remembered and nothing fails.
import { type Language, language, seatId } from "../protocol/words";

type Kind = "localStorage" | "sessionStorage";

function get(kind: Kind, key: string): string {
	try {
		return window[kind].getItem(key) ?? "";
	} catch {
		return "";
	}
}

function put(kind: Kind, key: string, value: string): void {
	try {
		if (value === "") window[kind].removeItem(key);
		else window[kind].setItem(key, value);
	} catch {
		// Forbidden or full: remembered by the page alone.
	}
}

function valid<T>(
	decode: (value: unknown, at: string) => T,
	value: string,
): T | undefined {
	try {
		return decode(value, "");
	} catch {
		return undefined;
	}
}

export const memory = {
	/** The language that was chosen by hand, if any. */
	language: (): Language | undefined => valid(language, get("localStorage", "language")),
	setLanguage: (value: Language) => put("localStorage", "language", value),

	/** The seat of this tab; survives a reload. */
	tabSeat: () => valid(seatId, get("sessionStorage", "seat")),
	/** The last seat of this device, for a page that was closed and opened again. */
	deviceSeat: () => valid(seatId, get("localStorage", "seat")),
	setSeat(seat: string) {
		put("sessionStorage", "seat", seat);
		put("localStorage", "seat", seat);
	},

	/** `ready`, `mic`, `camera`: what was on in this tab when it was reloaded. */
	had: (what: string) => get("sessionStorage", what) === "1",
	setHad: (what: string, on: boolean) => put("sessionStorage", what, on ? "1" : ""),

	/** When the waiting began, for the sentence about it. */
	arrived: () => Number(get("sessionStorage", "arrived")) || 0,
	setArrived: (ms: number) => put("sessionStorage", "arrived", ms ? String(ms) : ""),

	/** The meeting is over or the person asked: everything but the language goes. */
	forget() {
		for (const kind of ["localStorage", "sessionStorage"] as const) put(kind, "seat", "");
		for (const key of ["ready", "mic", "camera", "arrived", "upgraded"])
			put("sessionStorage", key, "");
	},
};
