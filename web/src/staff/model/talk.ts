// SPDX-License-Identifier: MPL-2.0
// One meeting that the consultant has open, as her page sees it: what the broker last said,
// what the media do, and what she did meanwhile. Pure; `state.ts` calls it.

import type { Link } from "../../media/talk";
import type { ConsultantState, PhoneEvent, Summary } from "../../protocol/staff";
import type { CallState, Health, RefusedCode, Rung } from "../../protocol/words";
import { isDialled, ownFailed } from "./call";
import type { PhoneNumber } from "./http";

export type Panel = "guest" | "phone" | "text" | "code" | "devices";
export type Offer =
	| "given"
	| "auto"
	| "asked"
	| "videoAsked"
	| "dead"
	| "notCome"
	| "overtime"
	| "headset";

export interface Line {
	mine: boolean;
	text: string;
}

export interface Talk {
	meeting: string;
	/** Null until the broker answered `enter`, and again while it is away. */
	seat: ConsultantState | null;
	/** The broker holds our seat; false from a loss until the state after the next `enter`. */
	entered: boolean;
	panel: Panel;
	mic: boolean;
	camera: boolean;
	sharing: boolean;
	/** Why microphone or camera cannot be used, by the browser's word; null is fine. */
	micFault: "refused" | "missing" | "busy" | null;
	cameraFault: boolean;
	/** The connection between the two: none before the first `start`. */
	media: Link;
	health: Health;
	/** Media have been dead long enough, by this page's own eyes, to offer the telephone. */
	dead: boolean;
	rung: Rung;
	code: string;
	codeUnsafe: boolean;
	lineOpen: boolean;
	lines: Line[];
	unread: boolean;
	number: PhoneNumber | null;
	numberShown: boolean;
	from: "work" | "switchboard" | "hidden";
	/** She would rather use a telephone of her own than the trunk. */
	byHand: boolean;
	/** The last call through the trunk ended at her own telephone. */
	ownFailed: boolean;
	/** Telephone events pressed while the broker was away, in order. */
	unsent: PhoneEvent[];
	dismissed: Offer[];
	headset: { id: string; label: string } | null;
	ending: boolean;
	summary: Summary | null;
	refused: RefusedCode | null;
}

export function newTalk(meeting: string): Talk {
	return {
		meeting,
		seat: null,
		entered: false,
		panel: "guest",
		mic: true,
		camera: false,
		sharing: false,
		micFault: null,
		cameraFault: false,
		media: "none",
		health: "good",
		dead: false,
		rung: "video",
		code: "",
		codeUnsafe: false,
		lineOpen: false,
		lines: [],
		unread: false,
		number: null,
		numberShown: false,
		from: "work",
		byHand: false,
		ownFailed: false,
		unsent: [],
		dismissed: [],
		headset: null,
		ending: false,
		summary: null,
		refused: null,
	};
}

export type TalkAction =
	| { do: "seat"; seat: ConsultantState }
	| { do: "away" }
	| { do: "set"; to: Partial<Talk> }
	| { do: "panel"; panel: Panel }
	| { do: "line"; line: Line }
	| { do: "phone"; event: PhoneEvent }
	| { do: "sent" }
	| { do: "dismiss"; offer: Offer }
	| { do: "ended"; summary: Summary };

const LINES_MAX = 500;

export function reduceTalk(talk: Talk, action: TalkAction): Talk {
	switch (action.do) {
		case "seat":
			return seated(talk, action.seat);
		case "away":
			return { ...talk, entered: false };
		case "set":
			return { ...talk, ...action.to };
		case "panel":
			return {
				...talk,
				panel: action.panel,
				unread: action.panel !== "text" && talk.unread,
			};
		case "line": {
			const lines = [...talk.lines, action.line].slice(-LINES_MAX);
			return { ...talk, lines, unread: !action.line.mine && talk.panel !== "text" };
		}
		case "phone":
			return { ...talk, unsent: [...talk.unsent, action.event] };
		case "sent":
			return { ...talk, unsent: [] };
		case "dismiss":
			return { ...talk, dismissed: [...talk.dismissed, action.offer] };
		case "ended":
			return { ...newTalk(talk.meeting), seat: talk.seat, summary: action.summary };
		default:
			return never(action);
	}
}

function seated(talk: Talk, seat: ConsultantState): Talk {
	const still = (offer: Offer) => offerHolds(offer, talk, seat);
	const gone = !seat.call.given_number && talk.seat?.call.given_number;
	const on = isDialled(seat.call);
	return {
		...talk,
		seat,
		entered: true,
		refused: null,
		byHand: talk.byHand && !on,
		ownFailed: !on && (talk.ownFailed || ownFailed(talk.seat?.call)),
		// An offer that went away may be made again, however it was answered the first time.
		dismissed: talk.dismissed.filter(still),
		// Accepted or declined, the number to call may be another one.
		...(gone ? { number: null, numberShown: false } : {}),
		...(seat.call.from === "none" ? {} : { from: seat.call.from }),
	};
}

