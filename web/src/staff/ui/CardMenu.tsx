// SPDX-License-Identifier: MPL-2.0
// What else can be done with a meeting: a native disclosure, closed again by Escape, by a
// press elsewhere and by the choice itself.
import { useRef } from "preact/hooks";
import { cancelMeeting } from "../desk";
import type { Card } from "../model/http";
import { clock, dispatch, go, t } from "../store";
import { Icon } from "./Icon";

type Item = readonly [words: string, act: () => void];

function itemsOf(card: Card): Item[] {
	const words = t.value.day;
	const { id } = card;
	const open = card.state !== "ended" && card.state !== "cancelled";
	const items: Item[] = [];
	const dialog = (is: "takeOver" | "handOver" | "newLink") => () =>
		dispatch({ do: "dialog", dialog: { is, id } });
	if (!open) return items;
	if (!card.mine) return [[words.takeOver, dialog("takeOver")]];
	if (!card.contact_gone) items.push([words.invitation, () => go({ at: "invite", id })]);
	items.push([words.edit, () => go({ at: "booking", id })]);
	if (!card.contact_gone) items.push([words.newLink, dialog("newLink")]);
	items.push([words.handOver, dialog("handOver")]);
	if (card.state === "booked" || card.state === "open")
		items.push([words.cancel, () => void cancelMeeting(card)]);
	return items;
}

export function CardMenu({ card }: { card: Card }) {
	const at = useRef<HTMLDetailsElement>(null);
	const items = itemsOf(card);
	if (items.length === 0) return null;
	const close = () => {
		if (at.current) at.current.open = false;
	};
	const leave = (event: FocusEvent) => {
		if (
			!(event.relatedTarget instanceof Node && at.current?.contains(event.relatedTarget))
		)
			close();
	};
	const onEscape = (event: KeyboardEvent) => {
		if (event.key !== "Escape" || !at.current?.open) return;
		close();
		at.current.querySelector("summary")?.focus();
	};
	return (
		<details class="menu" ref={at} onFocusOut={leave} onKeyDown={onEscape}>
			<summary
				class="button quiet square"
				aria-label={`${t.value.day.more} ${clock(card.starts)} ${card.label}`}
			>
				<Icon name="more" />
			</summary>
			<ul>
				{items.map(([words, act]) => (
					<li key={words}>
						<button
							type="button"
							onClick={() => {
								close();
								act();
							}}
						>
							{words}
						</button>
					</li>
				))}
			</ul>
		</details>
	);
}
