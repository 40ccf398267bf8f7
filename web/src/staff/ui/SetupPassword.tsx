// SPDX-License-Identifier: MPL-2.0
// The new password, twice. The rule stands above the fields before anything is typed.
import { useState } from "preact/hooks";
import { t } from "../store";
import { Button } from "./Button";
import { Field } from "./Field";

const LEAST = 12;

interface Props {
	username: string;
	onChosen: (password: string) => void;
}

export function SetupPassword({ username, onChosen }: Props) {
	const [first, setFirst] = useState("");
	const [second, setSecond] = useState("");
	const [tried, setTried] = useState(false);
	const words = t.value.setup;
	const short = first.length < LEAST;
	const differs = first !== second;
	const submit = (event: Event) => {
		event.preventDefault();
		setTried(true);
		if (!short && !differs) onChosen(first);
	};
	return (
		<form class="stack" onSubmit={submit} noValidate>
			<h2>{words.passwordTitle}</h2>
			<p class="note" id="rule">
				{words.rule}
			</p>
			<input
				class="unseen"
				type="text"
				autocomplete="username"
				value={username}
				readOnly
				tabIndex={-1}
				aria-hidden="true"
			/>
			<Field
				name="password"
				label={words.password}
				type="password"
				value={first}
				onValue={setFirst}
				autocomplete="new-password"
				wrong={tried && short ? words.tooShort : undefined}
				autofocus
			/>
			<Field
				name="again"
				label={words.again}
				type="password"
				value={second}
				onValue={setSecond}
				autocomplete="new-password"
				wrong={tried && !short && differs ? words.differs : undefined}
			/>
			<Button kind="primary" big submit>
				{words.next}
			</Button>
		</form>
	);
}