function offerHolds(offer: Offer, talk: Talk, seat: ConsultantState | null): boolean {
	if (offer === "headset") return talk.headset !== null;
	if (!seat) return false;
	const { call } = seat;
	const calling = inCall(callNow(talk, seat));
	switch (offer) {
		case "given":
			return Boolean(call.given_number);
		case "auto":
			return call.auto_at > 0 && !calling;
		case "asked":
			return call.state === "asked" && !calling;
		case "videoAsked":
			return seat.video_asked;
		case "dead":
			return !calling && seat.form !== "phone" && mediaDead(talk, seat);
		case "notCome":
			return seat.not_come && !calling;
		case "overtime":
			return seat.overtime;
		default:
			return never(offer);
	}
}

/** `offer_call` of the broker also covers *asked* and *not_come*, which have own offers. */
function mediaDead(talk: Talk, seat: ConsultantState): boolean {
	if (seat.not_come || seat.call.state === "asked") return false;
	const someone = seat.guests.some((g) => g.place === "admitted");
	return someone && (seat.offer_call || (talk.media !== "none" && talk.dead));
}

const OFFERS: readonly Offer[] = [
	"given",
	"auto",
	"asked",
	"videoAsked",
	"dead",
	"notCome",
	"overtime",
	"headset",
];

/** Why a call would be placed; said by `auto` in one where it places itself. */
const CALLS: readonly Offer[] = ["asked", "dead", "notCome"];

/** What to offer now, most urgent first, without what she has put aside. */
export function offersOf(talk: Talk): Offer[] {
	const auto = offerHolds("auto", talk, talk.seat);
	return OFFERS.filter(
		(offer) =>
			offerHolds(offer, talk, talk.seat) &&
			!talk.dismissed.includes(offer) &&
			!(auto && CALLS.includes(offer)),
	);
}

/** The table of docs/protocol.md 6.1, so that the panel goes on while the broker is away. */
export function callAfter(call: CallState, event: PhoneEvent["event"]): CallState {
	switch (event) {
		case "open":
		case "dial":
			return "announced";
		case "ringing":
		case "answered":
			return "ringing";
		case "no_answer":
		case "wrong_person":
			return "missed";
		case "is_citizen":
			return "talking";
		case "cancel":
		case "hung_up":
			return "none";
		case "accept_number":
		case "decline_number":
		case "mute":
		case "hold":
			return call;
		default:
			return never(event);
	}
}

/** The call as the panel shows it: the broker's word and then what it has not heard yet. */
export function callNow(talk: Talk, seat = talk.seat): CallState {
	return talk.unsent.reduce(
		(call, { event }) => callAfter(call, event),
		seat?.call.state ?? "none",
	);
}

export function inCall(call: CallState): boolean {
	return call === "announced" || call === "ringing" || call === "talking";
}

export function isByPhone(talk: Talk): boolean {
	return callNow(talk) === "talking" || talk.seat?.form === "phone";
}

/** Who is inside: of a browser and a telephone of the same citizen the browser. */
export function admitted(talk: Talk) {
	const inside = talk.seat?.guests.filter((g) => g.place === "admitted") ?? [];
	return inside.find((g) => g.kind === "browser") ?? inside[0];
}

/** Somebody can be shown to: a browser is inside and its page open. */
export function mayShow(talk: Talk): boolean {
	const guest = admitted(talk);
	return guest?.kind === "browser" && guest.here;
}

/** The panel of the trunk: where there is one, she can reach it, and wants it. */
export function usesTrunk(talk: Talk): boolean {
	const call = talk.seat?.call;
	if (isDialled(call)) return true;
	const manual = talk.byHand || !talk.entered || inCall(callNow(talk));
	return (call?.trunk ?? false) && !manual;
}

function inLobby(talk: Talk) {
	return talk.seat?.guests.filter((g) => g.place === "lobby") ?? [];
}

/** Whom the citizen's tile shows while nobody is admitted: somebody who is here, if any. */
export function atTheDoor(talk: Talk) {
	const guests = inLobby(talk);
	return guests.find((g) => g.here) ?? guests[0];
}

type Privacy = "none" | "encrypted" | "confirmed" | "phone";
export function privacyOf(talk: Talk): Privacy {
	if (isByPhone(talk)) return "phone";
	if (talk.media !== "connected") return "none";
	return talk.seat?.sas.confirmed ? "confirmed" : "encrypted";
}

function never(value: never): never {
	throw new Error(`unreachable: ${String(value)}`);
}
