// SPDX-License-Identifier: MPL-2.0
// The hand-off to an ordinary telephone: the number, which phone, the two digits, and what
// happens on the line, one step after the other. It goes on without a network.
import { callNow, inCall, type Talk } from "../model/talk";
import { state, t } from "../store";
import { PhoneNumber } from "./PhoneNumber";
import { PhonePrepare } from "./PhonePrepare";
import { PhoneRinging } from "./PhoneRinging";
import { PhoneTalking } from "./PhoneTalking";

export function PhonePanel({ talk, main }: { talk: Talk; main?: boolean }) {
	const words = t.value.phone;
	const call = callNow(talk);
	const attempts = talk.seat?.call.attempts ?? 0;
	const away = state.value.link !== "open" || talk.unsent.length > 0;
	return (
		<section class={`stack phone${main ? " sheet" : ""}`} aria-label={words.title}>
			<h2>{words.title}</h2>
			{main && talk.seat?.booked_form === "phone" && <p class="muted">{words.booked}</p>}
			{away && <p class="note warm">{words.offline}</p>}
			{call !== "talking" && <PhoneNumber talk={talk} />}
			{attempts > 0 && call !== "talking" && <p class="note">{words.missed(attempts)}</p>}
			{call === "talking" ? (
				<PhoneTalking talk={talk} />
			) : inCall(call) ? (
				<PhoneRinging talk={talk} call={call} />
			) : (
				<PhonePrepare talk={talk} again={call === "missed"} />
			)}
		</section>
	);
}
