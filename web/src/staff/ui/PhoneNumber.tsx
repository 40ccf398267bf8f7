// SPDX-License-Identifier: MPL-2.0
// The citizen's number: masked until pressed, then to read, to copy and to call.
import { spaced } from "../model/digits";
import type { Talk } from "../model/talk";
import { showNumber } from "../room";
import { t } from "../store";
import { Button } from "./Button";
import { Copy } from "./Copy";
import { Icon } from "./Icon";

/** A number in full: to read, to copy, to call. */
export function NumberToCall({ number }: { number: string }) {
	return (
		<>
			<p class="digits large">{spaced(number)}</p>
			<div class="row">
				<Copy text={number} words={t.value.app.copy} />
				<a class="button" href={`tel:${number}`}>
					<Icon name="phone" />
					{t.value.phone.call}
				</a>
			</div>
		</>
	);
}

export function PhoneNumber({ talk }: { talk: Talk }) {
	const words = t.value.phone;
	const last2 = talk.seat?.call.last2 ?? "";
	const { number } = talk;
	const none = !number && last2 === "" && !talk.seat?.call.given;
	if (none) return <p class="note">{words.none}</p>;
	if (!number || !talk.numberShown)
		return (
			<div class="stack tight">
				<p class="legend">{words.number}</p>
				<p class="digits large">•• •• •• {last2 || number?.phone.slice(-2) || "••"}</p>
				<div class="row">
					<Button onPress={() => void showNumber()}>{words.show}</Button>
					<span class="muted small">{words.showNote}</span>
				</div>
			</div>
		);
	return (
		<div class="stack tight">
			<p class="legend">{words.number}</p>
			{number.given && <p class="small">{words.given}</p>}
			<NumberToCall number={number.phone} />
		</div>
	);
}
