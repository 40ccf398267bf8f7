// SPDX-License-Identifier: MPL-2.0
//
// The questions of the day page and the booking pages: which meetings there are, and what
// the consultant does to them outside a talk. Each asks the API and puts the answer into
// the state; a refusal becomes a notice, or is handed back where a form shows it.

import { nothing } from "../protocol/http";
import { ask, type Refusal } from "../session/api";
import { accepted, refused } from "./account";
import {
	type Booking,
	booked,
	type Card,
	callBackNumber,
	callBacks,
	colleagues,
	type Invitation,
	oneCard,
	oneInvitation,
	type Person,
	signedMinutes,
	someCards,
} from "./model/http";
import { cardsOf } from "./model/state";
import { dayOf } from "./model/time";
import { dispatch, go, goInstead, now, state, zone } from "./store";

/** A card that an answer carried, without its list. */
function know(card: Card): void {
	// Its live state may be older than what came over the WebSocket meanwhile.
	dispatch({ do: "cards", cards: [card], as: "none", askedMs: 0 });
}

export async function showDay(day: string, whose = state.value.whose): Promise<void> {
	dispatch({ do: "day", day, whose });
	await reloadDay();
}

/** Fetches the shown day and, when that is another, today's own meetings. */
export async function reloadDay(): Promise<void> {
	const { day, whose } = state.value;
	const today = dayOf(now.value, zone.value);
	const isToday = day === today && whose === "mine";
	const askedMs = performance.now();
	const path = `/staff/day/${day}${whose === "team" ? "/team" : ""}`;
	const [shown, own] = await Promise.all([
		ask(path, someCards),
		isToday ? null : ask(`/staff/day/${today}`, someCards),
	]);
	const found = accepted(shown);
	if (found) void reloadCallBacks();
	if (own?.ok) dispatch({ do: "cards", ...own.value, as: "today", askedMs });
	if (!found || state.value.day !== day || state.value.whose !== whose) return;
	dispatch({ do: "cards", ...found, as: "list", askedMs });
	if (isToday) dispatch({ do: "cards", ...found, as: "today", askedMs });
}

async function reloadCallBacks(): Promise<void> {
	const answer = await ask("/staff/callbacks", callBacks);
	if (answer.ok) dispatch({ do: "callbacks", ...answer.value });
}

/** The number of somebody to be called back; that it was seen is recorded. */
export async function callBackPhone(id: string): Promise<string | undefined> {
	const path = `/staff/callbacks/${id}/number`;
	return accepted(await ask(path, callBackNumber, { body: {} }))?.phone;
}

export async function callBackDone(id: string): Promise<void> {
	const answer = await ask(`/staff/callbacks/${id}/done`, nothing, { body: {} });
	// Gone already: a colleague was faster.
	if (!answer.ok && answer.status !== 404) refused(answer);
	await reloadCallBacks();
}

const asked = new Set<string>();

/** A meeting of which the live state is known but not the card. */
export async function fetchCard(id: string): Promise<void> {
	if (asked.has(id)) return;
	asked.add(id);
	const answer = await ask(`/staff/meetings/${id}`, oneCard);
	asked.delete(id);
	if (answer.ok) know(answer.value.card);
	else if (answer.status === 401 || answer.status === 423) refused(answer);
}

export async function find(text: string): Promise<void> {
	const askedMs = performance.now();
	const found = accepted(await ask("/staff/find", someCards, { body: { text } }));
	if (found) dispatch({ do: "cards", ...found, as: "found", askedMs });
}

/** Saves a new booking and shows its invitation; a refusal is the form's to show. */
export async function book(booking: Booking): Promise<Refusal | null> {
	const answer = await ask("/staff/meetings", booked, { body: booking });
	if (!answer.ok) return answer;
	const { card, invitation } = answer.value;
	know(card);
	dispatch({ do: "invitation", id: card.id, invitation });
	goInstead({ at: "invite", id: card.id });
	void reloadDay();
	return null;
}

