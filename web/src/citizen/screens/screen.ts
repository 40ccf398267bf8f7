// SPDX-License-Identifier: MPL-2.0
// What a screen is, and the parts that several of them share.

import { clock, day } from "../../text/fill";
import { Key } from "../../text/keys";
import type { App } from "../app";
import { type Child, h, setText, show } from "../dom";
import type { Model } from "../model";

export interface Screen {
	/** Put into the page once; the first h1 in it gets the focus. */
	root: HTMLElement;
	/** After every change of the model, and once after mounting. */
	update(model: Model): void;
	stop?(): void;
}
export type MakeScreen = (app: App) => Screen;

export function heading(text: string, ...before: Child[]): HTMLElement {
	return h("header", { class: "title" }, ...before, h("h1", { tabindex: -1 }, text));
}

export function para(text: string, kind = ""): HTMLParagraphElement {
	return h("p", kind === "" ? {} : { class: kind }, text);
}

/** The button of a form. */
export function submitButton(text: string, kind = "main"): HTMLButtonElement {
	return h("button", { type: "submit", class: kind }, text);
}

export function button(text: string, act: () => void, kind = "main"): HTMLButtonElement {
	return h("button", { type: "button", class: kind, onclick: act }, text);
}

/** A line that is empty until something went wrong, and then is read out. */
export function problemLine() {
	const line = h("p", { class: "problem", role: "alert", hidden: true });
	return {
		line,
		update(app: App, key: Key | "") {
			show(line, key !== "");
			setText(line, key === "" ? "" : app.say(key));
		},
	};
}

/** The first letter of a name, for a face that is not there. */
export function face(name: string, kind = "face"): HTMLElement {
	return h(
		"span",
		{ class: kind, "aria-hidden": "true" },
		name.slice(0, 1).toUpperCase(),
	);
}

/** `kl. 10.00` today, `torsdag den 14. maj kl. 10.00` on another day. */
export function whenWords(app: App, starts: number): string {
	const { language, nowMs } = app.model();
	const time = clock(starts, language);
	return day(starts, language) === day(nowMs, language)
		? app.say(Key.today_at, { time })
		: app.say(Key.day_at, { time, day: day(starts, language) });
}

/** A text field with its label and help in front. */
export function field(
	id: string,
	label: string,
	help: string,
	props: Record<string, string | number>,
): { box: HTMLElement; input: HTMLInputElement } {
	const hint = `${id}-help`;
	const input = h("input", { id, ...props });
	if (help !== "") input.setAttribute("aria-describedby", hint);
	const box = h(
		"p",
		{ class: "field" },
		h("label", { for: id }, label),
		help !== "" && h("span", { id: hint, class: "hint" }, help),
		input,
	);
	return { box, input };
}

export function form(submit: () => void, ...children: Child[]): HTMLFormElement {
	return h(
		"form",
		{
			novalidate: true,
			onsubmit(event: Event) {
				event.preventDefault();
				submit();
			},
		},
		...children,
	);
}
