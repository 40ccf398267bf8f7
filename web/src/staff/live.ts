// SPDX-License-Identifier: MPL-2.0
//
// The one WebSocket of this tab: the live state of every card, and the meeting that is
// open. After each hello it enters that meeting again, naming the epoch that is still held,
// and only then sends what waited; so a talk outlives any loss of signalling.

import { type FromStaff, type ToStaff, toStaff } from "../protocol/staff";
import { type Connection, connect, type Ending } from "../session/connection";
import { signedOut } from "./account";
import { alertFor } from "./alerts";
import { fetchCard, reloadDay } from "./desk";
import { inTalk, type State } from "./model/state";
import { dispatch, setClock, state } from "./store";

/** What the open meeting takes in and is asked for. */
interface Room {
	/** The epoch whose connection it still holds. */
	epoch(): number;
	/** The line to the telephone gateway that it still holds, 0 for none. */
	line(): number;
	receive(message: ToStaff): void;
	/** A colleague has the seat now: the talk is theirs. */
	left(): void;
	/** Another tab has the seat now: this one must let go of everything. */
	takenOver(): void;
}

const HELD_MAX = 64;
const RELOADED = "samtale.reloaded";

let connection: Connection<FromStaff> | undefined;
let room: { meeting: string; room: Room } | undefined;
let held: FromStaff[] = [];

export function startLive(): void {
	stopLive();
	dispatch({ do: "link", link: "connecting" });
	connection = connect<ToStaff, FromStaff>({
		hello: () => ({ type: "hello", role: "staff", build: __BUILD__ }),
		decode: toStaff,
		events: { up: enterAgain, down: lost, message: heard, ended },
	});
}

export function stopLive(): void {
	connection?.stop();
	connection = undefined;
	held = [];
	dispatch({ do: "link", link: "off" });
}

/** Enters a meeting, now and after every loss, until leaveRoom(). */
export function enterRoom(meeting: string, entered: Room): void {
	room = { meeting, room: entered };
	held = [];
	if (connection?.isUp()) enterAgain();
}

export function leaveRoom(): void {
	if (room && connection?.isUp()) connection.send({ type: "leave" });
	forgetRoom();
}

/** The broker has already taken the seat away: the meeting is over, or a colleague's. */
export function forgetRoom(): void {
	room = undefined;
	held = [];
}

/** Sends, or holds it for the next time that the meeting was entered. */
export function send(message: FromStaff): void {
	if (connection?.isUp()) connection.send(message);
	else hold(message);
}

function hold(message: FromStaff): void {
	if (!room) return;
	if (message.type === "media") held = held.filter((m) => m.type !== "media");
	held.push(message);
	if (held.length > HELD_MAX) held.shift();
}

function enterAgain(): void {
	if (!room || !connection) return;
	const { meeting } = room;
	const line = room.room.line();
	const enter = { type: "enter", meeting, epoch: room.room.epoch() } as const;
	connection.send(line > 0 ? { ...enter, line } : enter);
	for (const message of held.splice(0)) connection.send(message);
}

function lost(): void {
	dispatch({ do: "link", link: "away" });
}

function heard(message: ToStaff): void {
	switch (message.type) {
		case "welcome":
			setClock(message.now);
			dispatch({ do: "link", link: "open" });
			if (message.build !== __BUILD__) outdated(message.build);
			return;
		case "pong":
			setClock(message.now);
			return;
		case "card":
			dispatch({
				do: "live",
				id: message.meeting,
				live: message.live,
				atMs: performance.now(),
			});
			if (!state.value.cards[message.meeting]) void fetchCard(message.meeting);
			alertFor(message.alert, message.meeting);
			return;
		case "day_changed":
			void reloadDay();
			return;
		case "left":
			if (room?.meeting === message.meeting) room.room.left();
			return;
		default:
			room?.room.receive(message);
	}
}

function ended(ending: Ending): void {
	connection = undefined;
	switch (ending) {
		case "signed_out":
			signedOut();
			return;
		case "done":
		case "taken_over":
		case "seat_moved":
		case "removed":
			room?.room.takenOver();
			dispatch({ do: "link", link: "taken_over" });
			return;
		case "upgrade":
		case "unknown_seat":
		case "protocol":
			dispatch({ do: "link", link: "broken" });
			return;
		default:
			never(ending);
			return;
	}
}

/** Another build is served. One reload for each, so that a wrong page cannot go in circles. */
function outdated(build: string): void {
	if (sessionStorage.getItem(RELOADED) === build) return;
	sessionStorage.setItem(RELOADED, build);
	dispatch({ do: "outdated" });
}

/** Reloads when the page is an old one, as soon as no talk and no form is interrupted by it. */
export function renew(now: State): void {
	const idle = now.view.at === "day" || now.view.at === "check";
	if (now.outdated && idle && !now.dialog && !inTalk(now)) location.reload();
}

function never(value: never): never {
	throw new Error(`unreachable: ${String(value)}`);
}
