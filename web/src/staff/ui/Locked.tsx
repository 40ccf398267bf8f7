// SPDX-License-Identifier: MPL-2.0
// The lock: no data on the screen, but how many wait; the password opens it again.
import { useState } from "preact/hooks";
import type { Refusal } from "../../session/api";
import { signOut, unlock } from "../account";
import { forgetLock } from "../idle";
import { othersWaiting } from "../model/state";
import { state, t } from "../store";
import { Button } from "./Button";
import { Field } from "./Field";
import { Heading } from "./Heading";
import { errorWords } from "./Notices";

export function Locked() {
	const [password, setPassword] = useState("");
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const words = t.value.locked;
	const waiting = othersWaiting(state.value).length;
	const submit = async (event: Event) => {
		event.preventDefault();
		const refused = await unlock(password);
		if (!refused) forgetLock();
		setRefusal(refused);
		setPassword("");
	};
	return (
		<div class="sheet narrow stack">
			<Heading title={words.title} quiet />
			<p>{words.lead}</p>
			{waiting > 0 && <p class="note warm">{words.waiting(waiting)}</p>}
			<form class="stack" onSubmit={(event) => void submit(event)}>
				<Field
					name="password"
					label={t.value.signIn.password}
					type="password"
					value={password}
					onValue={setPassword}
					autocomplete="current-password"
					required
					autofocus
				/>
				<div role="alert">
					{refusal && (
						<p class="note bad">
							{refusal.status === 401
								? words.refused
								: errorWords(refusal.code, refusal.retryAfterS)}
						</p>
					)}
				</div>
				<div class="row">
					<Button kind="primary" submit>
						{words.button}
					</Button>
					<Button kind="quiet" onPress={() => void signOut()}>
						{words.other}
					</Button>
				</div>
			</form>
		</div>
	);
}
