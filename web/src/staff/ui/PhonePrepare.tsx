// SPDX-License-Identifier: MPL-2.0
// Before the call: which telephone, then the citizen's page is told.
import type { Talk } from "../model/talk";
import { phone } from "../room";
import { dispatch, t } from "../store";
import { Button } from "./Button";
import { Choice } from "./Choice";

export function PhonePrepare({ talk, again }: { talk: Talk; again: boolean }) {
	const words = t.value.phone;
	const { from } = talk;
	return (
		<div class="stack">
			<Choice
				name="from"
				label={words.fromTitle}
				value={from}
				options={[
					["work", words.from.work],
					["switchboard", words.from.switchboard],
					["hidden", words.from.hidden],
				]}
				onValue={(to) =>
					dispatch({ do: "talk", action: { do: "set", to: { from: to } } })
				}
			/>
			{from === "hidden" && <p class="note warm">{words.hiddenWarning}</p>}
			<div class="stack tight">
				<Button
					kind="primary"
					big
					icon="phone"
					onPress={() => phone({ event: "open", from })}
				>
					{again ? words.tryAgain : words.open}
				</Button>
				<p class="muted small">{words.openHelp}</p>
			</div>
		</div>
	);
}
