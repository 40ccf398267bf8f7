// SPDX-License-Identifier: MPL-2.0
// During a talk: who else waits, and a way to let them know that it takes a little longer.
import { othersWaiting } from "../model/state";
import { sayLate } from "../room";
import { clock, state, t } from "../store";
import { Button } from "./Button";

const LATE_MINUTES = 10;

export function OthersWaiting() {
	const ids = othersWaiting(state.value);
	if (ids.length === 0) return null;
	const words = t.value.waiting;
	return (
		<div class="others note">
			<strong>{words.title}</strong>
			<ul>
				{ids.map((id) => {
					const card = state.value.cards[id];
					const since = state.value.live[id]?.guests.find(
						(g) => g.place === "lobby",
					)?.since;
					const when = card ? clock(card.starts) : "";
					return (
						<li class="row" key={id}>
							<span>
								{since === undefined
									? `${when} ${t.value.live.callMe}`
									: words.row(when, clock(since))}
							</span>
							<Button kind="quiet" onPress={() => sayLate(id, LATE_MINUTES)}>
								{words.late}
							</Button>
						</li>
					);
				})}
			</ul>
		</div>
	);
}
