// SPDX-License-Identifier: MPL-2.0
// The meeting goes on by telephone: what will ring, who it is, and the way back to video.
import { Key } from "../../text/keys";
import type { App } from "../app";
import { h, icon, setText, show } from "../dom";
import type { Model } from "../model";
import { button, para, type Screen } from "./screen";

function titleOf(m: Model): Key {
	switch (m.state?.call.state) {
		case "ringing":
			return Key.calling_title;
		case "missed":
			return Key.missed_title;
		case "announced":
			return Key.announced_title;
		default:
			return Key.talking_title;
	}
}

/** What to know about the call that is announced, ringing, missed or going on. */
export function callLines(app: App, m: Model): string[] {
	const call = m.state?.call;
	if (call === undefined) return [];
	const { digits, last2 } = call;
	switch (call.state) {
		case "announced":
		case "ringing":
			return [
				app.say(Key.calling),
				digits === "" ? "" : app.say(Key.calling_digits, { digits }),
				call.hidden_number ? app.say(Key.calling_hidden) : "",
				last2 === "" ? "" : app.say(Key.call_me_number, { last2 }),
			].filter((line) => line !== "");
		case "missed":
			return [app.say(Key.missed)];
		default:
			return [app.say(Key.talking)];
	}
}

export function callTitle(app: App, m: Model): string {
	return app.say(titleOf(m));
}

function wayBack(app: App) {
	const yes = button(app.say(Key.back_yes), () => app.video(true));
	const no = button(app.say(Key.back_no), () => app.video(false), "plain");
	const asked = h("p", { role: "status" });
	const root = h(
		"div",
		{ class: "note stack" },
		h("h2", {}, app.say(Key.back_title)),
		h("div", { class: "pair" }, yes, no),
		asked,
	);
	return {
		root,
		update(m: Model) {
			const talking = m.state?.form === "phone" || m.state?.call.state === "talking";
			show(root, talking && m.state?.way === "speech" && !m.videoDeclined && m.online);
			show(yes, !m.videoAsked);
			show(no, !m.videoAsked);
			setText(asked, m.videoAsked ? app.say(Key.back_asked) : "");
		},
	};
}

export function phone(app: App): Screen {
	const title = h("h1", { tabindex: -1 });
	const lines = h("div", { class: "lead", role: "status" });
	const digits = h("p", { class: "digits", "aria-hidden": "true" });
	const back = wayBack(app);
	const again = button(app.say(Key.back_title), () => app.video(true), "plain");
	const root = h(
		"section",
		{ class: "card phone" },
		h(
			"header",
			{ class: "title" },
			h("span", { class: "breath", "aria-hidden": "true" }, icon("phone")),
			title,
		),
		digits,
		lines,
		back.root,
		again,
		h("p", { class: "lock" }, icon("phone"), app.say(Key.private_phone)),
	);
	let shown = "";
	return {
		root,
		update(m) {
			setText(title, callTitle(app, m));
			const now = callLines(app, m);
			if (now.join() !== shown) {
				shown = now.join();
				lines.replaceChildren(...now.map((line) => para(line)));
			}
			const call = m.state?.call;
			const coming = call?.state === "announced" || call?.state === "ringing";
			setText(digits, coming ? (call?.digits ?? "") : "");
			show(digits, digits.textContent !== "");
			back.update(m);
			show(again, m.videoDeclined && m.online);
		},
	};
}
