// SPDX-License-Identifier: MPL-2.0
// Meeting number and PIN from the printed guide, and the PIN alone after a link.
import { Key } from "../../text/keys";
import type { App } from "../app";
import { h } from "../dom";
import type { Model } from "../model";
import {
	button,
	field,
	form,
	heading,
	type MakeScreen,
	para,
	problemLine,
	submitButton,
} from "./screen";

const NUMERIC = { type: "text", inputmode: "numeric", autocomplete: "off" };

function digitsOf(input: HTMLInputElement): string {
	return input.value.replace(/\D/g, "");
}

export function digitsForm(app: App) {
	const number = field(
		"digits-number",
		app.say(Key.digits_number),
		app.say(Key.digits_number_help),
		{ ...NUMERIC, maxlength: 12 },
	);
	const pin = field("digits-pin", app.say(Key.digits_pin), app.say(Key.digits_pin_help), {
		...NUMERIC,
		maxlength: 9,
	});
	const problem = problemLine();
	const send = submitButton(app.say(Key.digits_send));
	const submit = () => {
		const [n, p] = [digitsOf(number.input), digitsOf(pin.input)];
		if (n.length === 8 && p.length === 6) return app.digits(n, p);
		app.set({ problem: Key.digits_wrong });
		(n.length === 8 ? pin : number).input.focus();
	};
	return {
		box: form(submit, number.box, pin.box, problem.line, send),
		update(m: Model) {
			send.disabled = m.asking;
			problem.update(app, m.problem);
			for (const { input } of [number, pin])
				input.setAttribute("aria-invalid", String(m.problem === Key.digits_wrong));
		},
	};
}

export const digits: MakeScreen = (app) => {
	const { box, update } = digitsForm(app);
	const root = h(
		"section",
		{ class: "card" },
		heading(app.say(Key.digits_title)),
		para(app.say(Key.digits), "lead"),
		box,
		para(app.say(Key.digits_link), "hint"),
	);
	return { root, update };
};

export const pin: MakeScreen = (app) => {
	const code = field("pin", app.say(Key.digits_pin), app.say(Key.digits_pin_help), {
		...NUMERIC,
		autocomplete: "one-time-code",
		maxlength: 9,
	});
	const problem = problemLine();
	const send = submitButton(app.say(Key.pin_send));
	const submit = () => {
		const value = digitsOf(code.input);
		if (value.length === 6) return app.redeem(value);
		app.set({ problem: Key.pin_wrong });
		code.input.focus();
	};
	const root = h(
		"section",
		{ class: "card" },
		heading(app.say(Key.pin_title)),
		para(app.say(Key.pin), "lead"),
		form(submit, code.box, problem.line, send),
		button(app.say(Key.back), () => app.go("welcome"), "plain"),
	);
	return {
		root,
		update(m) {
			send.disabled = m.asking;
			problem.update(app, m.problem);
			code.input.setAttribute("aria-invalid", String(m.problem === Key.pin_wrong));
		},
	};
};
