// SPDX-License-Identifier: MPL-2.0
// What the citizen's page sends and receives over the WebSocket. Pure.
import { type Ping, sharedKinds, type TalkOut } from "./common";
import { byKind, type Decoded, fields, flag, int, oneOf, text } from "./decode";
import {
	bookedForm,
	buildId,
	callState,
	form,
	health,
	type Language,
	meetingId,
	minutes,
	name,
	phase,
	place,
	type Step,
	time,
	twoDigits,
	way,
} from "./words";

export const citizenState = fields({
	meeting: meetingId,
	phase,
	starts: time,
	minutes,
	booked_form: bookedForm,
	form,
	way,
	place,
	level: int(0, 3),
	new_device: flag,
	consultant: fields({
		name,
		here: flag,
		late_minutes: int(0, 60),
		mic: flag,
		picture: flag,
		share: flag,
		health,
	}),
	call: fields({
		state: callState,
		digits: twoDigits,
		hidden_number: flag,
		last2: twoDigits,
		given: flag,
	}),
	sas: fields({ show: flag, confirmed: flag }),
	video_offered: flag,
});
export type CitizenState = Decoded<typeof citizenState>;

const ended = fields({
	from: time,
	to: time,
	receipt: text(32),
	outcome_kind: oneOf(["held", "other"]),
});
export type CitizenEnded = Decoded<typeof ended>;

export const toCitizen = byKind("type", {
	...sharedKinds,
	welcome: fields({ role: oneOf(["citizen"]), build: buildId, now: time }),
	state: citizenState,
	ended,
});
export type ToCitizen = Decoded<typeof toCitizen>;

export type FromCitizen =
	| {
			type: "hello";
			role: "citizen";
			seat: string;
			build: string;
			epoch: number;
			lang: Language;
	  }
	| Ping
	| { type: "step"; step: Step }
	| { type: "hidden"; hidden: boolean }
	| { type: "video" }
	| TalkOut;
