// SPDX-License-Identifier: MPL-2.0
// The text line of the talk. Lines live in the model only; nothing keeps them.
import { Key } from "../../text/keys";
import type { App } from "../app";
import { h, setText, show } from "../dom";
import type { Line, Model } from "../model";
import { form, submitButton } from "./screen";

const TEXT_MAX = 2000;

export function textLine(app: App) {
	const input = h("input", {
		id: "text-line",
		type: "text",
		maxlength: TEXT_MAX,
		autocomplete: "off",
	});
	const log = h("div", {
		class: "log",
		role: "log",
		"aria-label": app.say(Key.text_log),
	});
	const send = submitButton(app.say(Key.text_send), "small");
	const hint = h("p", { class: "hint" });
	const submit = () => {
		const text = input.value.trim();
		if (text === "") return;
		app.sendLine(text);
		input.value = "";
	};
	const root = h(
		"div",
		{ class: "text-line", hidden: app.model().lines.length === 0 },
		log,
		form(
			submit,
			h("label", { for: "text-line" }, app.say(Key.text_line)),
			h("span", { class: "pair" }, input, send),
		),
		hint,
	);
	let shown: Line[] = [];

	function lineOf({ mine, text }: Line): HTMLElement {
		const who = h(
			"span",
			{ class: "hint" },
			app.say(mine ? Key.text_you : Key.text_from),
		);
		return h("p", { class: mine ? "mine" : "theirs" }, who, h("span", {}, text));
	}

	return {
		root,
		update(m: Model) {
			send.disabled = !m.channel;
			setText(hint, app.say(m.channel ? Key.text_kept : Key.text_closed));
			if (m.lines === shown) return;
			// The log is append-only but for the oldest, so that only news is read out.
			const fresh = m.lines.filter((line) => !shown.includes(line));
			shown = m.lines;
			log.append(...fresh.map(lineOf));
			log.scrollTop = log.scrollHeight;
			if (fresh.every((line) => line.mine)) return;
			show(root, true);
			// On a phone the line is below the controls: news must not come unseen.
			root.scrollIntoView({ block: "center" });
		},
	};
}
