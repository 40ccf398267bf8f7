// SPDX-License-Identifier: MPL-2.0
// One WebSocket connection to the broker that comes back by itself: hello first, ping while
// it lives, the waits of docs/protocol.md 7 after a loss, and the close codes of section 8.
// What is sent while it is away is kept (bounded) and follows the next hello; the broker
// drops what went stale meanwhile.
import { type Decoder, decodeText } from "../protocol/decode";
import { Close, SUBPROTOCOL } from "../protocol/words";

/** Why a connection will not come back. */
export type Ending =
	| "done"
	| "taken_over"
	| "seat_moved"
	| "removed"
	| "upgrade"
	| "signed_out"
	| "unknown_seat"
	/** Broken rules of the protocol three times: a fault of ours, show the telephone. */
	| "protocol";

interface ConnectionEvents<In> {
	/** The socket is open and hello is on its way; nothing has been answered yet. */
	up(): void;
	/** The socket is gone and the next try is planned. Fires once per loss, also when the
	 * very first try fails. */
	down(): void;
	/** A decoded message. `pong` too. */
	message(message: In): void;
	/** It is over; no event follows. */
	ended(ending: Ending): void;
}

export interface Connection<Out> {
	/** Sends, or keeps for the next hello. Of `step`, `hidden` and `media` only the newest. */
	send(message: Out): void;
	/** True between up() and down(). */
	isUp(): boolean;
	/** Closes for good, without an event. */
	stop(): void;
}

interface ConnectionOptions<In, Out> {
	/** Asked anew for each connection, as it names the epoch still held. */
	hello(): Out;
	decode: Decoder<In>;
	events: ConnectionEvents<In>;
}

const FIRST_WAITS_MS = [200, 500, 1000, 2000];
const PING_EVERY_MS = 20_000;
/** Longest silence after a ping before the connection counts as lost. */
const ANSWER_WITHIN_MS = 8_000;
/** The same after the page came back to the front, where a dead socket is likely. */
const ANSWER_WITHIN_AWAKE_MS = 2_500;
const OPEN_WITHIN_MS = 10_000;
const QUEUE_MAX = 128;
const PROTOCOL_RETRIES = 2;
const NEWEST_ONLY = new Set(["step", "hidden", "media"]);

const ENDINGS = new Map<number, Ending>([
	[Close.done, "done"],
	[Close.taken_over, "taken_over"],
	[Close.seat_moved, "seat_moved"],
	[Close.removed, "removed"],
	[Close.upgrade, "upgrade"],
	[Close.signed_out, "signed_out"],
	[Close.unknown_seat, "unknown_seat"],
]);
const OUR_FAULT = new Set<number>([
	Close.not_text,
	Close.not_utf8,
	Close.too_big,
	Close.bad_message,
	Close.no_hello,
	Close.wrong_state,
	Close.too_fast,
]);

function between(least: number, most: number): number {
	return least + Math.random() * (most - least);
}

/** The wait before try number `tries` (0 is the first after a loss). */
export function waitMs(tries: number, code: number): number {
	const announced = code === Close.restarting || code === Close.fault;
	if (announced && tries === 0) return between(300, 1500);
	if (code === Close.over_limit) return between(3000, 5000);
	return FIRST_WAITS_MS[tries] ?? between(3000, 5000);
}

/** Keeps `message` in `queue` for later; drops the oldest over the limit. */
function keep<Out extends { type: string }>(queue: Out[], message: Out): void {
	if (NEWEST_ONLY.has(message.type)) {
		const old = queue.findIndex((m) => m.type === message.type);
		if (old >= 0) queue.splice(old, 1);
	}
	queue.push(message);
	if (queue.length > QUEUE_MAX) queue.shift();
}

export function connect<In, Out extends { type: string }>(
	options: ConnectionOptions<In, Out>,
): Connection<Out> {
	const { events } = options;
	const url = `${location.protocol === "http:" ? "ws" : "wss"}://${location.host}/ws`;
	const queue: Out[] = [];
	let socket: WebSocket | undefined;
	let up = false;
	let over = false;
	let told = false;
	let tries = 0;
	let faults = 0;
	let retry: ReturnType<typeof setTimeout> | undefined;
	let ping: ReturnType<typeof setInterval> | undefined;
	let patience: ReturnType<typeof setTimeout> | undefined;

	function expectWithin(ms: number): void {
		clearTimeout(patience);
		patience = setTimeout(() => lost(0), ms);
	}

	/** One that is closing takes nothing any more, although it has not said so yet. */
	const isUp = () => up && socket?.readyState === WebSocket.OPEN;

	function askAlive(withinMs: number): void {
		if (!isUp()) return;
		socket?.send('{"type":"ping"}');
		expectWithin(withinMs);
	}

	function open(): void {
		clearTimeout(retry);
		retry = undefined;
		const fresh = new WebSocket(url, SUBPROTOCOL);
		socket = fresh;
		expectWithin(OPEN_WITHIN_MS);
		fresh.onopen = () => {
			fresh.send(JSON.stringify(options.hello()));
			up = true;
			told = false;
			expectWithin(ANSWER_WITHIN_MS);
			ping = setInterval(() => askAlive(ANSWER_WITHIN_MS), PING_EVERY_MS);
			for (const message of queue.splice(0)) fresh.send(JSON.stringify(message));
			events.up();
		};
		fresh.onmessage = (event) => heard(event.data);
		fresh.onclose = (event) => lost(event.code);
	}

	function heard(frame: unknown): void {
		clearTimeout(patience);
		tries = 0;
		let message: In;
		try {
			message = decodeText(options.decode, frame);
		} catch {
			lost(Close.bad_message);
			return;
		}
		events.message(message);
	}

	function letGo(): void {
		clearTimeout(patience);
		clearTimeout(retry);
		clearInterval(ping);
		retry = undefined;
		up = false;
		if (socket === undefined) return;
		socket.onopen = socket.onmessage = socket.onclose = null;
		socket.close();
		socket = undefined;
	}

	function lost(code: number): void {
		letGo();
		const ending = ENDINGS.get(code);
		const ours = OUR_FAULT.has(code);
		if (ending !== undefined || (ours && faults >= PROTOCOL_RETRIES)) {
			finish(ending ?? "protocol");
			return;
		}
		if (ours) {
			faults += 1;
			queue.length = 0;
		}
		retry = setTimeout(open, waitMs(tries, code));
		tries += 1;
		if (told) return;
		told = true;
		events.down();
	}

	function finish(ending: Ending): void {
		stop();
		events.ended(ending);
	}

	/** The browser says that trying now may help. */
	function wake(): void {
		if (document.visibilityState === "hidden") return;
		if (up) askAlive(ANSWER_WITHIN_AWAKE_MS);
		else if (retry !== undefined) open();
	}

	function stop(): void {
		over = true;
		letGo();
		queue.length = 0;
		window.removeEventListener("online", wake);
		document.removeEventListener("visibilitychange", wake);
	}

	window.addEventListener("online", wake);
	document.addEventListener("visibilitychange", wake);
	open();

	return {
		send(message) {
			if (over) return;
			if (isUp()) socket?.send(JSON.stringify(message));
			else keep(queue, message);
		},
		isUp,
		stop,
	};
}
