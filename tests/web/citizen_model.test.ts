// SPDX-License-Identifier: MPL-2.0
// The citizen's reducer and what it makes the page show.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { isInApp } from "../../web/src/citizen/browser";
import {
	announcement,
	type Event,
	isAbsent,
	isTalking,
	type Model,
	newModel,
	reduce,
	screenOf,
} from "../../web/src/citizen/model";
import { type CitizenState, citizenState } from "../../web/src/protocol/citizen";

import { Key } from "../../web/src/text/keys";

declare const __TESTS__: string;
const fixture: unknown = JSON.parse(
	readFileSync(`${__TESTS__}/fixtures/protocol/s2c-state-citizen.json`, "utf8"),
);
const base = citizenState(Reflect.get(Object(fixture), "json"), "");

function state(more: Partial<CitizenState>, call = "none"): CitizenState {
	const asked = citizenState(
		{ ...base, ...more, call: { ...base.call, state: call } },
		"",
	);
	return asked;
}

function after(...events: Event[]): Model {
	return events.reduce(reduce, newModel("da", base.starts));
}

const MEETING: Event = { type: "stage", stage: "meeting" };
const CONNECTED: Event = { type: "link", link: "connected" };
const ADMITTED = { place: "admitted", phase: "live", form: "video" } as const;

describe("which screen is shown", () => {
	const cases: [string, Event[], string][] = [
		["the lobby until the first state has come", [MEETING], "lobby"],
		["the lobby while waiting", [MEETING, { type: "state", state: base }], "lobby"],
		[
			"the talk when admitted",
			[MEETING, { type: "state", state: state(ADMITTED) }],
			"talk",
		],
		[
			"the talk when admitted while still choosing devices",
			[
				{ type: "stage", stage: "devices" },
				{ type: "state", state: state(ADMITTED) },
			],
			"talk",
		],
		[
			"the devices while merely waiting there",
			[
				{ type: "stage", stage: "devices" },
				{ type: "state", state: base },
			],
			"devices",
		],
		[
			"the phone when it rings in the lobby",
			[MEETING, { type: "state", state: state({}, "ringing") }],
			"phone",
		],
		[
			"still the talk when it rings while video runs",
			[MEETING, CONNECTED, { type: "state", state: state(ADMITTED, "ringing") }],
			"talk",
		],
		[
			"the phone when it rings and video is dead",
			[
				MEETING,
				{ type: "link", link: "away" },
				{ type: "state", state: state(ADMITTED, "ringing") },
			],
			"phone",
		],
		[
			"the phone whenever that is the form",
			[
				MEETING,
				CONNECTED,
				{ type: "state", state: state({ ...ADMITTED, form: "phone" }) },
			],
			"phone",
		],
		[
			"the lobby after the citizen asked for a call",
			[MEETING, { type: "state", state: state({}, "asked") }],
			"lobby",
		],
	];
	for (const [what, events, screen] of cases)
		it(what, () => assert.equal(screenOf(after(...events)), screen));
});

describe("the model", () => {
	it("follows the server on whether a call was asked for", () => {
		const asked = after({ type: "state", state: state({}, "asked") });
		assert.equal(asked.callMe.asked, true);
		assert.equal(reduce(asked, { type: "state", state: base }).callMe.asked, false);
	});

	it("forgets the answer about video when the phone talk is over", () => {
		const phone = state({ ...ADMITTED, form: "phone" }, "talking");
		const declined = after(
			{ type: "state", state: phone },
			{ type: "set", set: { videoDeclined: true } },
		);
		assert.equal(reduce(declined, { type: "state", state: phone }).videoDeclined, true);
		const back = reduce(declined, { type: "state", state: state(ADMITTED) });
		assert.equal(back.videoDeclined, false);
	});

	it("keeps at most 200 lines of text", () => {
		const many = Array.from({ length: 250 }, (_, i): Event => {
			return { type: "line", line: { mine: true, text: String(i) } };
		});
		const { lines } = after(...many);
		assert.deepEqual([lines.length, lines[0]?.text], [200, "50"]);
	});

	it("never changes the model it was given", () => {
		const frozen = Object.freeze(newModel("da", 0));
		assert.notEqual(reduce(frozen, { type: "link", link: "away" }), frozen);
	});

	it("calls the consultant absent a quarter of an hour late, not while she is here", () => {
		const away = state({ consultant: { ...base.consultant, here: false } });
		const at = (minutes: number, s: CitizenState) =>
			isAbsent(
				after(
					{ type: "state", state: s },
					{ type: "set", set: { nowMs: s.starts + minutes * 60_000 } },
				),
			);
		assert.deepEqual([at(14, away), at(16, away), at(16, base)], [false, true, false]);
		const late = state({ consultant: { ...away.consultant, late_minutes: 10 } });
		assert.deepEqual([at(16, late), at(26, late)], [false, true]);
	});

	it("knows when a reload would cut somebody off", () => {
		assert.equal(isTalking(after(MEETING, CONNECTED)), true);
		assert.equal(isTalking(after(MEETING, { type: "link", link: "away" })), false);
	});
});

describe("what a screen reader is told", () => {
	const inside = after(MEETING, { type: "state", state: state(ADMITTED) });
	const cases: [string, Model, Event, Key | ""][] = [
		[
			"admitted",
			after(MEETING, { type: "state", state: base }),
			{ type: "state", state: state(ADMITTED) },
			Key.now_admitted,
		],
		[
			"muted",
			reduce(inside, { type: "gear", which: "mic", gear: { on: true } }),
			{ type: "gear", which: "mic", gear: { on: false } },
			Key.now_mic_off,
		],
		[
			"camera",
			inside,
			{ type: "gear", which: "camera", gear: { on: true } },
			Key.now_camera_on,
		],
		["connected", inside, CONNECTED, Key.now_connected],
		["cut", inside, { type: "link", link: "away" }, Key.cut],
		["a worse line", inside, { type: "set", set: { health: "bad" } }, Key.net_bad],
		["nothing on a mere tick", inside, { type: "set", set: { nowMs: 5 } }, ""],
	];
	for (const [what, was, event, key] of cases)
		it(what, () => assert.equal(announcement(was, reduce(was, event)), key));
});

describe("browsers inside apps", () => {
	const IPHONE =
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
	const cases: [string, string, boolean][] = [
		["Safari on iPhone", `${IPHONE} Version/17.4 Mobile/15E148 Safari/604.1`, false],
		["Chrome on iPhone", `${IPHONE} CriOS/122.0 Mobile/15E148 Safari/604.1`, false],
		["Facebook on iPhone", `${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]`, true],
		["a bare web view on iPhone", `${IPHONE} Mobile/15E148`, true],
		[
			"Chrome on Android",
			"Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Mobile Safari/537.36",
			false,
		],
		[
			"a web view on Android",
			"Mozilla/5.0 (Linux; Android 14; SM-A515F; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/122.0 Mobile Safari/537.36",
			true,
		],
		[
			"Instagram",
			"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/122.0 Mobile Safari/537.36 Instagram 320.0",
			true,
		],
		[
			"Firefox on Linux",
			"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
			false,
		],
	];
	for (const [what, agent, inApp] of cases)
		it(what, () => assert.equal(isInApp(agent), inApp));
});
