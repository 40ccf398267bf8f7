// SPDX-License-Identifier: MPL-2.0
// A row of native radio buttons that look like buttons; arrow keys move between them.
interface Props<T extends string> {
	name: string;
	label: string;
	value: T;
	options: ReadonlyArray<readonly [T, string]>;
	onValue: (value: T) => void;
	/** The label is for screen readers only. */
	bare?: boolean;
}

export function Choice<T extends string>(props: Props<T>) {
	const { name, label, value, options, onValue, bare } = props;
	return (
		<fieldset class="field">
			<legend class={bare ? "unseen" : ""}>{label}</legend>
			<div class="choices">
				{options.map(([key, words]) => (
					<label class={`choice${bare ? " short" : ""}`} key={key}>
						<input
							type="radio"
							name={name}
							value={key}
							checked={key === value}
							onChange={() => onValue(key)}
						/>
						<span>{words}</span>
					</label>
				))}
			</div>
		</fieldset>
	);
}
