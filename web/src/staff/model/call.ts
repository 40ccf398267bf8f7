// SPDX-License-Identifier: MPL-2.0
// A call through the trunk as the page sees it: which step it is at and the one sentence
// for it. Pure; the broker's word is shown as it stands, nothing is guessed ahead.
import type { ConsultantState } from "../../protocol/staff";
import type { StaffText } from "../../text/staff.da";
import type { Talk } from "./talk";

export type Call = ConsultantState["call"];

/** Somebody is being rung, or on the telephone, through the trunk. */
export function isDialled(call: Call | undefined): boolean {
	return call !== undefined && (call.progress !== "none" || call.own_phone !== "none");
}

/** The talk runs over the line: it alone is heard and takes the microphone. */
export function onLine(talk: Talk | null): boolean {
	const call = talk?.seat?.call;
	return call !== undefined && call.line > 0 && call.progress === "talking";
}

/** What the call does now, or why the last one ended; "" when there is nothing to say. */
export function callWords(talk: Talk, t: StaffText): string {
	const call = talk.seat?.call;
	if (!call) return "";
	const words = t.dial;
	if (call.progress === "talking") return talkingWords(call, t);
	if (call.progress !== "none") return words.progress[call.progress];
	if (call.own_phone !== "none")
		return words.own[call.own_phone === "early" ? "ringing" : call.own_phone];
	if (call.reason === "none") return "";
	return talk.ownFailed && call.reason !== "cancelled"
		? words.ownFailed
		: words.reason[call.reason];
}

function talkingWords(call: Call, t: StaffText): string {
	const words = t.dial;
	if (call.held) return words.held;
	// Hers is on the button; theirs she could not undo, so it is said first.
	if (call.by_caller) return words.byCaller;
	return call.muted ? words.muted : t.phone.talking;
}

/** The call to her own telephone came to nothing: the reason is about hers. */
export function ownFailed(before: Call | undefined): boolean {
	const own = before?.own_phone ?? "none";
	return own !== "none" && own !== "talking" && before?.progress === "none";
}
