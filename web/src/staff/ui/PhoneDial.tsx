// SPDX-License-Identifier: MPL-2.0
// Before a call through the trunk: who is rung first. The way by hand stays open beside it.
import type { Talk } from "../model/talk";
import { dial, setByHand } from "../room";
import { t } from "../store";
import { Button } from "./Button";

export function PhoneDial({ talk }: { talk: Talk }) {
	const words = t.value.dial;
	const call = talk.seat?.call;
	return (
		<div class="stack">
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
