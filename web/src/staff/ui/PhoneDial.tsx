// SPDX-License-Identifier: MPL-2.0
// Before a call through the trunk: the number, what came of the last call, and who is rung
// first. The way by hand stays open beside it.
import { callWords } from "../model/call";
import type { Talk } from "../model/talk";
import { dial, setByHand } from "../room";
import { t } from "../store";
import { Button } from "./Button";
import { PhoneNumber } from "./PhoneNumber";

export function PhoneDial({ talk }: { talk: Talk }) {
	const words = t.value.dial;
	const call = talk.seat?.call;
	const reason = talk.refused ? t.value.errors[talk.refused] : callWords(talk, t.value);
	return (
		<div class="stack">
			<PhoneNumber talk={talk} />
			{reason !== "" && <p class="note warm">{reason}</p>}
			{(call?.last2 || call?.given) && (
				<div class="stack tight happens">
					<Button kind="primary" big icon="phone" onPress={() => dial("browser")}>
						{words.browser}
					</Button>
					<p class="muted small">{t.value.phone.openHelp}</p>
					{call.has_own_phone && (
						<Button onPress={() => dial("own_phone")}>{words.own.start}</Button>
					)}
				</div>
			)}
			<div class="row">
				<Button kind="quiet" onPress={() => setByHand(true)}>
					{words.byHand}
				</Button>
			</div>
		</div>
	);
}
