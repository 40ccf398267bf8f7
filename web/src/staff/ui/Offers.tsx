// SPDX-License-Identifier: MPL-2.0
// What the page proposes by itself: one sentence and its answers each. Nothing is done
// without a press.
import type { ComponentChildren } from "preact";
import { type Offer, offersOf, type Talk, usesTrunk } from "../model/talk";
import { secondsOf } from "../model/time";
import { stepWords } from "../model/words";
import { choose } from "../own";
import { backToVideo, dial, phone, showPanel } from "../room";
import { clock, dispatch, now, state, t } from "../store";
import { Button } from "./Button";

function dismiss(offer: Offer): void {
	dispatch({ do: "talk", action: { do: "dismiss", offer } });
}

function wait(offer: Offer, words = t.value.offers.wait) {
	return (
		<Button kind="quiet" onPress={() => dismiss(offer)}>
			{words}
		</Button>
	);
}

function call(offer: Offer, talk: Talk): ComponentChildren {
	const press = () => {
		if (usesTrunk(talk) && talk.seat?.call.last2) dial("browser");
		else showPanel("phone");
		dismiss(offer);
	};
	return (
		<>
			<Button kind="primary" icon="phone" onPress={press}>
				{t.value.offers.call}
			</Button>
			{wait(offer)}
		</>
	);
}

function lastSeen(meeting: string): string {
	const live = state.value.live[meeting];
	if (!live || live.last_step === "none") return "";
	return ` ${t.value.live.lastSeen(stepWords(live.last_step, t.value), clock(live.last_seen))}.`;
}

/** Announced once by room.ts: read out second by second it would drown the citizen. */
function countdown(talk: Talk): ComponentChildren {
	const leftMs = (talk.seat?.call.auto_at ?? 0) - now.value;
	return <span aria-live="off">{t.value.offers.auto(secondsOf(leftMs))}</span>;
}

function wordsOf(offer: Offer, talk: Talk): [ComponentChildren, ComponentChildren] {
	const words = t.value.offers;
	switch (offer) {
		case "given":
			return [
				words.given(talk.seat?.call.given_number ?? ""),
				<>
					<Button kind="primary" onPress={() => phone({ event: "accept_number" })}>
						{words.givenAccept}
					</Button>
					<Button onPress={() => phone({ event: "decline_number" })}>
						{words.givenDecline}
					</Button>
				</>,
			];
		case "auto":
			return [
				countdown(talk),
				<>
					<Button kind="primary" icon="phone" onPress={() => dial("browser")}>
						{words.autoNow}
					</Button>
					<Button onPress={() => phone({ event: "cancel" })}>{words.autoStop}</Button>
				</>,
			];
		case "asked":
			return [words.asked, call(offer, talk)];
		case "dead":
			return [words.dead, call(offer, talk)];
		case "notCome":
			return [words.notCome + lastSeen(talk.meeting), call(offer, talk)];
		case "videoAsked":
			return [
				words.videoAsked,
				<>
					<Button kind="primary" onPress={backToVideo}>
						{t.value.phone.toVideo}
					</Button>
					{wait(offer)}
				</>,
			];
		case "overtime":
			return [
				words.overtime,
				<>
					<Button onPress={() => dispatch({ do: "dialog", dialog: { is: "end" } })}>
						{t.value.talk.end}
					</Button>
					{wait(offer)}
				</>,
			];
		case "headset":
			return headset(talk);
	}
}

function headset(talk: Talk): [string, ComponentChildren] {
	const words = t.value.offers;
	const drop = () =>
		dispatch({ do: "talk", action: { do: "set", to: { headset: null } } });
	const use = () => {
		if (talk.headset) choose("mic", talk.headset.id);
		drop();
	};
	return [
		words.headset(talk.headset?.label ?? ""),
		<>
			<Button onPress={use}>{words.headsetUse}</Button>
			<Button kind="quiet" onPress={drop}>
				{words.headsetKeep}
			</Button>
		</>,
	];
}

export function Offers({ talk }: { talk: Talk }) {
	return (
		<div class="stack tight" role="status">
			{offersOf(talk).map((offer) => {
				const [words, answers] = wordsOf(offer, talk);
				return (
					<div class="note warm" key={offer}>
						<p>{words}</p>
						<div class="row">{answers}</div>
					</div>
				);
			})}
		</div>
	);
}
