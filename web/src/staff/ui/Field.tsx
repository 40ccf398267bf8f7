// SPDX-License-Identifier: MPL-2.0
// A labelled native input with its help and its error, tied together for screen readers.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../store";

interface Props {
	name: string;
	label: string;
	value: string;
	onValue: (value: string) => void;
	type?: "text" | "password" | "date" | "time" | "number" | "tel" | "search";
	help?: string;
	wrong?: string | undefined;
	optional?: boolean;
	autocomplete?: string;
	inputMode?: "numeric" | "tel" | "text";
	required?: boolean;
	autofocus?: boolean;
	min?: string | number;
	max?: string | number;
	step?: number;
	maxLength?: number;
}

export function Field(props: Props) {
	const { name, label, value, onValue, help, wrong, optional, autofocus, ...rest } =
		props;
	const described = [help ? `${name}-help` : "", wrong ? `${name}-wrong` : ""];
	const at = useRef<HTMLInputElement>(null);
	useEffect(() => {
		if (autofocus) at.current?.focus();
	}, [autofocus]);
	// Preact types an input by its `type`; here any of the plain ones may come.
	const attributes = { type: "text", ...rest } as JSX.IntrinsicElements["input"];
	return (
		<div class="field">
			<label for={name}>
				{label}
				{optional && <span class="muted small"> ({t.value.app.optional})</span>}
			</label>
			<input
				{...attributes}
				ref={at}
				id={name}
				name={name}
				value={value}
				aria-describedby={described.filter(Boolean).join(" ") || undefined}
				aria-invalid={wrong ? true : undefined}
				onInput={(event) => onValue(event.currentTarget.value)}
			/>
			{wrong && (
				<p class="wrong small" id={`${name}-wrong`}>
					{wrong}
				</p>
			)}
			{help && (
				<p class="muted small" id={`${name}-help`}>
					{help}
				</p>
			)}
		</div>
	);
}
