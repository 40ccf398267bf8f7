// SPDX-License-Identifier: MPL-2.0
// The signed minutes of a meeting that is over: fetched when asked for (that is recorded),
// shown as they are, to be copied, printed or saved as the file that others can check.
import { useState } from "preact/hooks";
import { fetchMinutes } from "../desk";
import { announce, t } from "../store";
import { Button } from "./Button";
import { Copy } from "./Copy";

function saveFile(name: string, text: string): void {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}

export function Minutes({ meeting }: { meeting: string }) {
	const [text, setText] = useState("");
	const words = t.value.minutes;
	const get = async () => {
		const found = await fetchMinutes(meeting);
		if (found === undefined) return;
		setText(found);
		announce(words.here);
	};
	const save = () => saveFile(`${words.file}-${meeting}.txt`, text);
	return (
		<section class="stack tight" aria-labelledby="minutes">
			<h2 id="minutes" class="legend">
				{words.title}
			</h2>
			<p class="muted small unprinted">{words.lead}</p>
			{text && <pre class="note minutes">{text}</pre>}
			<div class="row unprinted">
				{/* One button, so that the focus stays on it. */}
				<Button onPress={text ? save : () => void get()}>
					{text ? words.save : words.get}
				</Button>
				{text && (
					<>
						<Copy text={text} words={t.value.app.copy} />
						<Button icon="print" onPress={() => print()}>
							{t.value.app.print}
						</Button>
					</>
				)}
			</div>
		</section>
	);
}
