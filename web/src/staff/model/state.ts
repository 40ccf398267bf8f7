// SPDX-License-Identifier: MPL-2.0
//
// The whole state of the staff pages and the one function that changes it. Pure: no clock,
// no network, no DOM; `app.ts` holds the value in a signal and does what it leads to.
//
//   boot → setup | signIn → day ⇄ booking, invite, guide, check, talk → summary → day
import type { ConsultantState, LiveCard, Summary } from "../../protocol/staff";
import { isDialled } from "./call";
import type { CallBack, Card, Invitation, Me } from "./http";
import { newTalk, reduceTalk, type Talk, type TalkAction } from "./talk";
import { wants } from "./words";

/** What is on the screen. Kept in history.state, so that a reload comes back to it. */
export type View =
	| { at: "boot" }
	| { at: "setup"; token: string }
	| { at: "signIn" }
	| { at: "day" }
	| { at: "booking"; id?: string; now?: boolean }
	| { at: "invite"; id: string }
	| { at: "guide"; id: string }
	| { at: "talk"; id: string }
	| { at: "check" };

export type Link = "off" | "connecting" | "open" | "away" | "taken_over" | "broken";

export type Dialog =
	| { is: "keys" }
	| { is: "takeOver"; id: string }
	| { is: "handOver"; id: string }
	| { is: "newLink"; id: string }
	| { is: "end" | "hangUp" }
	| { is: "leave"; id: string }
	| { is: "remove"; entry: number };

export type Notice =
	| { is: "error"; code: string; seconds: number }
	| { is: "cancelled"; id: string; version: number }
	| { is: "restored" | "saved" | "taken" }
	| { is: "handed"; name: string }
	| { is: "left" | "signedOut" | "signInAgain" };

export interface State {
	view: View;
	me: Me | null;
	locked: boolean;
	day: string;
	whose: "mine" | "team";
	/** The ids of the shown day, in order; null while it loads. */
	list: string[] | null;
	/** The ids that a search found; null outside a search. */
	found: string[] | null;
	/** The own meetings of today, for *Næste* and for who else waits. */
	today: string[];
	cards: Record<string, Card>;
	live: Record<string, LiveCard>;
	/** When each of them came; milliseconds of a clock that never jumps. */
	liveMs: Record<string, number>;
	/** Who tried to call in and is to be called back. */
	callbacks: CallBack[];
	/** The shown list was cut off. */
	more: boolean;
	link: Link;
	/** Another build is served: reload as soon as nothing is interrupted by it. */
	outdated: boolean;
	online: boolean;
	dialog: Dialog | null;
	notice: Notice | null;
	invitation: { id: string; invitation: Invitation } | null;
	talk: Talk | null;
}

export const initial: State = {
	view: { at: "boot" },
	me: null,
	locked: false,
	day: "",
	whose: "mine",
	list: null,
	found: null,
	today: [],
	cards: {},
	live: {},
	liveMs: {},
	callbacks: [],
	more: false,
	link: "off",
	outdated: false,
	online: true,
	dialog: null,
	notice: null,
	invitation: null,
	talk: null,
};

/** Cards that HTTP answered, and what they are the list of. */
interface Fetched {
	cards: Card[];
	as: "list" | "found" | "today" | "none";
	/** When they were asked for: a live state that came since then is newer. */
	askedMs: number;
	more?: boolean;
}

export type Action =
	| { do: "view"; view: View }
	| { do: "signedIn"; me: Me; day: string }
	| { do: "signedOut"; notice: Notice | null }
	| { do: "lock"; locked: boolean }
	| { do: "day"; day: string; whose: State["whose"] }
	| ({ do: "cards" } & Fetched)
	| { do: "callbacks"; callbacks: CallBack[] }
	| { do: "endSearch" }
	| { do: "live"; id: string; live: LiveCard; atMs: number }
	| { do: "outdated" }
	| { do: "link"; link: Link }
	| { do: "online"; online: boolean }
	| { do: "dialog"; dialog: Dialog | null }
	| { do: "notice"; notice: Notice | null }
	| { do: "invitation"; id: string; invitation: Invitation }
	| { do: "open"; id: string }
	| { do: "close" }
	| { do: "talk"; action: TalkAction }
	| { do: "seat"; seat: ConsultantState }
	| { do: "over"; summary: Summary };

