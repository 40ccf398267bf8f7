// SPDX-License-Identifier: MPL-2.0
// Offers desktop notifications once; the browser is asked by the press, never before it.
import { askToNotify, mayAsk } from "../alerts";
import { t } from "../store";
import { Button } from "./Button";

export function AlertsAsk() {
	if (!mayAsk.value) return null;
	const words = t.value.alerts;
	return (
		<div class="note">
			<p>{words.ask}</p>
			<div class="row">
				<Button onPress={() => void askToNotify(true)}>{words.allow}</Button>
				<Button kind="quiet" onPress={() => void askToNotify(false)}>
					{words.later}
				</Button>
			</div>
		</div>
	);
}
