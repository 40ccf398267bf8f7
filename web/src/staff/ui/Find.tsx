// SPDX-License-Identifier: MPL-2.0
// Finds a meeting. The text goes in the body of a POST and is recorded as a search.
import { useState } from "preact/hooks";
import { find } from "../desk";
import { dispatch, state, t } from "../store";
import { Button } from "./Button";

export function Find() {
	const [text, setText] = useState("");
	const words = t.value.day;
	const submit = (event: Event) => {
		event.preventDefault();
		if (text.trim().length >= 2) void find(text.trim());
	};
	const close = () => {
		setText("");
		dispatch({ do: "endSearch" });
	};
	return (
		<form class="row find" onSubmit={submit}>
			{state.value.found && (
				<Button kind="quiet" onPress={close}>
					{words.findClose}
				</Button>
			)}
			<div class="field">
				<label class="unseen" for="find">
					{words.findLabel}
				</label>
				<input
					id="find"
					type="search"
					value={text}
					maxLength={80}
					placeholder={words.findLabel}
					aria-describedby="find-help"
					autocomplete="off"
					onInput={(event) => setText(event.currentTarget.value)}
				/>
				<p class="unseen" id="find-help">
					{words.findHelp}
				</p>
			</div>
			<Button submit icon="search">
				{words.find}
			</Button>
		</form>
	);
}