export function reduce(state: State, action: Action): State {
	switch (action.do) {
		case "view":
			return { ...state, view: action.view, dialog: null };
		case "signedIn":
			return { ...state, me: action.me, day: action.day, locked: false, notice: null };
		case "signedOut":
			return { ...initial, view: { at: "signIn" }, notice: action.notice };
		case "lock":
			return action.locked
				? { ...state, locked: true, dialog: null, notice: null, invitation: null }
				: { ...state, locked: false };
		case "day":
			return { ...state, day: action.day, whose: action.whose, list: null, found: null };
		case "cards":
			return withCards(state, action);
		case "callbacks":
			return { ...state, callbacks: action.callbacks };
		case "endSearch":
			return { ...state, found: null };
		case "live":
			return {
				...state,
				live: { ...state.live, [action.id]: action.live },
				liveMs: { ...state.liveMs, [action.id]: action.atMs },
			};
		case "outdated":
			return { ...state, outdated: true };
		case "link":
			return linked(state, action.link);
		case "online":
			return { ...state, online: action.online };
		case "dialog":
			return { ...state, dialog: action.dialog };
		case "notice":
			return { ...state, notice: action.notice };
		case "invitation":
			return { ...state, invitation: { id: action.id, invitation: action.invitation } };
		case "open":
			return { ...state, talk: newTalk(action.id), view: { at: "talk", id: action.id } };
		case "close":
			return { ...state, talk: null, dialog: null };
		case "talk":
			return talked(state, action.action);
		case "seat":
			// A state for a meeting that was left meanwhile is old news.
			if (state.talk?.meeting !== action.seat.meeting) return state;
			return talked(state, { do: "seat", seat: action.seat });
		case "over":
			return { ...talked(state, { do: "ended", summary: action.summary }), dialog: null };
		default:
			return never(action);
	}
}

function talked(state: State, action: TalkAction): State {
	return state.talk ? { ...state, talk: reduceTalk(state.talk, action) } : state;
}

function linked(state: State, link: Link): State {
	const next = { ...state, link };
	return link === "open" ? next : talked(next, { do: "away" });
}

function withCards(state: State, fetched: Fetched): State {
	const cards = { ...state.cards };
	const live = { ...state.live };
	for (const card of fetched.cards) {
		const known = cards[card.id];
		// An answer that was overtaken by a newer one does not bring the old card back.
		if (!known || known.version <= card.version) cards[card.id] = card;
		if (card.live && (state.liveMs[card.id] ?? 0) < fetched.askedMs)
			live[card.id] = card.live;
	}
	const next = { ...state, cards, live };
	if (fetched.as === "none") return next;
	const ids = fetched.cards.map((card) => card.id);
	const more = fetched.as === "today" ? state.more : (fetched.more ?? false);
	return { ...next, more, [fetched.as]: ids };
}

/** The cards of a list of ids, by time. */
export function cardsOf(state: State, ids: readonly string[]): Card[] {
	return ids
		.flatMap((id) => state.cards[id] ?? [])
		.sort((a, b) => a.starts - b.starts || Number(a.id) - Number(b.id));
}

function isOver(state: State, card: Card): boolean {
	return (
		card.state === "ended" ||
		card.state === "cancelled" ||
		state.live[card.id]?.phase === "ended"
	);
}

/** The own meeting to take next: somebody who waits first, else by time. */
export function nextCard(state: State, except = ""): Card | undefined {
	const left = cardsOf(state, state.today).filter(
		(card) => card.mine && card.id !== except && !isOver(state, card),
	);
	return left.find((card) => wants(state.live[card.id])) ?? left[0];
}

/** Own meetings with somebody who waits or asks to be called, besides the open one. */
export function othersWaiting(state: State): string[] {
	return Object.keys(state.live).filter((id) => {
		const card = state.cards[id];
		if (id === state.talk?.meeting || (card && (!card.mine || isOver(state, card))))
			return false;
		return wants(state.live[id]);
	});
}

/** Something is going on that must not be interrupted by a reload or a lock. */
export function inTalk(state: State): boolean {
	const talk = state.talk;
	if (!talk || talk.summary) return false;
	if (talk.media !== "none" || talk.unsent.length > 0) return true;
	return talk.seat?.form === "phone" || isDialled(talk.seat?.call);
}

function never(value: never): never {
	throw new Error(`unreachable: ${String(value)}`);
}
