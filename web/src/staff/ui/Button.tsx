// SPDX-License-Identifier: MPL-2.0
// A button with a word, and an icon that only repeats it.
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

interface Props {
	kind?: "primary" | "danger" | "quiet" | "plain";
	icon?: IconName;
	big?: boolean;
	submit?: boolean;
	disabled?: boolean;
	pressed?: boolean;
	/** Says more than the words where several buttons carry the same ones. */
	label?: string;
	onPress?: () => void;
	children: ComponentChildren;
}

export function Button(props: Props) {
	const { kind = "plain", icon, big, submit, disabled, pressed, label, onPress } = props;
	return (
		<button
			type={submit ? "submit" : "button"}
			class={`button ${kind}${big ? " big" : ""}`}
			disabled={disabled ?? false}
			{...(pressed === undefined ? {} : { "aria-pressed": pressed })}
			{...(label === undefined ? {} : { "aria-label": label })}
			onClick={() => onPress?.()}
		>
			{icon && <Icon name={icon} />}
			<span>{props.children}</span>
		</button>
	);
}
