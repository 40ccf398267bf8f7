// SPDX-License-Identifier: MPL-2.0
// Who called in and did not get through: to be rung by somebody of the team. The number is
// masked until it is asked for, and that is recorded.
import { useState } from "preact/hooks";
import { callBackDone, callBackPhone } from "../desk";
import type { CallBack } from "../model/http";
import { clock, state, t } from "../store";
import { Button } from "./Button";
import { NumberToCall } from "./PhoneNumber";

function Row({ one }: { one: CallBack }) {
	const [number, setNumber] = useState("");
	const words = t.value.callbacks;
	const when = words.row(one.masked, clock(one.created));
	const show = async () => setNumber((await callBackPhone(one.id)) ?? "");
	return (
		<li class="row apart">
			<span>{when}</span>
			<div class="row">
				{number === "" ? (
					<Button label={`${t.value.phone.show}, ${when}`} onPress={() => void show()}>
						{t.value.phone.show}
					</Button>
				) : (
					<NumberToCall number={number} />
				)}
				<Button
					kind="quiet"
					label={`${words.done}, ${when}`}
					onPress={() => void callBackDone(one.id)}
				>
					{words.done}
				</Button>
			</div>
		</li>
	);
}

export function CallBacks() {
	const { callbacks } = state.value;
	if (callbacks.length === 0) return null;
	const words = t.value.callbacks;
	return (
		<section class="note stack tight" aria-label={words.title}>
			<h2>
				{words.title} ({callbacks.length})
			</h2>
			<p class="muted small">{t.value.phone.showNote}</p>
			<ul class="stack tight">
				{callbacks.map((one) => (
					<Row key={one.id} one={one} />
				))}
			</ul>
		</section>
	);
}
