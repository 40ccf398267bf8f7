// SPDX-License-Identifier: MPL-2.0
// One meeting of the day: time, length, what it is, how the citizen is doing, and the one
// thing to do now.
import type { Card } from "../model/http";
import { cardWords, ringsIn, wants } from "../model/words";
import { goToMeeting } from "../room";
import { clock, state, t } from "../store";
import { Button } from "./Button";
import { CardMenu } from "./CardMenu";
import { Icon } from "./Icon";

function First({ card, urgent }: { card: Card; urgent: boolean }) {
	const words = t.value.day;
	const name = `${clock(card.starts)} ${card.label}`;
	if (card.state === "cancelled") return null;
	if (card.state === "ended")
		return (
			<Button
				kind="quiet"
				label={`${words.summary} ${name}`}
				onPress={() => goToMeeting(card.id)}
			>
				{words.summary}
			</Button>
		);
	if (!card.mine) return null;
	const phone = card.form === "phone";
	return (
		<Button
			kind={urgent ? "primary" : "plain"}
			icon={phone ? "phone" : "camera"}
			label={`${phone ? words.openCall : words.open} ${name}`}
			onPress={() => goToMeeting(card.id)}
		>
			{phone ? words.openCall : words.open}
		</Button>
	);
}

export function CardRow({ card, isNext }: { card: Card; isNext: boolean }) {
	const live = state.value.live[card.id];
	const said = cardWords(card, live, t.value, clock);
	const urgent = wants(live) && card.mine;
	const over = card.state === "ended" || card.state === "cancelled";
	const label = card.contact_gone
		? t.value.day.goneLabel
		: card.label || t.value.day.noLabel;
	const kind = urgent ? "urgent" : isNext ? "next" : over ? "over" : "";
	return (
		<li class={`card ${kind}`}>
			<p class="when">
				<strong>{clock(card.starts)}</strong>
				<span class="muted small">{t.value.app.minutes(card.minutes)}</span>
			</p>
			<div class="what">
				<h2 class={card.label ? "" : "muted"}>{label}</h2>
				<p class="muted small row">
					<span class="row form">
						<Icon name={card.form === "phone" ? "phone" : "camera"} />
						{t.value.form[card.form]}
					</span>
					{card.way !== "speech" && <span>{t.value.book.ways[card.way]}</span>}
					{card.case_ref && <span>{card.case_ref}</span>}
					{!card.mine && <span>{t.value.day.owner(card.owner.name)}</span>}
				</p>
			</div>
			<p class="how">
				{live && ringsIn(live) && <Icon name="phone" />}
				<span class={`tag ${said.tone}`}>{said.main}</span>
				{isNext && !urgent && <span class="tag">{t.value.day.nextCard}</span>}
				{said.more && <span class="muted small">{said.more}</span>}
			</p>
			<div class="row acts">
				<First card={card} urgent={urgent || isNext} />
				<CardMenu card={card} />
			</div>
		</li>
	);
}
