// SPDX-License-Identifier: MPL-2.0
// Says the live state of a meeting in words, and how loudly. Pure: text table in, words out.
import type { LiveCard } from "../../protocol/staff";
import type { StaffText } from "../../text/staff.da";
import type { Card } from "./http";

type Tone = "plain" | "calm" | "warm" | "good";
export interface Words {
	tone: Tone;
	/** The one thing to know. */
	main: string;
	/** Since when, or what was seen last; may be empty. */
	more: string;
}

type Guest = Pick<
	LiveCard["guests"][number],
	"step" | "hidden" | "here" | "place" | "new_device" | "kind"
>;

/** Where a guest stands: the step, unless the screen is off or the page is gone. */
export function guestWords(guest: Guest, t: StaffText): string {
	if (guest.kind === "phone")
		return guest.place === "lobby" ? t.live.callsIn : t.live.onPhone;
	if (!guest.here) return t.live.away;
	if (guest.hidden) return t.live.hidden;
	return stepWords(guest.step, t);
}

/** How sure it is who that is; a telephone came by a number, not by a link. */
export function identityWords(
	{
		kind,
		known,
		level,
	}: { kind: Guest["kind"]; known?: boolean | undefined; level: number },
	t: StaffText,
): string {
	const words = t.talk;
	if (kind === "browser" || level > 1) return words.level(level);
	return known ? words.unverified : words.byDigits;
}

export function stepWords(step: Guest["step"], t: StaffText): string {
	return step === "none" ? t.live.notYet : t.live[step];
}

/** Somebody sits in the lobby and can be admitted. */
export function waits(live: LiveCard | undefined): boolean {
	return live?.guests.some((g) => g.place === "lobby" && g.here) ?? false;
}

/** Who waits has come by telephone. */
export function ringsIn(live: LiveCard): boolean {
	return live.guests.some((g) => g.place === "lobby" && g.kind === "phone");
}

/** The consultant is wanted now: somebody waits, or asks to be called. */
export function wants(live: LiveCard | undefined): boolean {
	return waits(live) || live?.call === "asked";
}

export function cardWords(
	card: Card,
	live: LiveCard | undefined,
	t: StaffText,
	clock: (ms: number) => string,
): Words {
	if (card.state === "cancelled")
		return { tone: "plain", main: t.live.cancelled, more: "" };
	if (card.state === "ended" || live?.phase === "ended")
		return {
			tone: "plain",
			main: card.outcome ? t.outcome[card.outcome] : t.live.ended,
			more: "",
		};
	if (!live) return { tone: "plain", main: t.live.notYet, more: "" };
	return liveWords(live, t, clock);
}

function liveWords(live: LiveCard, t: StaffText, clock: (ms: number) => string): Words {
	const waiting = live.guests.find((g) => g.place === "lobby" && g.here);
	if (live.call === "asked") return { tone: "warm", main: t.live.callMe, more: "" };
	if (waiting)
		return {
			tone: "warm",
			main:
				waiting.new_device && waiting.kind === "browser"
					? t.live.newDevice
					: t.live.waiting(clock(waiting.since)),
			more: guestWords(waiting, t),
		};
	if (live.phase === "live") return { tone: "good", main: liveForm(live, t), more: "" };
	if (live.phase === "paused") return { tone: "warm", main: t.live.paused, more: "" };
	if (live.call === "announced" || live.call === "ringing" || live.call === "talking")
		return { tone: "calm", main: t.live.calling, more: "" };
	return absentWords(live, t, clock);
}

function liveForm(live: LiveCard, t: StaffText): string {
	return live.form === "none" ? t.live.live : t.live.liveForm(t.form[live.form]);
}

function absentWords(live: LiveCard, t: StaffText, clock: (ms: number) => string): Words {
	const seen =
		live.last_step === "none"
			? ""
			: t.live.lastSeen(stepWords(live.last_step, t), clock(live.last_seen));
	if (live.not_come) return { tone: "warm", main: t.live.notCome, more: seen };
	if (seen !== "") return { tone: "calm", main: t.live.away, more: seen };
	return { tone: "plain", main: t.live.notYet, more: "" };
}
