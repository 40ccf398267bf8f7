// SPDX-License-Identifier: MPL-2.0
// Waiting: one calm picture, and never a countdown.

import { clock } from "../../text/fill";
import { Key } from "../../text/keys";
import type { App } from "../app";
import { h, setText, show } from "../dom";
import { isAbsent, type Model } from "../model";
import { button, face, para, type Screen } from "./screen";

function linesOf(app: App, m: Model): { title: string; lines: string[] } {
	const { state, peek, language } = m;
	const starts = state?.starts ?? peek?.starts ?? 0;
	const time = clock(starts, language);
	if (m.callMe.asked)
		return {
			title: app.say(Key.lobby_title),
			lines: [app.say(Key.call_me_sent), app.say(Key.call_me_sent_stay)],
		};
	if (isAbsent(m))
		return {
			title: app.say(Key.absent_title),
			lines: [
				app.say(Key.absent, { time: clock(m.arrivedMs, language) }),
				app.say(Key.absent_go),
			],
		};
	if ((state?.booked_form ?? peek?.booked_form) === "phone")
		return {
			title: app.say(Key.lobby_phone_title),
			lines: [app.say(Key.lobby_phone, { time })],
		};
	const minutes = state?.consultant.late_minutes ?? 0;
	const here = state?.consultant.here === true;
	const lines = [app.say(here ? Key.lobby_here : Key.lobby_away)];
	if (state?.new_device) lines.push(app.say(Key.lobby_new_device));
	if (minutes > 0)
		lines.push(app.say(Key.welcome_late, { minutes }), app.say(Key.lobby_late_stay));
	else {
		lines.push(app.say(Key.lobby_wait));
		if (m.nowMs < starts - 60_000) lines.push(app.say(Key.lobby_early, { time }));
	}
	return { title: app.say(Key.lobby_title), lines };
}

export function lobby(app: App): Screen {
	const m = app.model();
	const title = h("h1", { tabindex: -1 });
	const lines = h("div", { class: "lead", role: "status" });
	const cut = h("p", { class: "note", role: "status", hidden: true });
	const check = button(app.say(Key.check_again), () => app.go("devices"), "plain");
	const root = h(
		"section",
		{ class: "card lobby" },
		h(
			"header",
			{ class: "title" },
			h(
				"span",
				{ class: "breath", "aria-hidden": "true" },
				face(m.state?.consultant.name ?? m.peek?.consultant ?? ""),
			),
			title,
		),
		lines,
		cut,
		check,
	);
	let shown = "";
	return {
		root,
		update(now) {
			const words = linesOf(app, now);
			setText(title, words.title);
			// Rewriting the same lines would be read out again.
			if (words.lines.join() !== shown) {
				shown = words.lines.join();
				lines.replaceChildren(...words.lines.map((line) => para(line)));
			}
			show(cut, !now.signalling);
			setText(cut, now.signalling ? "" : app.say(now.online ? Key.cut : Key.cut_offline));
			show(check, now.state?.booked_form !== "phone");
		},
	};
}
