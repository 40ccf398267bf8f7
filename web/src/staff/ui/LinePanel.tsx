// SPDX-License-Identifier: MPL-2.0
// The text line: straight between the two, kept nowhere, gone with the page.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Talk } from "../model/talk";
import { sayLine } from "../room";
import { t } from "../store";
import { Button } from "./Button";

const LONGEST = 2000;

export function LinePanel({ talk }: { talk: Talk }) {
	const [text, setText] = useState("");
	const list = useRef<HTMLUListElement>(null);
	const field = useRef<HTMLInputElement>(null);
	const words = t.value.line;
	useEffect(() => field.current?.focus(), []);
	useEffect(
		() => list.current?.lastElementChild?.scrollIntoView({ block: "nearest" }),
		[talk.lines],
	);
	const submit = (event: Event) => {
		event.preventDefault();
		if (text.trim() !== "" && sayLine(text.trim())) setText("");
	};
	return (
		<div class="stack line">
			<div>
				<h2>{words.title}</h2>
				<p class="muted small">{words.help}</p>
			</div>
			<div role="log" aria-label={words.title}>
				<ul class="lines" ref={list}>
					{talk.lines.map((line, i) => (
						<li key={i} class={line.mine ? "mine" : ""}>
							<span class="small muted">{line.mine ? words.you : words.them}</span>
							<p>{line.text}</p>
						</li>
					))}
				</ul>
			</div>
			{!talk.lineOpen && <p class="muted">{words.closed}</p>}
			<form class="row sendline" onSubmit={submit}>
				<div class="field">
					<label class="unseen" for="line">
						{words.field}
					</label>
					<input
						id="line"
						ref={field}
						value={text}
						maxLength={LONGEST}
						autocomplete="off"
						placeholder={words.field}
						onInput={(event) => setText(event.currentTarget.value)}
					/>
				</div>
				<Button submit kind="primary" disabled={!talk.lineOpen}>
					{words.send}
				</Button>
			</form>
		</div>
	);
}
