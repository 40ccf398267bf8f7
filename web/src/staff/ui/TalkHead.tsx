// SPDX-License-Identifier: MPL-2.0
// Which meeting this is, how long it has run, how well it is connected and how private.
import { admitted, isByPhone, privacyOf, type Talk } from "../model/talk";
import { sayElapsed } from "../model/time";
import { identityWords } from "../model/words";
import { clock, go, now, state, t } from "../store";
import { Button } from "./Button";
import { Heading } from "./Heading";
import { Icon } from "./Icon";

function Connection({ talk }: { talk: Talk }) {
	const words = t.value.talk;
	if (isByPhone(talk) || talk.media === "none") return null;
	const tone = { good: "good", weak: "warm", bad: "warm", dead: "warm" }[talk.health];
	const rung = words.rung[talk.rung];
	const health =
		talk.media === "connected" ? words.health[talk.health] : t.value.link.connecting;
	return (
		<span class={`tag ${talk.media === "connected" ? tone : "warm"}`}>
			{health}
			{rung && ` · ${rung}`}
		</span>
	);
}

export function TalkHead({ talk }: { talk: Talk }) {
	const words = t.value.talk;
	const card = state.value.cards[talk.meeting];
	const { seat } = talk;
	const privacy = privacyOf(talk);
	const starts = seat?.starts ?? card?.starts;
	const label = card?.label || words.title;
	const guest = admitted(talk);
	return (
		<header class="talkhead row">
			<Button kind="quiet" icon="left" onPress={() => go({ at: "day" })}>
				{words.leave}
			</Button>
			<Heading title={label} />
			{starts !== undefined && (
				<span class="muted">
					{clock(starts)} · {t.value.app.minutes(seat?.minutes ?? card?.minutes ?? 0)}
				</span>
			)}
			<span class="grow" />
			{seat?.started ? (
				<span class="digits" role="timer" aria-label={t.value.live.live}>
					{sayElapsed(now.value - seat.started)}
				</span>
			) : null}
			<Connection talk={talk} />
			<span
				class={`tag ${privacy === "phone" ? "warm" : privacy === "none" ? "plain" : "good"}`}
			>
				{privacy !== "none" && <Icon name={privacy === "phone" ? "phone" : "shield"} />}
				{words.privacy[privacy]}
			</span>
			{guest && (
				<span class="tag">
					{words.levelTitle}: {identityWords(guest, t.value)}
				</span>
			)}
		</header>
	);
}
