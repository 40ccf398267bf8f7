// SPDX-License-Identifier: MPL-2.0
// The authenticator: a picture to scan, the key as text beside it, and the first code.
import { useState } from "preact/hooks";
import type { SetupStart } from "../model/http";
import { t } from "../store";
import { Button } from "./Button";
import { Copy } from "./Copy";
import { Field } from "./Field";
import { Qr } from "./Qr";

interface Props {
	begun: SetupStart;
	onCode: (code: string) => void;
}

export function SetupTotp({ begun, onCode }: Props) {
	const [code, setCode] = useState("");
	const words = t.value.setup;
	const submit = (event: Event) => {
		event.preventDefault();
		onCode(code.replace(/\s/g, ""));
	};
	return (
		<form class="stack" onSubmit={submit}>
			<h2>{words.totpTitle}</h2>
			<p>{words.totpLead}</p>
			<Qr text={begun.uri} alt={words.qrAlt} />
			<div class="stack tight">
				<p class="legend">{words.secret}</p>
				<p class="digits">{begun.secret.replace(/(.{4})(?=.)/g, "$1 ")}</p>
				<div class="row">
					<Copy text={begun.secret} words={t.value.app.copy} />
				</div>
			</div>
			<Field
				name="code"
				label={words.code}
				value={code}
				onValue={setCode}
				autocomplete="one-time-code"
				inputMode="numeric"
				maxLength={7}
				required
				autofocus
			/>
			<Button kind="primary" big submit>
				{words.finish}
			</Button>
		</form>
	);
}
