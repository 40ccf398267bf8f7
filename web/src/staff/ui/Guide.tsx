// SPDX-License-Identifier: MPL-2.0
// The one-page guide for the citizen, in the citizen's language, on the screen as it comes
// out of the printer.
import { useEffect, useState } from "preact/hooks";
import { fetchInvitation } from "../desk";
import { type Language, loadWords, state, t, tables } from "../store";
import { Button } from "./Button";
import { Choice } from "./Choice";
import { GuideSheet } from "./GuideSheet";
import { Heading } from "./Heading";

export function Guide({ id }: { id: string }) {
	useEffect(() => void fetchInvitation(id), [id]);
	const known = state.value.invitation;
	const invitation = known?.id === id ? known.invitation : undefined;
	const [chosen, setChosen] = useState<Language | null>(null);
	const language = chosen ?? invitation?.language ?? "da";
	useEffect(() => {
		void loadWords(language).then((found) => found || setChosen("da"));
	}, [language]);
	const words = t.value.guide;
	return (
		<div class="stack guide">
			<div class="row apart unprinted">
				<Heading title={t.value.invite.guide} />
				<Choice
					bare
					name="guide-language"
					label={words.language}
					value={language}
					options={[
						["da", "Dansk"],
						["en", "English"],
					]}
					onValue={setChosen}
				/>
				<div class="row">
					<Button kind="primary" icon="print" onPress={() => print()}>
						{t.value.app.print}
					</Button>
					<Button kind="quiet" onPress={() => history.back()}>
						{t.value.app.back}
					</Button>
				</div>
			</div>
			{invitation && tables.value[language] && (
				<GuideSheet invitation={invitation} language={language} />
			)}
		</div>
	);
}
