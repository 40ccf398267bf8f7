// SPDX-License-Identifier: MPL-2.0
// A day without meetings says what to do.
import { state, t } from "../store";
import { Icon } from "./Icon";

export function EmptyDay() {
	const words = t.value.day;
	const team = state.value.whose === "team";
	return (
		<div class="sheet empty stack tight">
			<Icon name="text" />
			<h2>{team ? words.emptyTeam : words.emptyTitle}</h2>
			{!team && <p class="muted">{words.emptyLead}</p>}
		</div>
	);
}
