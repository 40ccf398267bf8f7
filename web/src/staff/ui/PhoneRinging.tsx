// SPDX-License-Identifier: MPL-2.0
// While it rings: the two digits to say first, and a button for whatever happens.
import { useState } from "preact/hooks";
import type { CallState } from "../../protocol/words";
import type { Talk } from "../model/talk";
import { phone } from "../room";
import { t } from "../store";
import { Button } from "./Button";

export function TwoDigits({ digits }: { digits: string }) {
	const words = t.value.phone;
	if (digits === "") return null;
	return (
		<div class="twodigits">
			<p class="legend">{words.digits}</p>
			<p class="code digits">{digits}</p>
			<p class="muted small">{words.digitsHelp}</p>
		</div>
	);
}

export function PhoneRinging({ talk, call }: { talk: Talk; call: CallState }) {
	const [answered, setAnswered] = useState(false);
	const words = t.value.phone;
	const rings = call === "ringing";
	const answer = () => {
		setAnswered(true);
		phone({ event: "answered" });
	};
	return (
		<div class="stack">
			<TwoDigits digits={talk.seat?.call.digits ?? ""} />
			{answered && <p class="legend">{words.who}</p>}
			<div class="stack tight happens">
				{!rings && (
					<Button kind="primary" onPress={() => phone({ event: "ringing" })}>
						{words.ringing}
					</Button>
				)}
				{rings && !answered && (
					<Button kind="primary" onPress={answer}>
						{words.answered}
					</Button>
				)}
				<Button
					kind={answered ? "primary" : "plain"}
					onPress={() => phone({ event: "is_citizen" })}
				>
					{words.isCitizen}
				</Button>
				<Button onPress={() => phone({ event: "wrong_person" })}>
					{words.wrongPerson}
				</Button>
				{!answered && (
					<Button onPress={() => phone({ event: "no_answer" })}>{words.noAnswer}</Button>
				)}
				{!answered && (
					<Button kind="quiet" onPress={() => phone({ event: "cancel" })}>
						{words.cancelCall}
					</Button>
				)}
			</div>
		</div>
	);
}
