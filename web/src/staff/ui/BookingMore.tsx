// SPDX-License-Identifier: MPL-2.0
// The choices that most bookings leave as they are. Opens by itself when one of them is
// not the usual, or is wrong.
import { t } from "../store";
import { type FieldsProps, faultWords } from "./BookingFields";
import { Choice } from "./Choice";
import { Field } from "./Field";

export function BookingMore({ draft, faults, onDraft }: FieldsProps) {
	const words = t.value.book;
	const unusual =
		draft.case_ref !== "" ||
		draft.way !== "speech" ||
		draft.language !== "da" ||
		draft.pin ||
		draft.contact_phone !== "" ||
		faults.case_ref !== undefined ||
		faults.contact_phone !== undefined;
	return (
		<details class="fold" open={unusual}>
			<summary>{words.more}</summary>
			<div class="stack">
				<div class="two">
					<Field
						name="case_ref"
						label={words.caseRef}
						value={draft.case_ref}
						optional
						maxLength={64}
						autocomplete="off"
						help={words.caseRefHelp}
						wrong={faultWords(faults, "case_ref")}
						onValue={(case_ref) => onDraft({ case_ref })}
					/>
					<Field
						name="contact_phone"
						type="tel"
						label={words.contactPhone}
						value={draft.contact_phone}
						optional
						autocomplete="off"
						help={words.contactPhoneHelp}
						wrong={faultWords(faults, "contact_phone")}
						onValue={(contact_phone) => onDraft({ contact_phone })}
					/>
				</div>
				<div class="two">
					<Choice
						name="way"
						label={words.way}
						value={draft.way}
						options={[
							["speech", words.ways.speech],
							["writing", words.ways.writing],
							["sign", words.ways.sign],
						]}
						onValue={(way) => onDraft({ way })}
					/>
					<Choice
						name="language"
						label={words.language}
						value={draft.language}
						options={[
							["da", words.languages.da],
							["en", words.languages.en],
						]}
						onValue={(language) => onDraft({ language })}
					/>
				</div>
				<label class="check">
					<input
						type="checkbox"
						checked={draft.pin}
						onChange={(event) => onDraft({ pin: event.currentTarget.checked })}
					/>
					<span>
						{words.pin}
						<span class="muted small block">{words.pinHelp}</span>
					</span>
				</label>
			</div>
		</details>
	);
}
