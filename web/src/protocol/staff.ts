// SPDX-License-Identifier: MPL-2.0
// What the staff pages send and receive over the WebSocket. Pure.
import { type Ping, sdp, server, sharedKinds, type TalkOut } from "./common";
import {
	byKind,
	type Decoded,
	fields,
	flag,
	int,
	list,
	maybe,
	oneOf,
	text,
} from "./decode";
import {
	alert,
	bookedForm,
	buildId,
	callFrom,
	callReason,
	callState,
	chosenBy,
	entry,
	form,
	guestKind,
	health,
	meetingId,
	minutes,
	type Outcome,
	outcome,
	phase,
	place,
	progress,
	refusedCode,
	step,
	time,
	twoDigits,
	way,
} from "./words";

const guest = {
	entry,
	place,
	here: flag,
	step,
	hidden: flag,
	since: time,
	new_device: flag,
	kind: guestKind,
	/** Of a phone: the number alone brought it here. */
	known: maybe(flag),
};

/** The number of a line to the telephone gateway; 0 is none. */
const lineNumber = int(0, 0xffffffff);

export const liveCard = fields({
	phase,
	form,
	guests: list(fields(guest), 64),
	consultant_here: flag,
	call: callState,
	last_step: step,
	last_seen: time,
	not_come: flag,
});
export type LiveCard = Decoded<typeof liveCard>;

const consultantState = fields({
	meeting: meetingId,
	phase,
	starts: time,
	minutes,
	booked_form: bookedForm,
	form,
	way,
	started: maybe(time),
	guests: list(
		fields({
			...guest,
			level: int(0, 3),
			mic: flag,
			picture: flag,
			share: flag,
			health,
		}),
		64,
	),
	call: fields({
		state: callState,
		digits: twoDigits,
		hidden_number: flag,
		from: callFrom,
		last2: twoDigits,
		given: flag,
		given_number: maybe(text(32)),
		attempts: int(0, 10_000),
		trunk: flag,
		line: lineNumber,
		progress,
		reason: callReason,
		muted: flag,
		held: flag,
		by_caller: flag,
		by_key: flag,
		hand: flag,
		own_phone: progress,
		has_own_phone: flag,
		auto_at: time,
	}),
	sas: fields({ show: flag, confirmed: flag }),
	video_asked: flag,
	offer_call: flag,
	not_come: flag,
	overtime: flag,
	outcomes: list(outcome, 16),
	late_minutes: int(0, 60),
});
export type ConsultantState = Decoded<typeof consultantState>;

export const summary = fields({
	outcome,
	from: time,
	to: time,
	level: int(0, 3),
	chosen_by: chosenBy,
	minutes: fields({ video: minutes, audio: minutes, phone: minutes }),
	stated: list(form, 4),
	receipt: text(32),
});
export type Summary = Decoded<typeof summary>;

export const toStaff = byKind("type", {
	...sharedKinds,
	welcome: fields({
		role: oneOf(["staff"]),
		build: buildId,
		now: time,
		user: text(32),
		idle_lock_minutes: int(0, 1440),
	}),
	state: consultantState,
	card: fields({ meeting: meetingId, live: liveCard, alert }),
	day_changed: fields({}),
	left: fields({ meeting: meetingId }),
	refused: fields({ of: text(32), code: refusedCode }),
	line_start: fields({
		meeting: meetingId,
		line: lineNumber,
		policy: oneOf(["relay", "all"]),
		servers: list(server, 8),
	}),
	line: fields({ meeting: meetingId, line: lineNumber, sdp }),
	ended: fields({ summary }),
});
export type ToStaff = Decoded<typeof toStaff>;
export type LineStart = Extract<ToStaff, { type: "line_start" }>;

export type PhoneEvent =
	| { event: "open"; from: "work" | "switchboard" | "hidden" }
	| { event: "dial"; to: "browser" | "own_phone" }
	| { event: "mute" | "hold"; on: boolean }
	| {
			event:
				| "ringing"
				| "answered"
				| "no_answer"
				| "wrong_person"
				| "is_citizen"
				| "cancel"
				| "accept_number"
				| "decline_number"
				| "hung_up";
	  };

export type FromStaff =
	| { type: "hello"; role: "staff"; build: string }
	| Ping
	| { type: "enter"; meeting: string; epoch: number; line?: number }
	| { type: "leave" }
	| { type: "admit"; entry: number }
	| { type: "remove"; entry: number }
	| { type: "late"; minutes: number; meeting: string }
	| { type: "sas_show"; show: boolean }
	| { type: "sas_ok"; epoch: number }
	| ({ type: "phone" } & PhoneEvent)
	| { type: "line"; line: number; sdp: string }
	| { type: "line_broken"; line: number }
	| { type: "video" }
	| { type: "end"; outcome: Outcome }
	| TalkOut;
