// SPDX-License-Identifier: MPL-2.0
// From the first ring until she has said who it is: what the network says, the two digits,
// and a way out at any moment.
import { callWords } from "../model/call";
import type { Talk } from "../model/talk";
import { phone } from "../room";
import { t } from "../store";
import { Button } from "./Button";
import { Icon } from "./Icon";
import { TwoDigits } from "./PhoneRinging";

export function PhoneCalling({ talk }: { talk: Talk }) {
	const words = t.value.dial;
	const call = talk.seat?.call;
	const answered = call?.progress === "answered";
	// Where a key says who it is, she hears nobody until then.
	const byKey = call?.by_key ?? false;
	const hers = answered && !byKey;
	const own = call?.own_phone !== "none";
	// Two digits prove nothing to somebody who has no page to compare them with.
	const sees = talk.seat?.guests.some((g) => g.kind === "browser" && g.here);
	return (
		<div class="stack">
			<p class={`note leg ${answered ? "good" : ""}`}>
				<Icon name="phone" />
				<strong>{callWords(talk, t.value)}</strong>
			</p>
			{sees && <TwoDigits digits={call?.digits ?? ""} />}
			{answered && byKey && <p>{words.byKey}</p>}
			{hers && (
				<p>
					{words.onlyYou} {sees ? words.ask : words.askAnyone} {own && words.onlyYouOwn}
				</p>
			)}
			<div class="stack tight happens">
				{hers && (
					<>
						<Button kind="primary" onPress={() => phone({ event: "is_citizen" })}>
							{t.value.phone.isCitizen}
						</Button>
						<Button onPress={() => phone({ event: "wrong_person" })}>
							{words.another}
						</Button>
					</>
				)}
				<Button
					kind={hers ? "quiet" : "danger"}
					onPress={() => phone({ event: "cancel" })}
				>
					{words.cancel}
				</Button>
			</div>
		</div>
	);
}
