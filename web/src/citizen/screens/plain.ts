// SPDX-License-Identifier: MPL-2.0
// The screens that say one thing and offer at most two buttons.

import { clock } from "../../text/fill";
import { Key } from "../../text/keys";
import type { App } from "../app";
import { h } from "../dom";
import { memory } from "../memory";
import { digitsForm } from "./digits";
import {
	button,
	face,
	heading,
	type MakeScreen,
	para,
	problemLine,
	type Screen,
	whenWords,
} from "./screen";

interface Plain {
	title: Key;
	lines?: Key[];
	button?: [Key, (app: App) => void];
	second?: [Key, (app: App) => void];
}

function plain(what: Plain): MakeScreen {
	return (app) => {
		const root = h(
			"section",
			{ class: "card" },
			heading(app.say(what.title)),
			...(what.lines ?? []).map((key) => para(app.say(key))),
			what.button && act(app, what.button, "main"),
			what.second && act(app, what.second, "plain"),
		);
		return { root, update: () => undefined };
	};
}

function act(app: App, [key, run]: [Key, (app: App) => void], kind: string) {
	return button(app.say(key), () => run(app), kind);
}

const reload: [Key, (app: App) => void] = [Key.reload, () => location.reload()];

export const loading = plain({ title: Key.wait });
export const unsupported = plain({
	title: Key.unsupported_title,
	lines: [Key.unsupported, Key.over_call],
});
export const meetingOver = plain({
	title: Key.meeting_over_title,
	lines: [Key.end_other, Key.over_call],
	button: [Key.forget, (app) => app.forget()],
});
export const taken = plain({
	title: Key.taken_title,
	lines: [Key.taken],
	button: [Key.taken_back, (app) => app.takeBack()],
});
export const moved = plain({ title: Key.moved_title, lines: [Key.end_other] });
export const removed = plain({ title: Key.removed_title, lines: [Key.removed] });
export const unsafe = plain({ title: Key.unsafe_title, lines: [Key.unsafe] });
export const trouble = plain({
	title: Key.trouble_title,
	lines: [Key.trouble],
	button: reload,
});
export const forgotten = plain({ title: Key.forgotten_title, lines: [Key.forgotten] });

export const retry: MakeScreen = (app) => {
	const problem = app.model().problem;
	const root = h(
		"section",
		{ class: "card" },
		heading(app.say(Key.trouble_title)),
		para(app.say(problem === "" ? Key.offline : problem)),
		button(app.say(Key.try_again), app.open),
	);
	return { root, update: () => undefined };
};

export const inApp: MakeScreen = (app) => {
	const copied = h("p", { role: "status" });
	const copy = async () => {
		await navigator.clipboard.writeText(location.href);
		copied.textContent = app.say(Key.in_app_copied);
	};
	const root = h(
		"section",
		{ class: "card" },
		heading(app.say(Key.in_app_title)),
		para(app.say(Key.in_app)),
		para(app.say(Key.in_app_how), "strong"),
		"clipboard" in navigator &&
			button(app.say(Key.in_app_copy), () => void copy().catch(() => undefined)),
		copied,
		button(app.say(Key.in_app_anyway), app.open, "plain"),
	);
	return { root, update: () => undefined };
};

export const welcome: MakeScreen = (app) => {
	const p = app.model().peek;
	const problem = problemLine();
	const phone = p?.booked_form === "phone";
	const known = memory.deviceSeat() !== undefined && p?.phase === "live";
	const start = button(app.say(known ? Key.back_to_meeting : Key.start), app.begin);
	const when = whenWords(app, p?.starts ?? 0);
	const root = h(
		"section",
		{ class: "card welcome" },
		heading(app.say(Key.welcome_title), face(p?.consultant ?? "")),
		para(app.say(phone ? Key.welcome_phone : Key.welcome, { when }), "lead"),
		(p?.late_minutes ?? 0) > 0 &&
			para(app.say(Key.welcome_late, { minutes: p?.late_minutes ?? 0 }), "note"),
		start,
		problem.line,
		h(
			"p",
			{ class: "quiet-lines" },
			!phone && h("span", {}, app.say(Key.welcome_easy)),
			h("span", {}, app.say(Key.welcome_private)),
		),
	);
	return {
		root,
		update(m) {
			start.disabled = m.asking;
			problem.update(app, m.problem);
		},
	};
};

export const early: MakeScreen = (app) => {
	const m = app.model();
	const when = whenWords(app, m.peek?.starts ?? 0);
	const root = h(
		"section",
		{ class: "card" },
		heading(app.say(Key.early_title), face(m.peek?.consultant ?? "")),
		para(app.say(Key.early, { when }), "lead"),
		para(app.say(Key.early_link)),
		m.peek?.booked_form === "video" && para(app.say(Key.early_try)),
		m.peek?.booked_form === "video" &&
			button(app.say(Key.try_devices), () => app.go("try")),
	);
	return { root, update: () => undefined };
};

export const over: MakeScreen = (app) => {
	const { box, update } = digitsForm(app);
	const root = h(
		"section",
		{ class: "card" },
		heading(app.say(Key.over_title)),
		para(`${app.say(Key.over)} ${app.say(Key.over_call)}`, "lead"),
		para(app.say(Key.over_digits)),
		box,
	);
	return { root, update };
};

export const ended: MakeScreen = (app): Screen => {
	const { ended: end, language } = app.model();
	const held = end?.outcome_kind === "held";
	const root = h(
		"section",
		{ class: "card" },
		heading(app.say(held ? Key.end_title : Key.end_other_title)),
		para(app.say(held ? Key.end : Key.end_other), "lead"),
		end !== undefined && end.to > end.from && held
			? para(
					app.say(Key.end_times, {
						from: clock(end.from, language),
						to: clock(end.to, language),
					}),
				)
			: null,
		end !== undefined &&
			end.receipt !== "" &&
			h(
				"p",
				{ class: "receipt" },
				`${app.say(Key.end_receipt)} `,
				h("strong", {}, end.receipt),
			),
		button(app.say(Key.forget), app.forget, "plain"),
		para(app.say(Key.forget_help), "hint"),
	);
	return { root, update: () => undefined };
};
