// SPDX-License-Identifier: MPL-2.0
// The connection against a WebSocket of our own making: waits, close codes, the queue.
import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { byKind, fields } from "../../web/src/protocol/decode";
import { connect, type Ending, waitMs } from "../../web/src/session/connection";

class FakeSocket {
	static OPEN = 1;
	static all: FakeSocket[] = [];
	readyState = FakeSocket.OPEN;
	onopen: (() => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: ((event: { code: number }) => void) | null = null;
	sent: string[] = [];
	closed = false;
	constructor(
		readonly url: string,
		readonly protocol: string,
	) {
		FakeSocket.all.push(this);
	}
	send(text: string) {
		this.sent.push(text);
	}
	close() {
		this.closed = true;
	}
}

const listeners = new Map<string, () => void>();
const target = {
	addEventListener: (name: string, act: () => void) => listeners.set(name, act),
	removeEventListener: (name: string) => listeners.delete(name),
};
Object.assign(globalThis, {
	WebSocket: FakeSocket,
	window: target,
	document: { ...target, visibilityState: "visible" },
	location: { protocol: "https:", host: "meet.test" },
});

const decode = byKind("type", { pong: fields({}), state: fields({}) });

function start() {
	const log: string[] = [];
	const connection = connect<{ type: string }, { type: string; n?: number }>({
		hello: () => ({ type: "hello" }),
		decode,
		events: {
			up: () => log.push("up"),
			down: () => log.push("down"),
			message: (m) => log.push(m.type),
			ended: (ending: Ending) => log.push(`ended ${ending}`),
		},
	});
	return { log, connection };
}

function newest(): FakeSocket {
	const socket = FakeSocket.all.at(-1);
	assert.ok(socket);
	return socket;
}

describe("the connection", () => {
	beforeEach(() => {
		FakeSocket.all = [];
		mock.timers.reset();
		mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
	});

	it("says hello first, then what was kept, only the newest of what only counts now", () => {
		const { connection, log } = start();
		for (const n of [1, 2, 3]) connection.send({ type: "step", n });
		connection.send({ type: "video" });
		assert.deepEqual(
			[newest().url, newest().protocol],
			["wss://meet.test/ws", "samtale.v1"],
		);
		newest().onopen?.();
		assert.deepEqual(newest().sent, [
			'{"type":"hello"}',
			'{"type":"step","n":3}',
			'{"type":"video"}',
		]);
		assert.deepEqual(log, ["up"]);
		connection.stop();
	});

	it("keeps what is said to a socket that is closing for the next one", () => {
		const { connection } = start();
		const first = newest();
		first.onopen?.();
		first.readyState = 2;
		connection.send({ type: "video" });
		assert.equal(connection.isUp(), false);
		first.onclose?.({ code: 1006 });
		mock.timers.tick(200);
		newest().onopen?.();
		assert.deepEqual(first.sent, ['{"type":"hello"}']);
		assert.deepEqual(newest().sent, ['{"type":"hello"}', '{"type":"video"}']);
		connection.stop();
	});

	it("comes back after 0.2, 0.5, 1 and 2 seconds, then every 3 to 5", () => {
		assert.deepEqual(
			[0, 1, 2, 3].map((n) => waitMs(n, 1006)),
			[200, 500, 1000, 2000],
		);
		for (let i = 0; i < 100; i++) {
			const late = waitMs(4 + i, 1006);
			assert.ok(late >= 3000 && late <= 5000);
			const restart = waitMs(0, 4005);
			assert.ok(restart >= 300 && restart <= 1500);
		}
	});

	it("tells of a loss once, and of the return", () => {
		const { connection, log } = start();
		newest().onopen?.();
		newest().onclose?.({ code: 1006 });
		mock.timers.tick(200);
		newest().onclose?.({ code: 1006 });
		mock.timers.tick(500);
		newest().onopen?.();
		assert.deepEqual(log, ["up", "down", "up"]);
		assert.equal(FakeSocket.all.length, 3);
		connection.stop();
	});

	it("tries at once when the browser says that it is online", () => {
		const { connection } = start();
		for (let n = 0; n < 6; n++) {
			newest().onclose?.({ code: 1006 });
			mock.timers.tick(5000);
		}
		newest().onclose?.({ code: 1006 });
		const before = FakeSocket.all.length;
		listeners.get("online")?.();
		assert.equal(FakeSocket.all.length, before + 1);
		connection.stop();
	});

	it("ends for good on the codes that say so, and stays silent after", () => {
		const codes: [number, Ending][] = [
			[1000, "done"],
			[4001, "taken_over"],
			[4002, "seat_moved"],
			[4003, "removed"],
			[4004, "upgrade"],
			[4006, "signed_out"],
			[4015, "unknown_seat"],
		];
		for (const [code, ending] of codes) {
			const { log } = start();
			newest().onopen?.();
			newest().onclose?.({ code });
			const before = FakeSocket.all.length;
			mock.timers.tick(60_000);
			assert.equal(FakeSocket.all.length, before, ending);
			assert.deepEqual(log, ["up", `ended ${ending}`]);
		}
	});

	it("comes back on every other code", () => {
		for (const code of [1001, 1006, 1011, 4005, 4014, 4016, 4017]) {
			const { log, connection } = start();
			newest().onopen?.();
			newest().onclose?.({ code });
			const before = FakeSocket.all.length;
			mock.timers.tick(5001);
			assert.equal(FakeSocket.all.length, before + 1, String(code));
			assert.deepEqual(log, ["up", "down"]);
			connection.stop();
		}
	});

	it("retries twice after a protocol error, then gives up", () => {
		const { log } = start();
		for (let n = 0; n < 3; n++) {
			newest().onopen?.();
			newest().onclose?.({ code: 4010 });
			mock.timers.tick(5001);
		}
		assert.equal(log.at(-1), "ended protocol");
		assert.equal(FakeSocket.all.length, 3);
	});

	it("takes an undecodable message for a protocol error", () => {
		const { log } = start();
		for (let n = 0; n < 3; n++) {
			newest().onopen?.();
			newest().onmessage?.({ data: '{"type":"nonsense"}' });
			mock.timers.tick(5001);
		}
		assert.equal(log.at(-1), "ended protocol");
	});

	it("pings every 20 seconds and gives up a socket that does not answer", () => {
		const { log, connection } = start();
		const first = newest();
		first.onopen?.();
		first.onmessage?.({ data: '{"type":"state"}' });
		mock.timers.tick(20_000);
		assert.equal(first.sent.at(-1), '{"type":"ping"}');
		first.onmessage?.({ data: '{"type":"pong"}' });
		mock.timers.tick(20_000);
		mock.timers.tick(8_000);
		assert.equal(first.closed, true);
		assert.equal(log.at(-1), "down");
		connection.stop();
	});

	it("says nothing any more once it was stopped", () => {
		const { log, connection } = start();
		connection.stop();
		connection.send({ type: "video" });
		mock.timers.tick(60_000);
		assert.deepEqual([log, FakeSocket.all.length, newest().closed], [[], 1, true]);
	});
});
