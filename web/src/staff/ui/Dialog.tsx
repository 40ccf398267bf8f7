// SPDX-License-Identifier: MPL-2.0
// A native modal dialog: the browser keeps the focus inside and gives it back on close.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { dispatch } from "../store";

interface Props {
	title: string;
	children: ComponentChildren;
}

export function closeDialog(): void {
	dispatch({ do: "dialog", dialog: null });
}

export function Dialog({ title, children }: Props) {
	const at = useRef<HTMLDialogElement>(null);
	useLayoutEffect(() => {
		const dialog = at.current;
		dialog?.showModal();
		return () => dialog?.close();
	}, []);
	return (
		<dialog ref={at} aria-labelledby="dialog-title" onClose={closeDialog}>
			<div class="stack">
				<h2 id="dialog-title">{title}</h2>
				{children}
			</div>
		</dialog>
	);
}
