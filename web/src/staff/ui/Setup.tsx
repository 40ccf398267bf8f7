// SPDX-License-Identifier: MPL-2.0
// The one-time set-up: start → password → authenticator → recovery codes. The password and
// the codes live in this component only and are gone with it.
import { useState } from "preact/hooks";
import { finishSetup, startSetup } from "../account";
import type { SetupStart } from "../model/http";
import { goInstead, t } from "../store";
import { Button } from "./Button";
import { Heading } from "./Heading";
import { errorWords } from "./Notices";
import { Recovery } from "./Recovery";
import { SetupPassword } from "./SetupPassword";
import { SetupTotp } from "./SetupTotp";

export function Setup({ token }: { token: string }) {
	const [begun, setBegun] = useState<SetupStart | null>(null);
	const [password, setPassword] = useState("");
	const [codes, setCodes] = useState<string[] | null>(null);
	const [error, setError] = useState("");
	const words = t.value.setup;
	const say = (code: string, seconds: number) => {
		if (code === "setup_unknown") setError(words.unknown);
		else if (code === "password_weak") {
			setPassword("");
			setError(words.weak);
		} else if (code === "code_wrong") setError(words.codeWrong);
		else setError(errorWords(code, seconds));
	};
	const start = async () => {
		const answer = await startSetup(token);
		if (answer.ok) setBegun(answer.value);
		else say(answer.code, answer.retryAfterS);
	};
	const finish = async (chosen: string, code: string) => {
		setError("");
		const answer = await finishSetup(token, chosen, code);
		if (answer.ok) setCodes(answer.value);
		else say(answer.code, answer.retryAfterS);
	};
	const choose = (chosen: string) => {
		setError("");
		setPassword(chosen);
		if (!begun?.totp) void finish(chosen, "");
	};
	if (codes) return <Recovery codes={codes} onDone={() => goInstead({ at: "signIn" })} />;
	return (
		<div class="sheet narrow stack">
			<Heading title={words.title} />
			{begun && (
				<p>
					{words.hello(begun.given_name)} {words.username(begun.username)}
				</p>
			)}
			<div role="alert">{error && <p class="note bad">{error}</p>}</div>
			{!begun && (
				<Button kind="primary" big onPress={() => void start()}>
					{words.start}
				</Button>
			)}
			{begun && password === "" && (
				<SetupPassword username={begun.username} onChosen={choose} />
			)}
			{begun?.totp && password !== "" && (
				<SetupTotp begun={begun} onCode={(code) => void finish(password, code)} />
			)}
		</div>
	);
}
