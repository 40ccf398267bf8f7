// SPDX-License-Identifier: MPL-2.0
//
// Holds what the pages show: the state behind its reducer, the language, the clock and the
// streams. Components read these signals; only the files beside this one change them.
import { computed, signal } from "@preact/signals";
import type { DeviceLists } from "../media/devices";
import type { Sources } from "../media/talk";
import { da, type StaffText } from "../text/staff.da";
import { type Action, initial, reduce, type View } from "./model/state";
import { sayClock } from "./model/time";

export type Language = "da" | "en";

const LANGUAGE = "samtale.staff.language";

export const state = signal(initial);
export const lang = signal<Language>("da");
/** Danish comes with the page; English is fetched when it is asked for. */
export const tables = signal<{ da: StaffText; en?: StaffText }>({ da });
export const t = computed(() => tables.value[lang.value] ?? da);
/** What a screen reader is told next. */
export const spoken = signal("");
/** The server's time, moved on once a second. */
export const now = signal(Date.now());
export const local = signal<Sources>({ mic: null, camera: null, screen: null });
export const remote = signal<Sources>({ mic: null, camera: null, screen: null });
/** What comes over the line to the telephone gateway. */
export const lineSound = signal<MediaStreamTrack | null>(null);
export const devices = signal<DeviceLists>({ mics: [], cameras: [], speakers: [] });
export const zone = computed(() => state.value.me?.timezone ?? "Europe/Copenhagen");

let aheadMs = 0;
setInterval(() => {
	now.value = Date.now() + aheadMs;
}, 1000);

/** The server said what time it is. */
export function setClock(serverMs: number): void {
	aheadMs = serverMs - Date.now();
	now.value = serverMs;
}

export function dispatch(action: Action): void {
	state.value = reduce(state.value, action);
}

/** A clock time of the organisation's zone, in the page's language. */
export function clock(ms: number): string {
	return sayClock(ms, zone.value, lang.value);
}

export function announce(text: string): void {
	// The same sentence twice is said twice.
	spoken.value = spoken.value === text ? `${text}\u00a0` : text;
}

export function firstLanguage(): Language {
	const kept = recall(LANGUAGE);
	if (kept === "da" || kept === "en") return kept;
	return document.documentElement.lang === "en" ? "en" : "da";
}

/** False when it could not be fetched. */
export async function loadWords(language: Language): Promise<boolean> {
	if (tables.value[language]) return true;
	try {
		const { en } = await import("../text/staff.en");
		tables.value = { da, en };
		return true;
	} catch {
		return false;
	}
}

/** The page stays as it is when the words could not be fetched. */
export async function setLanguage(next: Language): Promise<void> {
	if (!(await loadWords(next))) return;
	lang.value = next;
	document.documentElement.lang = next;
	keep(LANGUAGE, next);
}

/** A choice of this browser; forgotten where it may not be kept. */
export function keep(key: string, value: string): void {
	try {
		localStorage.setItem(key, value);
	} catch {
		// Storage may be off; the choice then lasts as long as the page.
	}
}

export function recall(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}

/** Shows a view and makes *back* return from it. The address stays as it is. */
export function go(view: View): void {
	if (view.at === "setup") history.replaceState(null, "");
	else history.pushState({ view }, "");
	dispatch({ do: "view", view });
}

/** Shows a view in the place of the present one. */
export function goInstead(view: View): void {
	history.replaceState(view.at === "setup" ? null : { view }, "");
	dispatch({ do: "view", view });
}
