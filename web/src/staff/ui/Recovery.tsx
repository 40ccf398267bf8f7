// SPDX-License-Identifier: MPL-2.0
// The recovery codes, once: to copy or to print, and then they are gone.
import { t } from "../store";
import { Button } from "./Button";
import { Copy } from "./Copy";
import { Heading } from "./Heading";

export function Recovery({ codes, onDone }: { codes: string[]; onDone: () => void }) {
	const words = t.value.setup;
	return (
		<div class="sheet narrow stack print">
			<Heading title={words.recoveryTitle} />
			<p>{words.recoveryLead}</p>
			<ul class="codes digits" aria-label={words.recoveryPrint}>
				{codes.map((code) => (
					<li key={code}>{code}</li>
				))}
			</ul>
			<div class="row unprinted">
				<Copy text={codes.join("\n")} words={t.value.app.copy} />
				<Button icon="print" onPress={() => print()}>
					{t.value.app.print}
				</Button>
			</div>
			<div class="unprinted">
				<Button kind="primary" big onPress={onDone}>
					{words.recoveryDone}
				</Button>
			</div>
		</div>
	);
}
