// SPDX-License-Identifier: MPL-2.0
// *Overtag* with its purpose, and *Giv videre* to a colleague of the team.
import { useEffect, useState } from "preact/hooks";
import { handOver, listColleagues, takeOver } from "../desk";
import type { Person } from "../model/http";
import { state, t } from "../store";
import { Button } from "./Button";
import { Choice } from "./Choice";
import { closeDialog, Dialog } from "./Dialog";

type Purpose = "absence" | "agreed" | "urgent";

function Buttons({ words, disabled }: { words: string; disabled?: boolean }) {
	return (
		<div class="row">
			<Button kind="primary" submit disabled={disabled ?? false}>
				{words}
			</Button>
			<Button kind="quiet" onPress={closeDialog}>
				{t.value.app.cancel}
			</Button>
		</div>
	);
}

export function TakeOver({ id }: { id: string }) {
	const [purpose, setPurpose] = useState<Purpose>("absence");
	const words = t.value.transfer;
	const submit = (event: Event) => {
		event.preventDefault();
		void takeOver(id, purpose);
	};
	return (
		<Dialog title={words.takeTitle}>
			<form class="stack" onSubmit={submit}>
				<p>{words.takeLead}</p>
				<Choice
					name="purpose"
					label={words.purpose}
					value={purpose}
					options={[
						["absence", words.purposes.absence],
						["agreed", words.purposes.agreed],
						["urgent", words.purposes.urgent],
					]}
					onValue={setPurpose}
				/>
				<Buttons words={words.take} />
			</form>
		</Dialog>
	);
}

export function HandOver({ id }: { id: string }) {
	const [people, setPeople] = useState<Person[] | null>(null);
	const [to, setTo] = useState("");
	const words = t.value.transfer;
	useEffect(() => {
		void listColleagues().then((all) => {
			const others = all.filter((person) => person.id !== state.value.me?.id);
			setPeople(others);
			setTo(others[0]?.id ?? "");
		});
	}, []);
	const submit = (event: Event) => {
		event.preventDefault();
		const person = people?.find((one) => one.id === to);
		if (person) void handOver(id, person);
	};
	return (
		<Dialog title={words.handTitle}>
			<form class="stack" onSubmit={submit}>
				<p>{words.handLead}</p>
				{people?.length === 0 ? (
					<p class="note">{words.alone}</p>
				) : (
					<div class="field">
						<label for="colleague">{words.colleague}</label>
						<select
							id="colleague"
							value={to}
							onChange={(e) => setTo(e.currentTarget.value)}
						>
							{people?.map(({ id: key, name }) => (
								<option key={key} value={key}>
									{name}
								</option>
							))}
						</select>
					</div>
				)}
				<Buttons words={words.hand} disabled={to === ""} />
			</form>
		</Dialog>
	);
}
