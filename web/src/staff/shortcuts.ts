// SPDX-License-Identifier: MPL-2.0
//
// The single-key shortcuts: off while somebody types, in dialogs, with a modifier held, and
// altogether where the consultant has switched them off (WCAG 2.1.4).
import { signal } from "@preact/signals";
import { toggleCamera, toggleMic } from "./own";
import { dispatch, go, keep, recall, state } from "./store";

const KEYS = "samtale.staff.keys";
export const keysOn = signal(recall(KEYS) !== "off");

export function setKeys(on: boolean): void {
	keysOn.value = on;
	keep(KEYS, on ? "on" : "off");
}

export function startShortcuts(): () => void {
	addEventListener("keydown", pressed);
	return () => removeEventListener("keydown", pressed);
}

function isTyping(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target.isContentEditable || target.closest("dialog")) return true;
	return ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

function pressed(event: KeyboardEvent): void {
	const { me, locked, view, dialog } = state.value;
	if (!me || locked || dialog || !keysOn.value) return;
	if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
	if (isTyping(event.target)) return;
	const done =
		event.key === "?" ? help() : view.at === "talk" ? inTalkKey(event) : dayKey(event);
	if (done) event.preventDefault();
}

function help(): boolean {
	dispatch({ do: "dialog", dialog: { is: "keys" } });
	return true;
}

function inTalkKey(event: KeyboardEvent): boolean {
	if (!state.value.talk || state.value.talk.summary) return false;
	switch (event.key.toLowerCase()) {
		case "m":
			toggleMic();
			return true;
		case "k":
			void toggleCamera();
			return true;
		case "t":
			dispatch({ do: "talk", action: { do: "panel", panel: "phone" } });
			return true;
		case "l":
			dispatch({ do: "talk", action: { do: "panel", panel: "text" } });
			return true;
		default:
			return false;
	}
}

function dayKey(event: KeyboardEvent): boolean {
	if (state.value.view.at !== "day") return false;
	switch (event.key) {
		case "n":
			go({ at: "booking" });
			return true;
		case "/":
			document.getElementById("find")?.focus();
			return true;
		default:
			return false;
	}
}
