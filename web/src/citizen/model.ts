// SPDX-License-Identifier: MPL-2.0
// Everything that the citizen's page shows, as one value, and the only function that makes
// the next one. Pure: no clock, no browser, no words.
//
// loading → welcome → (pin) → devices → meeting → ended, with side doors to digits, over,
// in_app, unsupported, taken, moved, removed, unsafe, trouble, retry, forgotten.

import type { Trouble } from "../media/devices";
import type { Link } from "../media/talk";
import type { CitizenEnded, CitizenState } from "../protocol/citizen";
import type { Peek } from "../protocol/http";
import type { Health, Language, Rung } from "../protocol/words";
import { Key } from "../text/keys";

export type Stage =
	| "loading"
	| "retry"
	| "in_app"
	| "unsupported"
	| "digits"
	| "over"
	| "meeting_over"
	| "welcome"
	| "try"
	| "pin"
	| "devices"
	| "meeting"
	| "taken"
	| "moved"
	| "removed"
	| "unsafe"
	| "trouble"
	| "ended"
	| "forgotten";

export type Screen = Exclude<Stage, "meeting"> | "early" | "lobby" | "phone" | "talk";

/** A microphone or camera as the person sees it. */
export interface Gear {
	/** A track is open and not muted by the person. */
	on: boolean;
	/** A track is open. */
	open: boolean;
	/** Why it could not be opened, "" when nothing went wrong. */
	trouble: Trouble | "";
	/** The chosen device, "" for the machine's own choice. */
	device: string;
}

export interface Line {
	mine: boolean;
	text: string;
}

export interface Model {
	language: Language;
	stage: Stage;
	peek: Peek | undefined;
	state: CitizenState | undefined;
	ended: CitizenEnded | undefined;
	/** A question to the server is out; buttons wait. */
	asking: boolean;
	/** What went wrong with the last question; "" for nothing. */
	problem: Key | "";
	mic: Gear;
	camera: Gear;
	sharing: boolean;
	shareRefused: boolean;
	/** The phone took the microphone, or the browser wants one more tap. */
	micLost: boolean;
	soundBlocked: boolean;
	offered: { kind: "mic" | "camera" | "speaker"; id: string; label: string } | undefined;
	noSound: boolean;
	signalling: boolean;
	online: boolean;
	link: Link;
	/** Media stood at least once since the last admission. */
	wasConnected: boolean;
	health: Health;
	rung: Rung;
	code: string;
	channel: boolean;
	lines: Line[];
	arrivedMs: number;
	nowMs: number;
	videoAsked: boolean;
	videoDeclined: boolean;
	/** *Ring til mig*: what the server last said. */
	callMe: { asked: boolean; last2: string; problem: Key | ""; typing: boolean };
}

/** What is simply so from now on; everything else has a rule of its own in reduce(). */
export type Plain = Omit<
	Model,
	"stage" | "peek" | "state" | "ended" | "mic" | "camera" | "link" | "lines" | "callMe"
>;

export type Event =
	| { type: "set"; set: Partial<Plain> }
	| { type: "stage"; stage: Stage; problem?: Key }
	| { type: "peek"; peek: Peek }
	| { type: "state"; state: CitizenState }
	| { type: "ended"; ended: CitizenEnded }
	| { type: "gear"; which: "mic" | "camera"; gear: Partial<Gear> }
	| { type: "link"; link: Link }
	| { type: "line"; line: Line }
	| { type: "call_me"; callMe: Partial<Model["callMe"]> };

const NO_GEAR: Gear = { on: false, open: false, trouble: "", device: "" };
const LINES_MAX = 200;

export function newModel(language: Language, nowMs: number): Model {
	return {
		language,
		stage: "loading",
		peek: undefined,
		state: undefined,
		ended: undefined,
		asking: false,
		problem: "",
		mic: NO_GEAR,
		camera: NO_GEAR,
		sharing: false,
		shareRefused: false,
		micLost: false,
		soundBlocked: false,
		offered: undefined,
		noSound: false,
		signalling: true,
		online: true,
		link: "none",
		wasConnected: false,
		health: "good",
		rung: "video",
		code: "",
		channel: false,
		lines: [],
		arrivedMs: 0,
		nowMs,
		videoAsked: false,
		videoDeclined: false,
		callMe: { asked: false, last2: "", problem: "", typing: false },
	};
}

