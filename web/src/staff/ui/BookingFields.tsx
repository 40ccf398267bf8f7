// SPDX-License-Identifier: MPL-2.0
// The fields of a booking: when, how, who; the rare ones behind *Flere valg*.
import type { Draft, Faults } from "../model/booking";
import { t } from "../store";
import { BookingMore } from "./BookingMore";
import { Choice } from "./Choice";
import { Field } from "./Field";

export interface FieldsProps {
	draft: Draft;
	faults: Faults;
	onDraft: (to: Partial<Draft>) => void;
}
interface Props extends FieldsProps {
	atOnce: boolean;
	last2: string;
}

export function faultWords(faults: Faults, key: keyof Draft): string | undefined {
	const wrong = faults[key];
	return wrong && t.value.book[wrong];
}

function When({ draft, faults, onDraft }: FieldsProps) {
	const words = t.value.book;
	return (
		<div class="three">
			<Field
				name="day"
				type="date"
				label={words.date}
				value={draft.day}
				wrong={faultWords(faults, "day")}
				onValue={(day) => onDraft({ day })}
			/>
			<Field
				name="clock"
				type="time"
				label={words.time}
				value={draft.clock}
				step={300}
				onValue={(clock) => onDraft({ clock })}
			/>
			<Field
				name="minutes"
				type="number"
				label={words.length}
				value={draft.minutes}
				min={5}
				max={240}
				step={5}
				wrong={faultWords(faults, "minutes")}
				onValue={(minutes) => onDraft({ minutes })}
			/>
		</div>
	);
}

function How({ draft, faults, onDraft, atOnce }: FieldsProps & { atOnce: boolean }) {
	const words = t.value.book;
	const { form } = t.value;
	return (
		<div class="two">
			<Choice
				name="form"
				label={words.form}
				value={draft.form}
				options={[
					["video", form.video],
					["phone", form.phone],
				]}
				onValue={(to) => onDraft({ form: to })}
			/>
			<Choice
				name="chosen_by"
				label={words.chosenBy}
				value={draft.chosen_by}
				required
				autofocus={atOnce}
				wrong={faultWords(faults, "chosen_by")}
				options={[
					["citizen", words.citizen],
					["authority", words.authority],
				]}
				onValue={(to) => onDraft({ chosen_by: to })}
			/>
		</div>
	);
}

export function BookingFields({ draft, faults, onDraft, atOnce, last2 }: Props) {
	const words = t.value.book;
	const part = { draft, faults, onDraft };
	return (
		<>
			{!atOnce && <When {...part} />}
			<How {...part} atOnce={atOnce} />
			<div class="two">
				<Field
					name="phone"
					type="tel"
					label={words.phone}
					value={draft.phone}
					optional
					autocomplete="off"
					help={last2 ? words.phoneKeep(last2) : words.phoneHelp}
					wrong={faultWords(faults, "phone")}
					onValue={(phone) => onDraft({ phone })}
				/>
				<Field
					name="label"
					label={words.label}
					value={draft.label}
					optional
					maxLength={80}
					autocomplete="off"
					help={words.labelHelp}
					wrong={faultWords(faults, "label")}
					onValue={(label) => onDraft({ label })}
				/>
			</div>
			<BookingMore {...part} />
		</>
	);
}
