// SPDX-License-Identifier: MPL-2.0
// The help under every screen: the number to call, which the page's own HTML already has,
// and *Ring til mig i stedet* in a details element that opens before any script ran.

import { phoneHref, phoneWords } from "../text/fill";
import { Key } from "../text/keys";
import type { App } from "./app";
import { h, setText, show } from "./dom";
import { type Model, type Screen, screenOf } from "./model";
import { button, field, form, para, problemLine, submitButton } from "./screens/screen";

function callMeForm(app: App): { root: HTMLElement; update(m: Model): void } {
	const phone = field(
		"call-me-phone",
		app.say(Key.call_me_field),
		app.say(Key.call_me_field_help),
		{
			type: "tel",
			autocomplete: "tel",
			maxlength: 20,
		},
	);
	const number = para("");
	const problem = problemLine();
	const other = button(
		app.say(Key.call_me_other),
		() => {
			app.dispatch({ type: "call_me", callMe: { typing: true } });
			phone.input.focus();
		},
		"plain",
	);
	const submit = () => {
		const typed = phone.input.value.replace(/[\s-]/g, "");
		const typing = !phone.box.hidden;
		if (typing && !/^(\+45|0045)?\d{8}$/.test(typed)) {
			app.dispatch({ type: "call_me", callMe: { problem: Key.call_me_bad } });
			phone.input.focus();
		} else app.callMe(typing ? typed : "");
	};
	const ask = form(
		submit,
		para(app.say(Key.call_me_lead)),
		number,
		phone.box,
		problem.line,
		submitButton(app.say(Key.call_me_send)),
		other,
	);
	const sent = h(
		"div",
		{ class: "stack" },
		h("p", { role: "status" }),
		button(app.say(Key.call_me_undo), app.callMeUndo, "plain"),
	);
	const unknown = para(app.say(Key.call_me_unknown));
	return {
		root: h("div", {}, ask, sent, unknown),
		update(m) {
			const { asked, last2, typing } = m.callMe;
			const nobody = ["digits", "over", "forgotten", "unsupported"].includes(m.stage);
			const known = m.peek !== undefined || !nobody;
			show(ask, known && !asked);
			show(sent, known && asked);
			show(unknown, !known);
			setText(unknown, app.say(Key.call_me_unknown, { number: shownNumber(m) }));
			const words = `${app.say(Key.call_me_sent)} ${app.say(Key.call_me_sent_stay)}`;
			setText(sent.querySelector("p") ?? sent, asked ? words : "");
			const needs = typing || (last2 === "" && m.peek !== undefined);
			show(phone.box, needs);
			show(number, !needs && last2 !== "");
			setText(number, app.say(Key.call_me_number));
			show(other, !needs && last2 !== "");
			problem.update(app, m.callMe.problem);
		},
	};
}

const link = document.querySelector<HTMLAnchorElement>("#call-us");
/** The organisation's number, as the HTML had it. */
const ownNumber = document.querySelector("#call-number")?.textContent ?? "";

function shownNumber(m: Model): string {
	return phoneWords(m.peek?.call.number || ownNumber);
}

/** True while somebody is calling already, so that there is nothing to ask for. */
function isCalled(m: Model): boolean {
	const call = m.state?.call.state ?? "none";
	return m.state?.form === "phone" || ["announced", "ringing", "talking"].includes(call);
}

/** Closes it, so that the new screen is seen; not while a number is being typed. */
function close(details: HTMLDetailsElement): void {
	if (details.querySelector("input:focus") !== null) return;
	const inside = details.contains(document.activeElement);
	details.open = false;
	if (inside) document.querySelector<HTMLElement>("main h1")?.focus();
}

/** Fills the shell in for a language; `update` after every change of the model. */
export function helpBar(app: App): (m: Model) => void {
	const details = document.querySelector<HTMLDetailsElement>("#call-me");
	const body = document.querySelector<HTMLElement>("#call-me-body");
	const parts = callMeForm(app);
	body?.replaceChildren(parts.root);
	for (const [place, key] of [
		["#call-us span", Key.call_us],
		["#call-me summary", Key.call_me],
	] as const) {
		const part = document.querySelector(place);
		if (part) setText(part, app.say(key));
	}
	let at: Screen = "loading";
	return (m) => {
		const number = m.peek?.call.number || ownNumber;
		link?.setAttribute("href", phoneHref(number));
		const shown = document.querySelector("#call-number");
		if (shown) setText(shown, shownNumber(m));
		const way = m.state?.way ?? m.peek?.way ?? "speech";
		const over = m.stage === "ended" || m.stage === "meeting_over";
		const none = over || m.stage === "forgotten" || isCalled(m);
		if (details) show(details, way === "speech" && !none);
		const now = screenOf(m);
		if (details && at !== now && at !== "loading") close(details);
		at = now;
		parts.update(m);
	};
}
