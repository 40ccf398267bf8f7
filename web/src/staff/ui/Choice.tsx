// SPDX-License-Identifier: MPL-2.0
// A row of native radio buttons that look like buttons; arrow keys move between them. With
// no value yet none is pressed, and the form asks for one.
import { useEffect, useRef } from "preact/hooks";

interface Props<T extends string> {
	name: string;
	label: string;
	value: T | "";
	options: ReadonlyArray<readonly [T, string]>;
	onValue: (value: T) => void;
	/** The label is for screen readers only. */
	bare?: boolean;
	wrong?: string | undefined;
	required?: boolean;
	autofocus?: boolean;
}

export function Choice<T extends string>(props: Props<T>) {
	const { name, label, value, options, onValue, bare } = props;
	const { wrong, required, autofocus } = props;
	const at = useRef<HTMLFieldSetElement>(null);
	useEffect(() => {
		if (autofocus) at.current?.querySelector("input")?.focus();
	}, [autofocus]);
	return (
		<fieldset
			class="field"
			ref={at}
			aria-describedby={wrong ? `${name}-wrong` : undefined}
		>
			<legend class={bare ? "unseen" : ""}>{label}</legend>
			<div class="choices">
				{options.map(([key, words]) => (
					<label class={`choice${bare ? " short" : ""}`} key={key}>
						<input
							type="radio"
							name={name}
							value={key}
							required={required ?? false}
							checked={key === value}
							onChange={() => onValue(key)}
						/>
						<span>{words}</span>
					</label>
				))}
			</div>
			{wrong && (
				<p class="wrong small" id={`${name}-wrong`}>
					{wrong}
				</p>
			)}
		</fieldset>
	);
}
