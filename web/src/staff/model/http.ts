// SPDX-License-Identifier: MPL-2.0
// The answers of docs/openapi.yaml that the staff pages read, as decoders and types. Pure.

import { server } from "../../protocol/common";
import {
	type Decoded,
	type Decoder,
	fields,
	flag,
	int,
	list,
	match,
	maybe,
	oneOf,
	text,
} from "../../protocol/decode";
import { liveCard, summary } from "../../protocol/staff";
import {
	bookedForm,
	chosenBy,
	language,
	meetingId,
	minutes,
	name,
	outcome,
	time,
	twoDigits,
	way,
} from "../../protocol/words";

const id = match(/^\d{1,16}$/);
const number8 = match(/^\d{8}$/);
const phoneText = text(32);
const org = fields({ name: text(200), phone: phoneText });

export const me = fields({
	id,
	name,
	team: text(200),
	roles: list(text(32), 8),
	idle_lock_minutes: int(0, 1440),
	org,
	timezone: text(64, 1),
	now: time,
	trial: flag,
	turn: flag,
	whole_screen: flag,
	totp: flag,
	recovery_left: int(0, 32),
});
export type Me = Decoded<typeof me>;

const person = fields({ id, name });
export type Person = Decoded<typeof person>;

/** A word of a list, or nothing. */
const outcomeOrNone: Decoder<Decoded<typeof outcome> | ""> = (value, at) =>
	value === "" ? "" : outcome(value, at);

export const card = fields({
	id: meetingId,
	version: int(0, Number.MAX_SAFE_INTEGER),
	number: number8,
	starts: time,
	minutes,
	form: bookedForm,
	chosen_by: chosenBy,
	way,
	language,
	label: text(320),
	case_ref: text(256),
	phone_last2: twoDigits,
	contact_phone: phoneText,
	pin: flag,
	contact_gone: flag,
	state: oneOf(["booked", "open", "live", "paused", "ended", "cancelled"]),
	outcome: outcomeOrNone,
	owner: person,
	mine: flag,
	live: maybe(liveCard),
});
export type Card = Decoded<typeof card>;

export const invitation = fields({
	link: text(512, 1),
	number: number8,
	pin: match(/^\d{6}$/),
	starts: time,
	minutes,
	form: bookedForm,
	language,
	org,
	consultant: name,
	call_number: phoneText,
	/** The number that a telephone calls to come in; empty without a trunk. */
	call_in: phoneText,
});
export type Invitation = Decoded<typeof invitation>;

export const colleagues = fields({ colleagues: list(person, 1000) });
export const someCards = fields({ cards: list(card, 1000), more: flag });
export const oneCard = fields({ card });
export const booked = fields({ card, invitation });
export const oneInvitation = fields({ invitation });
export const phoneNumber = fields({ phone: phoneText, given: flag });
export type PhoneNumber = Decoded<typeof phoneNumber>;

const callBack = fields({ id, masked: phoneText, created: time, team: text(200) });
export type CallBack = Decoded<typeof callBack>;
export const callBacks = fields({ callbacks: list(callBack, 1000) });
export const callBackNumber = fields({ phone: phoneText });

export const oneSummary = fields({ summary });
export const signedMinutes = fields({ minutes: text(8192, 1), receipt: text(32) });

export const setupStart = fields({
	username: text(64, 1),
	given_name: name,
	totp: flag,
	secret: text(128),
	uri: text(512),
});
export type SetupStart = Decoded<typeof setupStart>;
export const setupFinish = fields({ recovery: list(text(64, 1), 32) });

export const checkPlan = fields({
	servers: list(server, 8),
	policy: oneOf(["relay", "all"]),
});
export type CheckPlan = Decoded<typeof checkPlan>;

/** The body of a booking, new or changed. */
export interface Booking extends Record<string, unknown> {
	version?: number;
	now?: boolean;
	starts?: number;
	minutes: number;
	form: "video" | "phone";
	chosen_by: "citizen" | "authority";
	way: "speech" | "writing" | "sign";
	language: "da" | "en";
	label: string;
	case_ref: string;
	phone?: string;
	contact_phone: string;
	pin: boolean;
}
