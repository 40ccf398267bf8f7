// SPDX-License-Identifier: MPL-2.0
// The heading of a view: takes the focus when the view comes up, so that keyboard and
// screen reader start there, and names the tab.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { heading } from "../alerts";

interface Props {
	title: string;
	/** Leaves the focus to a field of the view. */
	quiet?: boolean;
	unseen?: boolean;
	children?: ComponentChildren;
}

export function Heading({ title, quiet, unseen, children }: Props) {
	const at = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		heading.value = title;
		if (!quiet) at.current?.focus({ preventScroll: true });
		if (!quiet) scrollTo(0, 0);
	}, [title, quiet]);
	return (
		<h1 ref={at} tabIndex={-1} class={unseen ? "unseen" : ""}>
			{children ?? title}
		</h1>
	);
}
