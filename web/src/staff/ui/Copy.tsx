// SPDX-License-Identifier: MPL-2.0
// Copies a text and says so for a moment.
import { useState } from "preact/hooks";
import { announce, t } from "../store";
import { Button } from "./Button";

interface Props {
	text: string;
	words: string;
	kind?: "primary" | "plain" | "quiet";
}

const SAID_MS = 2500;

export function Copy({ text, words, kind = "plain" }: Props) {
	const [done, setDone] = useState(false);
	const copy = async () => {
		await navigator.clipboard.writeText(text);
		setDone(true);
		announce(t.value.app.copied);
		setTimeout(() => setDone(false), SAID_MS);
	};
	return (
		<Button
			kind={kind}
			icon={done ? "check" : "copy"}
			// Where the browser forbids it the text stands beside the button to be marked.
			onPress={() => void copy().catch(() => undefined)}
		>
			{done ? t.value.app.copied : words}
		</Button>
	);
}
