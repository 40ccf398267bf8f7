// SPDX-License-Identifier: MPL-2.0
// Sign-in: one sentence for every reason why it failed, so that it tells nobody anything.
import { useState } from "preact/hooks";
import type { Refusal } from "../../session/api";
import { signIn } from "../account";
import { state, t } from "../store";
import { Button } from "./Button";
import { Field } from "./Field";
import { Heading } from "./Heading";
import { errorWords } from "./Notices";

function reason(refusal: Refusal): string {
	if (refusal.status === 401) return t.value.signIn.refused;
	return errorWords(refusal.code, refusal.retryAfterS);
}

export function SignIn() {
	const [username, setUsername] = useState("");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);
	const words = t.value.signIn;
	const notice = state.value.notice;
	const submit = async (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setRefusal(await signIn(username.trim(), password, code.trim()));
		setBusy(false);
		setCode("");
	};
	return (
		<div class="sheet narrow stack">
			<div class="stack tight">
				<Heading title={words.title} quiet />
				<p class="muted">{words.lead}</p>
			</div>
			{notice?.is === "signedOut" && <p class="note">{words.signedOut}</p>}
			{notice?.is === "signInAgain" && <p class="note warm">{words.ended}</p>}
			<form class="stack" onSubmit={(event) => void submit(event)}>
				<Field
					name="username"
					label={words.username}
					value={username}
					onValue={setUsername}
					autocomplete="username"
					required
					autofocus
				/>
				<Field
					name="password"
					label={words.password}
					type="password"
					value={password}
					onValue={setPassword}
					autocomplete="current-password"
					required
				/>
				<Field
					name="code"
					label={words.code}
					help={words.codeHelp}
					value={code}
					onValue={setCode}
					autocomplete="one-time-code"
				/>
				<div role="alert">{refusal && <p class="note bad">{reason(refusal)}</p>}</div>
				<Button kind="primary" big submit disabled={busy}>
					{words.button}
				</Button>
			</form>
		</div>
	);
}
