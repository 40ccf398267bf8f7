// SPDX-License-Identifier: MPL-2.0
// Does the code that a citizen shows belong to this meeting? Answered as it is typed.
import { useState } from "preact/hooks";
import { receiptFits } from "../model/receipt";
import { t } from "../store";
import { Field } from "./Field";

export function ReceiptCheck({ receipt }: { receipt: string }) {
	const [typed, setTyped] = useState("");
	const words = t.value.minutes;
	const fits = receiptFits(receipt, typed);
	return (
		<div class="stack tight unprinted">
			<Field
				name="receipt"
				label={words.receipt}
				help={words.receiptHelp}
				value={typed}
				onValue={setTyped}
				autocomplete="off"
				maxLength={16}
			/>
			<p role="status">
				{fits !== undefined && (
					<strong class={fits ? "" : "wrong"}>{fits ? words.fits : words.differs}</strong>
				)}
			</p>
		</div>
	);
}