/** Saves a change; on `changed` the newest card is in the state before this answers. */
export async function change(id: string, booking: Booking): Promise<Refusal | null> {
	const path = `/staff/meetings/${id}`;
	const answer = await ask(path, oneCard, { method: "PATCH", body: booking });
	if (!answer.ok) {
		takeNewest(answer);
		return answer;
	}
	took(answer.value.card);
	goInstead({ at: "day" });
	dispatch({ do: "notice", notice: { is: "saved" } });
	return null;
}

function takeNewest(answer: Refusal): void {
	if (answer.code !== "changed") return;
	try {
		know(oneCard(answer.body, "").card);
	} catch {
		// Without the card in the answer the reload below brings it.
	}
	void reloadDay();
}

function took(card: Card): void {
	know(card);
	void reloadDay();
}

async function post(id: string, verb: string, body: Record<string, unknown>) {
	const answer = await ask(`/staff/meetings/${id}/${verb}`, oneCard, { body });
	if (answer.ok) {
		took(answer.value.card);
		return answer.value.card;
	}
	takeNewest(answer);
	refused(answer);
	return undefined;
}

export async function cancelMeeting(card: Card): Promise<void> {
	const after = await post(card.id, "cancel", { version: card.version });
	if (!after) return;
	const notice = { is: "cancelled", id: after.id, version: after.version } as const;
	dispatch({ do: "notice", notice });
}

export async function restoreMeeting(id: string, version: number): Promise<void> {
	if (await post(id, "restore", { version }))
		dispatch({ do: "notice", notice: { is: "restored" } });
}

export async function takeOver(id: string, purpose: string): Promise<void> {
	dispatch({ do: "dialog", dialog: null });
	if (await post(id, "take-over", { purpose }))
		dispatch({ do: "notice", notice: { is: "taken" } });
}

export async function handOver(id: string, to: Person): Promise<void> {
	dispatch({ do: "dialog", dialog: null });
	if (await post(id, "hand-over", { user: to.id }))
		dispatch({ do: "notice", notice: { is: "handed", name: to.name } });
}

export async function listColleagues(): Promise<Person[]> {
	return accepted(await ask("/staff/colleagues", colleagues))?.colleagues ?? [];
}

export async function newLink(card: Card): Promise<void> {
	const path = `/staff/meetings/${card.id}/link`;
	const answer = await ask(path, booked, { body: { version: card.version } });
	dispatch({ do: "dialog", dialog: null });
	if (!answer.ok) {
		takeNewest(answer);
		return refused(answer);
	}
	took(answer.value.card);
	dispatch({ do: "invitation", id: card.id, invitation: answer.value.invitation });
	go({ at: "invite", id: card.id });
}

/** The invitation of a meeting, from memory or (recorded) from the server. */
export async function fetchInvitation(id: string): Promise<Invitation | undefined> {
	const known = state.value.invitation;
	if (known?.id === id && stillTrue(known.invitation)) return known.invitation;
	const answer = await ask(`/staff/meetings/${id}/invitation`, oneInvitation);
	const invitation = accepted(answer)?.invitation;
	if (invitation) dispatch({ do: "invitation", id, invitation });
	return invitation;
}

/** The signed minutes of a meeting that is over; that they were given out is recorded. */
export async function fetchMinutes(id: string): Promise<string | undefined> {
	const answer = await ask(`/staff/meetings/${id}/minutes`, signedMinutes);
	return accepted(answer)?.minutes;
}

/** A meeting that was moved since has another invitation. */
function stillTrue(invitation: Invitation): boolean {
	const card = Object.values(state.value.cards).find(
		(c) => c.number === invitation.number,
	);
	return (
		card?.starts === invitation.starts &&
		card.minutes === invitation.minutes &&
		card.form === invitation.form &&
		card.language === invitation.language
	);
}

/** The shown cards: what was found, else the day. Null while they load. */
export function shownCards(): Card[] | null {
	const { found, list } = state.value;
	const ids = found ?? list;
	return ids && cardsOf(state.value, ids);
}
