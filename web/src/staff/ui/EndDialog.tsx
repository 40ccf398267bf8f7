// SPDX-License-Identifier: MPL-2.0
// Ends the meeting: only with an outcome that the broker allows right now.
import { useState } from "preact/hooks";
import type { Outcome } from "../../protocol/words";
import { endMeeting } from "../room";
import { state, t } from "../store";
import { Button } from "./Button";
import { closeDialog, Dialog } from "./Dialog";

export function EndDialog() {
	const outcomes = state.value.talk?.seat?.outcomes ?? [];
	const [picked, setPicked] = useState<Outcome | undefined>(outcomes[0]);
	const words = t.value.end;
	const outcome = picked && outcomes.includes(picked) ? picked : outcomes[0];
	const submit = (event: Event) => {
		event.preventDefault();
		if (outcome) endMeeting(outcome);
		closeDialog();
	};
	return (
		<Dialog title={words.title}>
			<form class="stack" onSubmit={submit}>
				<fieldset class="stack tight">
					<legend class="legend">{words.lead}</legend>
					{outcomes.length === 0 && <p class="note">{words.none}</p>}
					{outcomes.map((one) => (
						<label class="choice wide" key={one}>
							<input
								type="radio"
								name="outcome"
								value={one}
								checked={one === outcome}
								onChange={() => setPicked(one)}
							/>
							<span class="stack none">
								{t.value.outcome[one]}
								<span class="muted small">{t.value.outcomeHelp[one]}</span>
							</span>
						</label>
					))}
				</fieldset>
				<div class="row">
					<Button kind="primary" submit disabled={!outcome}>
						{words.confirm}
					</Button>
					<Button kind="quiet" onPress={closeDialog}>
						{words.keep}
					</Button>
				</div>
			</form>
		</Dialog>
	);
}
