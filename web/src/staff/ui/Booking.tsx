// SPDX-License-Identifier: MPL-2.0
// Makes, edits or moves a meeting. Native controls; what is wrong stands by its field and
// the first of them gets the focus. Nothing is kept outside this component.
import { useRef, useState } from "preact/hooks";
import { book, change } from "../desk";
import {
	bodyOf,
	type Draft,
	draftOf,
	type Faults,
	faultOfAnswer,
	faultsOf,
	newDraft,
} from "../model/booking";
import { goInstead, now, state, t, zone } from "../store";
import { BookingFields } from "./BookingFields";
import { Button } from "./Button";
import { Heading } from "./Heading";
import { errorWords } from "./Notices";

interface Props {
	id: string | undefined;
	atOnce: boolean;
}

export function Booking({ id, atOnce }: Props) {
	const card = id === undefined ? undefined : state.value.cards[id];
	const [draft, setDraft] = useState<Draft>(() =>
		card ? draftOf(card, zone.value) : newDraft(now.value, state.value.day, zone.value),
	);
	const [faults, setFaults] = useState<Faults>({});
	const [error, setError] = useState("");
	const form = useRef<HTMLFormElement>(null);
	const words = t.value.book;
	const title = atOnce ? words.nowTitle : card ? words.editTitle : words.newTitle;
	const show = (found: Faults) => {
		setFaults(found);
		requestAnimationFrame(() =>
			form.current
				?.querySelector<HTMLElement>("[aria-invalid], .field:has(> .wrong) input")
				?.focus(),
		);
	};
	const submit = async (event: Event) => {
		event.preventDefault();
		setError("");
		const options = { zone: zone.value, now: atOnce };
		const checks = {
			...options,
			nowMs: now.value,
			...(card ? { was: card.starts } : {}),
		};
		const found = faultsOf(draft, checks);
		if (Object.keys(found).length > 0) return show(found);
		setFaults({});
		const body = bodyOf(draft, {
			...options,
			...(card ? { version: card.version } : {}),
		});
		const refusal = card ? await change(card.id, body) : await book(body);
		if (!refusal) return;
		const newest = card && state.value.cards[card.id];
		if (refusal.code === "changed" && newest) setDraft(draftOf(newest, zone.value));
		const wrong = faultOfAnswer(refusal.code, refusal.field);
		if (Object.keys(wrong).length > 0) return show(wrong);
		setError(errorWords(refusal.code, refusal.retryAfterS));
	};
	return (
		<form
			class="sheet booking stack"
			ref={form}
			noValidate
			onSubmit={(e) => void submit(e)}
		>
			<Heading title={title} quiet={atOnce} />
			<div role="alert">
				{error && <p class="note bad">{error}</p>}
				{Object.keys(faults).length > 0 && <p class="note bad">{words.errorTitle}</p>}
			</div>
			<BookingFields
				draft={draft}
				faults={faults}
				atOnce={atOnce}
				last2={card?.phone_last2 ?? ""}
				onDraft={(to) => setDraft({ ...draft, ...to })}
			/>
			<div class="row">
				<Button kind="primary" big submit>
					{atOnce ? words.createNow : card ? words.save : words.create}
				</Button>
				<Button kind="quiet" onPress={() => goInstead({ at: "day" })}>
					{t.value.app.cancel}
				</Button>
			</div>
		</form>
	);
}
