// SPDX-License-Identifier: MPL-2.0
//
// Tells the consultant that somebody wants her: a soft sound, a desktop notification that
// names nobody, and a number in the tab's title. The notification is asked for by a button
// only; the sound can be switched off. Works the same while the page is locked.
import { effect, signal } from "@preact/signals";
import type { ToStaff } from "../protocol/staff";
import { othersWaiting } from "./model/state";
import { announce, keep, recall, state, t } from "./store";

type Alert = Exclude<Extract<ToStaff, { type: "card" }>["alert"], "none">;

const SOUND = "samtale.staff.sound";
const ASKED = "samtale.staff.asked";

export const soundOn = signal(recall(SOUND) !== "off");
/** Whether to show the button that asks for notifications. */
export const mayAsk = signal(
	"Notification" in window &&
		Notification.permission === "default" &&
		recall(ASKED) === null,
);

let audio: AudioContext | undefined;
const shown = new Map<string, Notification>();

export function setSound(on: boolean): void {
	soundOn.value = on;
	keep(SOUND, on ? "on" : "off");
	if (on) chime();
}

export async function askToNotify(wanted: boolean): Promise<void> {
	mayAsk.value = false;
	keep(ASKED, "yes");
	if (wanted) await Notification.requestPermission();
}

export function alertFor(alert: Alert | "none", meeting: string): void {
	if (alert === "none") return;
	announce(t.value.alerts[alert]);
	if (soundOn.value) chime();
	if (document.visibilityState === "visible" && document.hasFocus()) return;
	notify(t.value.alerts[alert], meeting);
}

function notify(words: string, meeting: string): void {
	if (!("Notification" in window) || Notification.permission !== "granted") return;
	// The meeting is only the tag that replaces an older notification of the same meeting.
	shown.get(meeting)?.close();
	const made = new Notification(words, { tag: meeting, icon: "/favicon.svg" });
	made.onclick = () => {
		window.focus();
		made.close();
	};
	shown.set(meeting, made);
}

export function loudspeaker(): AudioContext {
	audio ??= new AudioContext();
	return audio;
}

/** Three quiet notes, a second in all. */
function chime(): void {
	const audio = loudspeaker();
	const at = audio.currentTime + 0.02;
	for (const [i, hertz] of [659.25, 783.99, 987.77].entries()) {
		const note = audio.createOscillator();
		const gain = audio.createGain();
		note.frequency.value = hertz;
		note.connect(gain).connect(audio.destination);
		const from = at + i * 0.16;
		gain.gain.setValueAtTime(0, from);
		gain.gain.linearRampToValueAtTime(0.12, from + 0.02);
		gain.gain.exponentialRampToValueAtTime(0.001, from + 0.55);
		note.start(from);
		note.stop(from + 0.6);
	}
}

/** A browser plays sound only after a press: this is called at the first one. */
export function wakeSound(): void {
	const audio = loudspeaker();
	if (audio.state === "suspended") void audio.resume();
}

/** Keeps the title: how many wait, then the view's own name. */
export const heading = signal("");
export function startTitle(): () => void {
	return effect(() => {
		const waiting = othersWaiting(state.value).length;
		const name = heading.value === "" ? "" : `${heading.value} · `;
		document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${name}Samtale`;
	});
}
