// SPDX-License-Identifier: MPL-2.0
//
// A client of docs/protocol.md without a browser: every frame that arrives is kept, so that
// a story can say what did not. Text frames alone, no extension, one timer as watchdog.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:tls";

const PATIENCE_MS = 10_000;

/** The build that the broker serves, which a hello has to name. */
export async function buildOf(http) {
	const { bytes } = await http.raw("GET", "/j");
	return /data-build="([^"]+)"/.exec(bytes.toString())[1];
}

function frame(opcode, payload) {
	const mask = randomBytes(4);
	const masked = payload.map((byte, i) => byte ^ mask[i % 4]);
	const head =
		payload.length < 126
			? Buffer.from([0x80 | opcode, 0x80 | payload.length])
			: Buffer.from([0x80 | opcode, 0xfe, payload.length >> 8, payload.length & 255]);
	return Buffer.concat([head, mask, masked]);
}

/** The first whole frame of `buffer`, or undefined: { opcode, payload, rest }. */
function takeFrame(buffer) {
	if (buffer.length < 2) return undefined;
	const short = buffer[1] & 127;
	const at = short === 126 ? 4 : 2;
	if (buffer.length < at) return undefined;
	const length = short === 126 ? buffer.readUInt16BE(2) : short;
	if (buffer.length < at + length) return undefined;
	return {
		opcode: buffer[0] & 15,
		payload: buffer.subarray(at, at + length),
		rest: buffer.subarray(at + length),
	};
}

/**
 * Opens a WebSocket with the cookies of `http` (broker.mjs).
 * @returns { heard, send(), wait(), closed(), close() }; `heard` are all messages so far
 */
export async function openSocket(broker, http, { from } = {}) {
	const url = new URL(broker.origin);
	const cookie = [...http.cookies].map(([key, value]) => `${key}=${value}`).join("; ");
	const socket = connect({
		host: "127.0.0.1",
		localAddress: from,
		port: url.port,
		servername: url.hostname,
		ca: await readFile(broker.certificates.ca),
		ALPNProtocols: ["http/1.1"],
	});
	await once(socket, "secureConnect");
	socket.write(
		[
			"GET /ws HTTP/1.1",
			`Host: ${url.host}`,
			`Origin: ${url.origin}`,
			"Upgrade: websocket",
			"Connection: Upgrade",
			"Sec-WebSocket-Version: 13",
			`Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
			"Sec-WebSocket-Protocol: samtale.v1",
			`Cookie: ${cookie}`,
			"\r\n",
		].join("\r\n"),
	);
	const heard = [];
	let code;
	let buffer = Buffer.alloc(0);
	let upgraded = false;
	let wake = () => {};
	socket.on("error", () => {});
	socket.on("close", () => {
		code ??= 1006;
		wake();
	});
	socket.on("data", (part) => {
		buffer = Buffer.concat([buffer, part]);
		const end = buffer.indexOf("\r\n\r\n");
		if (!upgraded && end >= 0) {
			upgraded = /^HTTP\/1.1 101 /.test(buffer.toString("latin1"));
			if (!upgraded) socket.destroy();
			buffer = buffer.subarray(end + 4);
		}
		for (let next = upgraded && takeFrame(buffer); next; next = takeFrame(buffer)) {
			buffer = next.rest;
			if (next.opcode === 1) heard.push(JSON.parse(next.payload.toString()));
			if (next.opcode === 8) {
				code = next.payload.readUInt16BE(0);
				socket.end(frame(8, next.payload));
			}
		}
		wake();
	});

	/** Waits for `look` to answer something, for PATIENCE_MS at most. */
	async function wait(what, look) {
		const end = Date.now() + PATIENCE_MS;
		for (;;) {
			const answer = look();
			if (answer) return answer;
			if (code !== undefined) throw new Error(`${what}: closed with ${code}`);
			const left = end - Date.now();
			if (left <= 0) throw new Error(`${what}: heard ${JSON.stringify(heard)}`);
			await new Promise((done) => {
				const watchdog = setTimeout(done, left);
				wake = () => {
					clearTimeout(watchdog);
					done();
				};
			});
		}
	}
	return {
		heard,
		send: (message) => {
			const text = typeof message === "string" ? message : JSON.stringify(message);
			socket.write(frame(1, Buffer.from(text)));
		},
		/** The next message after `after` (an index of `heard`) that `good` accepts. */
		next: (what, good, after = 0) => wait(what, () => heard.slice(after).find(good)),
		/** Has the broker answer everything sent so far: true, or false when it closed. */
		async settled() {
			const before = heard.length;
			this.send({ type: "ping" });
			return wait("pong", () => heard.slice(before).find((m) => m.type === "pong")).then(
				() => true,
				(error) => {
					if (code === undefined) throw error;
					return false;
				},
			);
		},
		get code() {
			return code;
		},
		close: () => socket.destroy(),
	};
}

/** A consultant who is signed in: { http, id... } on the demo account. */
export async function consultantOf(broker, { from } = {}) {
	const account = JSON.parse(await broker.samtale("trial", "--json"));
	const http = await broker.http({ from });
	const { name: username, password, code } = account;
	const { status } = await http.call("POST", "/staff/sign-in", {
		username,
		password,
		code,
	});
	if (status !== 200) throw new Error(`sign-in: ${status}`);
	return { http, account };
}

/** A meeting that is open now: { card, invitation, token }. */
export async function bookNow({ http }, more = {}) {
	const { status, body } = await http.call("POST", "/staff/meetings", {
		now: true,
		minutes: 30,
		form: "video",
		chosen_by: "citizen",
		way: "speech",
		language: "da",
		...more,
	});
	if (status !== 200) throw new Error(`booking: ${status} ${JSON.stringify(body)}`);
	return { ...body, token: body.invitation.link.split("#")[1] };
}

/** The consultant's connection, entered. */
export async function enter(broker, { http }, meeting, how = {}) {
	const socket = await openSocket(broker, http, how);
	socket.send({ type: "hello", role: "staff", build: await buildOf(http) });
	socket.send({ type: "enter", meeting, epoch: 0 });
	await socket.next("the consultant's state", (m) => m.type === "state");
	return socket;
}

/** A device that has redeemed the link: { http, seat, build }. */
export async function redeem(broker, token, { from, pin } = {}) {
	const http = await broker.http({ from });
	const { status, body } = await http.call("POST", "/link/redeem", {
		token,
		...(pin && { pin }),
	});
	if (status !== 200) throw new Error(`redeem: ${status} ${JSON.stringify(body)}`);
	return { http, seat: body.seat, build: await buildOf(http) };
}

/** Its connection, in the lobby. */
export async function knock(broker, { http, seat, build }, how = {}) {
	const socket = await openSocket(broker, http, how);
	socket.send({ type: "hello", role: "citizen", seat, build, epoch: 0, lang: "da" });
	await socket.next("the citizen's state", (m) => m.type === "state");
	return socket;
}
