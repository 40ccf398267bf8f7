// SPDX-License-Identifier: MPL-2.0
// The booking form as values: from a card, to the body of the API, and what is wrong with
// it before the server says so. Pure.
import type { Booking, Card } from "./http";
import { clockOf, dayOf, instantOf, nextQuarter } from "./time";

export interface Draft {
	day: string;
	clock: string;
	minutes: string;
	form: Booking["form"];
	/** A fact for the record: "" until somebody says so. */
	chosen_by: Booking["chosen_by"] | "";
	way: Booking["way"];
	language: Booking["language"];
	label: string;
	case_ref: string;
	phone: string;
	contact_phone: string;
	pin: boolean;
}

export type Wrong =
	| "chooseWho"
	| "cpr"
	| "phoneBad"
	| "timePast"
	| "timeBad"
	| "minutesBad";
export type Faults = Partial<Record<keyof Draft, Wrong>>;

export function newDraft(nowMs: number, day: string, zone: string): Draft {
	const proposal = nextQuarter(nowMs);
	const today = dayOf(nowMs, zone);
	const sameDay = day === today && dayOf(proposal, zone) === today;
	return {
		day: day < today ? today : day,
		clock: sameDay || day < today ? clockOf(proposal, zone) : "09:00",
		minutes: "30",
		form: "video",
		chosen_by: "",
		way: "speech",
		language: "da",
		label: "",
		case_ref: "",
		phone: "",
		contact_phone: "",
		pin: false,
	};
}

export function draftOf(card: Card, zone: string): Draft {
	return {
		day: dayOf(card.starts, zone),
		clock: clockOf(card.starts, zone),
		minutes: String(card.minutes),
		form: card.form,
		chosen_by: card.chosen_by,
		way: card.way,
		language: card.language,
		label: card.label,
		case_ref: card.case_ref,
		phone: "",
		contact_phone: card.contact_phone,
		pin: card.pin,
	};
}

/** Blanks, dots, dashes and slashes, as they come out of a keyboard or a copied letter. */
const GAP = "[\\s./\\-\u2000-\u2015\u2212\uff0d-\uff0f]";
const CPR = new RegExp(`^(\\d\\d)(${GAP}*)(\\d\\d)(${GAP}*)\\d\\d${GAP}*\\d{4}(?!\\d)`);
const DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * A CPR number as people write one, by the rule of the server's field.h; both are held to
 * tests/fixtures/cpr.json.
 */
export function looksLikeCpr(text: string): boolean {
	const plain = text.replace(/[\uff10-\uff19]/g, (digit) => digit.normalize("NFKC"));
	return [...plain.matchAll(/\d+/g)].some(({ index }) => {
		const [all, day, gap, month, after] = CPR.exec(plain.slice(index)) ?? [];
		return all !== undefined && !gap === !after && isDate(Number(day), Number(month));
	});
}

/** Replacement numbers add 60 to the day; the 29th of February exists in some year. */
function isDate(day: number, month: number): boolean {
	const real = day > 60 ? day - 60 : day;
	return real >= 1 && real <= (DAYS[month] ?? 0);
}

/** A Danish number of eight digits, with or without +45, spaces aside. */
export function isDanishPhone(text: string): boolean {
	return /^(?:\+45|0045)?[2-9]\d{7}$/.test(text.replace(/[\s.-]/g, ""));
}

interface CheckOptions {
	zone: string;
	nowMs: number;
	/** A meeting that starts now has no time of its own. */
	now: boolean;
	/** What a saved meeting starts at; unchanged it may be past. */
	was?: number;
}

export function faultsOf(draft: Draft, options: CheckOptions): Faults {
	const faults: Faults = {};
	if (!options.now) {
		const starts = instantOf(draft.day, draft.clock, options.zone);
		if (starts === null) faults.day = "timeBad";
		else if (starts < options.nowMs - 60_000 && starts !== options.was)
			faults.day = "timePast";
	}
	const minutes = Number(draft.minutes);
	if (!Number.isInteger(minutes) || minutes < 5 || minutes > 240)
		faults.minutes = "minutesBad";
	if (draft.chosen_by === "") faults.chosen_by = "chooseWho";
	if (draft.phone.trim() !== "" && !isDanishPhone(draft.phone)) faults.phone = "phoneBad";
	if (draft.contact_phone.trim() !== "" && !isDanishPhone(draft.contact_phone))
		faults.contact_phone = "phoneBad";
	if (looksLikeCpr(draft.label)) faults.label = "cpr";
	if (looksLikeCpr(draft.case_ref)) faults.case_ref = "cpr";
	return faults;
}

/** What the server refused, put beside its field. */
export function faultOfAnswer(code: string, field: string): Faults {
	const key = field as keyof Draft;
	switch (code) {
		case "cpr_in_field":
			return { [field === "case_ref" ? "case_ref" : "label"]: "cpr" };
		case "phone_bad":
			return { [key === "contact_phone" ? "contact_phone" : "phone"]: "phoneBad" };
		case "time_past":
			return { day: "timePast" };
		case "bad_request":
			return key === "minutes" ? { minutes: "minutesBad" } : {};
		default:
			return {};
	}
}

interface BodyOptions {
	zone: string;
	now: boolean;
	/** Of the card that is changed. */
	version?: number;
}

export function bodyOf(draft: Draft, options: BodyOptions): Booking {
	const starts = options.now ? null : instantOf(draft.day, draft.clock, options.zone);
	const changed = options.version !== undefined;
	const phone = draft.phone.trim();
	return {
		...(changed ? { version: options.version } : {}),
		...(options.now ? { now: true } : {}),
		...(starts === null ? {} : { starts }),
		minutes: Number(draft.minutes),
		form: draft.form,
		chosen_by: draft.chosen_by,
		way: draft.way,
		language: draft.language,
		label: draft.label.trim(),
		case_ref: draft.case_ref.trim(),
		// In a change an absent number means: keep it.
		...(phone === "" && changed ? {} : { phone }),
		contact_phone: draft.contact_phone.trim(),
		pin: draft.pin,
	} as Booking;
}
