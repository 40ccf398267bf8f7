// SPDX-License-Identifier: MPL-2.0
// The keyboard help, with the switch that turns single-key shortcuts off.
import { keysOn, setKeys } from "../shortcuts";
import { t } from "../store";
import { Button } from "./Button";
import { closeDialog, Dialog } from "./Dialog";

function Keys({
	title,
	rows,
}: {
	title: string;
	rows: ReadonlyArray<readonly [string, string]>;
}) {
	return (
		<div>
			<h3>{title}</h3>
			<dl class="keys">
				{rows.map(([key, words]) => (
					<div key={key}>
						<dt>
							<kbd>{key}</kbd>
						</dt>
						<dd>{words}</dd>
					</div>
				))}
			</dl>
		</div>
	);
}

export function KeysDialog() {
	const words = t.value.keys;
	return (
		<Dialog title={words.title}>
			<div class="two">
				<Keys
					title={words.talk}
					rows={[
						["M", words.m],
						["K", words.k],
						["T", words.t],
						["L", words.l],
						["?", words.help],
					]}
				/>
				<Keys
					title={words.day}
					rows={[
						["↑ ↓", words.arrows],
						["Enter", words.enter],
						["N", words.n],
						["/", words.slash],
					]}
				/>
			</div>
			<label class="check">
				<input
					type="checkbox"
					checked={keysOn.value}
					onChange={(event) => setKeys(event.currentTarget.checked)}
				/>
				<span>
					{words.on}
					<span class="muted small block">{words.onHelp}</span>
				</span>
			</label>
			<div class="row">
				<Button kind="primary" onPress={closeDialog}>
					{t.value.app.close}
				</Button>
			</div>
		</Dialog>
	);
}
