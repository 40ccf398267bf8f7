// SPDX-License-Identifier: MPL-2.0
// The answers of docs/openapi.yaml that the citizen's page reads. Pure.
import { type Decoded, fields, flag, maybe, oneOf, text } from "./decode";
import {
	bookedForm,
	language,
	minutes,
	name,
	phase,
	seatId,
	time,
	twoDigits,
	way,
} from "./words";

export const peek = fields({
	org: fields({ name: text(200), phone: text(32) }),
	consultant: name,
	starts: time,
	minutes,
	booked_form: bookedForm,
	way,
	language,
	when: oneOf(["early", "now", "over"]),
	phase,
	pin: flag,
	late_minutes: minutes,
	call: fields({ number: text(32), last2: twoDigits, asked: flag }),
	now: time,
	trial: flag,
});
export type Peek = Decoded<typeof peek>;

export const redeemed = fields({ seat: seatId, peek });

export const callMe = fields({ last2: twoDigits, given: flag, asked: flag });

export const nothing = fields({});

/** The body of every answer that is not 200. */
export const refusal = fields({
	error: text(64, 1),
	retry_after_s: maybe(minutes),
	field: maybe(text(64)),
	starts: maybe(time),
});
