// SPDX-License-Identifier: MPL-2.0
// The telephone of a meeting. Through a trunk: ring, wait, find out who it is, talk. By
// hand: the number, which phone, the two digits, and what happens on the line, one step
// after the other; that way goes on without a network.
import { useLayoutEffect, useRef } from "preact/hooks";
import { callWords, isDialled } from "../model/call";
import { callNow, inCall, type Talk, usesTrunk } from "../model/talk";
import { setByHand } from "../room";
import { state, t } from "../store";
import { Button } from "./Button";
import { PhoneCalling } from "./PhoneCalling";
import { PhoneDial } from "./PhoneDial";
import { PhoneLeg } from "./PhoneLeg";
import { PhoneNumber } from "./PhoneNumber";
import { PhonePrepare } from "./PhonePrepare";
import { PhoneRinging } from "./PhoneRinging";
import { PhoneTalking } from "./PhoneTalking";

type Step = "prepare" | "ring" | "talk" | "dial" | "calling" | "answered" | "leg";

function stepOf(talk: Talk): Step {
	const call = talk.seat?.call;
	if (call && usesTrunk(talk)) {
		if (call.progress === "talking") return "leg";
		if (call.progress === "answered") return "answered";
		return isDialled(call) ? "calling" : "dial";
	}
	const now = callNow(talk);
	if (now === "talking") return "talk";
	return inCall(now) ? "ring" : "prepare";
}

function Prepare({ talk }: { talk: Talk }) {
	return (
		<>
			<PhonePrepare talk={talk} again={callNow(talk) === "missed"} />
			{talk.entered && talk.seat?.call.trunk && (
				<div class="row">
					<Button kind="quiet" onPress={() => setByHand(false)}>
						{t.value.dial.byTrunk}
					</Button>
				</div>
			)}
		</>
	);
}

function Body({ talk, step }: { talk: Talk; step: Step }) {
	switch (step) {
		case "prepare":
			return <Prepare talk={talk} />;
		case "ring":
			return <PhoneRinging talk={talk} call={callNow(talk)} />;
		case "talk":
			return <PhoneTalking talk={talk} />;
		case "dial":
			return <PhoneDial talk={talk} />;
		case "calling":
		case "answered":
			return <PhoneCalling talk={talk} />;
		case "leg":
			return <PhoneLeg talk={talk} />;
	}
}

export function PhonePanel({ talk, main }: { talk: Talk; main?: boolean }) {
	const words = t.value.phone;
	const at = useRef<HTMLHeadingElement>(null);
	const step = stepOf(talk);
	const before = useRef<Step | null>(null);
	// A step that took the pressed button away, or moved the whole panel from the side to the
	// middle, must not leave the keyboard nowhere.
	useLayoutEffect(() => {
		if (before.current !== step && document.activeElement === document.body)
			at.current?.focus({ preventScroll: true });
		before.current = step;
	}, [step]);
	const attempts = talk.seat?.call.attempts ?? 0;
	const away = state.value.link !== "open" || talk.unsent.length > 0;
	const idle = step === "prepare" || step === "dial";
	const unmet = idle || step === "ring";
	const reason = talk.refused ? t.value.errors[talk.refused] : callWords(talk, t.value);
	return (
		<section class={`stack phone${main ? " sheet" : ""}`} aria-label={words.title}>
			<h2 ref={at} tabIndex={-1}>
				{words.title}
			</h2>
			{main && talk.seat?.booked_form === "phone" && <p class="muted">{words.booked}</p>}
			{away && <p class="note warm">{words.offline}</p>}
			{unmet && <PhoneNumber talk={talk} />}
			{attempts > 0 && unmet && <p class="note">{words.missed(attempts)}</p>}
			{idle && reason !== "" && <p class="note warm">{reason}</p>}
			<Body talk={talk} step={step} />
		</section>
	);
}
