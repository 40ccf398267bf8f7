// SPDX-License-Identifier: MPL-2.0
// The day: its meetings by time with their live state, or what a search found.
import { reloadDay, shownCards } from "../desk";
import { nextCard, othersWaiting } from "../model/state";
import { dispatch, state, t } from "../store";
import { AlertsAsk } from "./AlertsAsk";
import { Button } from "./Button";
import { CallBacks } from "./CallBacks";
import { CardRow } from "./CardRow";
import { DayBar } from "./DayBar";
import { EmptyDay } from "./EmptyDay";
import { Find } from "./Find";

/** Up and down go from one meeting's first button to the next one's. */
function arrows(event: KeyboardEvent): void {
	const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
	const list = event.currentTarget;
	if (step === 0 || !(list instanceof HTMLElement)) return;
	const rows = [...list.querySelectorAll(":scope > .card")];
	const at = rows.findIndex((row) => row.contains(document.activeElement));
	const next = rows[at + step]?.querySelector<HTMLElement>("button, summary");
	if (!next) return;
	event.preventDefault();
	next.focus();
}

const FEW_CODES = 2;

/** Said while there is still time to get new ones. */
function FewCodes() {
	const { me } = state.value;
	if (!me?.totp || me.recovery_left > FEW_CODES) return null;
	return <p class="note warm">{t.value.day.fewCodes(me.recovery_left)}</p>;
}

function retry(): void {
	dispatch({ do: "notice", notice: null });
	void reloadDay();
}

export function Day() {
	const { found, notice } = state.value;
	const cards = shownCards();
	const next = nextCard(state.value);
	const words = t.value.day;
	const waiting = othersWaiting(state.value).length;
	// Without its record a day is not shown; the note above says what that means.
	const failed = cards === null && notice?.is === "error";
	return (
		<div class="day stack">
			<DayBar />
			<AlertsAsk />
			<FewCodes />
			<CallBacks />
			<div class="row apart">
				{failed && <Button onPress={retry}>{t.value.app.retry}</Button>}
				<p class="muted" role="status">
					{cards === null
						? !failed && t.value.app.loading
						: found
							? words.found(cards.length)
							: words.count(cards.length)}
					{waiting > 0 && <strong class="warmth"> · {words.waitingNow(waiting)}</strong>}
				</p>
				<Find />
			</div>
			{cards?.length === 0 && !found && <EmptyDay />}
			{state.value.more && <p class="note">{words.cut}</p>}
			{cards && cards.length > 0 && (
				<ul class="cards" onKeyDown={arrows}>
					{cards.map((card) => (
						<CardRow key={card.id} card={card} isNext={card.id === next?.id} />
					))}
				</ul>
			)}
		</div>
	);
}