function withState(m: Model, state: CitizenState): Model {
	const { call } = state;
	const admitted = state.place === "admitted";
	// Admitted while still choosing devices: the talk is where the person belongs.
	const stage = admitted && m.stage === "devices" ? "meeting" : m.stage;
	const back = state.form !== "phone" && call.state !== "talking";
	const last2 = call.last2 || m.callMe.last2;
	return {
		...m,
		state,
		stage,
		wasConnected: admitted && m.wasConnected,
		videoAsked: back ? false : m.videoAsked,
		videoDeclined: back ? false : m.videoDeclined,
		callMe: { ...m.callMe, asked: call.state === "asked", last2 },
	};
}

function withPeek(m: Model, peek: Peek): Model {
	const { last2, asked } = peek.call;
	return { ...m, peek, callMe: { ...m.callMe, last2, asked } };
}

export function reduce(m: Model, e: Event): Model {
	switch (e.type) {
		case "set":
			return { ...m, ...e.set };
		case "stage":
			return { ...m, stage: e.stage, asking: false, problem: e.problem ?? "" };
		case "peek":
			return withPeek(m, e.peek);
		case "state":
			return withState(m, e.state);
		case "ended":
			return { ...m, ended: e.ended, stage: "ended" };
		case "gear":
			return { ...m, [e.which]: { ...m[e.which], ...e.gear } };
		case "link":
			return {
				...m,
				link: e.link,
				wasConnected: m.wasConnected || e.link === "connected",
			};
		case "line":
			return { ...m, lines: [...m.lines, e.line].slice(-LINES_MAX) };
		case "call_me":
			return { ...m, callMe: { ...m.callMe, ...e.callMe } };
	}
}

function meetingScreen(m: Model): Screen {
	if (m.state === undefined) return "lobby";
	const { form, place, call } = m.state;
	if (form === "phone" || call.state === "talking") return "phone";
	const called = ["announced", "ringing", "missed"].includes(call.state);
	const talking = place === "admitted" && m.link === "connected";
	if (called && !talking) return "phone";
	return place === "admitted" ? "talk" : "lobby";
}

export function screenOf(m: Model): Screen {
	if (m.stage === "meeting") return meetingScreen(m);
	if (m.stage === "welcome" && m.peek?.when === "early") return "early";
	return m.stage;
}

/** True while the person sends or hears something, so that a reload would cut it. */
export function isTalking(m: Model): boolean {
	return m.stage === "meeting" && m.link === "connected";
}

const ABSENT_AFTER_MS = 15 * 60_000;

/** The consultant should have been here long ago. */
export function isAbsent(m: Model): boolean {
	if (m.state === undefined || m.state.consultant.here) return false;
	const late = m.state.consultant.late_minutes * 60_000;
	return m.nowMs > m.state.starts + late + ABSENT_AFTER_MS;
}

/** What a screen reader is told when the model goes from `was` to `now`. */
export function announcement(was: Model, now: Model): Key | "" {
	if (now.state?.place === "admitted" && was.state?.place === "lobby")
		return Key.now_admitted;
	if (now.stage !== "meeting") return "";
	if (was.mic.on !== now.mic.on) return now.mic.on ? Key.now_mic_on : Key.now_mic_off;
	if (was.camera.on !== now.camera.on)
		return now.camera.on ? Key.now_camera_on : Key.now_camera_off;
	if (was.link !== now.link) {
		if (now.link === "connected") return Key.now_connected;
		if (now.link === "away") return now.online ? Key.cut : Key.cut_offline;
	}
	if (was.health !== now.health)
		return (
			{ good: Key.net_good, weak: Key.net_weak, bad: Key.net_bad, dead: Key.cut } as const
		)[now.health];
	return "";
}
