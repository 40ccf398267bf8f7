// SPDX-License-Identifier: MPL-2.0
// The citizen's telephone in the talk: how it is heard, the raised hand, and what she can
// do with it. Never a number.
import { callWords } from "../model/call";
import { mayShow, type Talk } from "../model/talk";
import { backToVideo, phone } from "../room";
import { dispatch, t } from "../store";
import { Button } from "./Button";
import { Icon } from "./Icon";

export function PhoneLeg({ talk }: { talk: Talk }) {
	const words = t.value.dial;
	const call = talk.seat?.call;
	if (!call) return null;
	const quiet = call.held || call.muted || call.by_caller;
	const going = talk.media !== "none";
	const { micFault } = talk;
	return (
		<div class="stack">
			<div class={`note leg ${quiet ? "warm" : "good"}`}>
				<Icon name={quiet ? "micOff" : "phone"} />
				<strong>{callWords(talk, t.value)}</strong>
			</div>
			{call.hand && <p class="note warm">{words.hand}</p>}
			{call.line > 0 && micFault && <p class="note bad">{t.value.devices[micFault]}</p>}
			{going && <p class="note">{words.toVideo}</p>}
			<div class="row">
				<Button
					pressed={call.muted}
					onPress={() => phone({ event: "mute", on: !call.muted })}
				>
					{words.mute}
				</Button>
				<Button
					pressed={call.held}
					onPress={() => phone({ event: "hold", on: !call.held })}
				>
					{words.hold}
				</Button>
				{mayShow(talk) && !going && (
					<Button icon="camera" onPress={backToVideo}>
						{t.value.phone.toVideo}
					</Button>
				)}
				<Button
					kind="danger"
					onPress={() => dispatch({ do: "dialog", dialog: { is: "hangUp" } })}
				>
					{words.hangUp}
				</Button>
			</div>
		</div>
	);
}
