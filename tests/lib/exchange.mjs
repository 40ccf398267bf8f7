// SPDX-License-Identifier: MPL-2.0
//
// The operator's exchange at the far end of the trunk: it passes calls on to the telephones
// that are connected to it (telephone.mjs), says what there is to be said of all other
// numbers, and speaks a tone of its own before the answer where a story wants that. It keeps
// no state but what a story asked for: SIP over UDP as a stateless proxy does it (RFC 3261
// 16.11).

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { toneLaw } from "./telephone.mjs";

const PHRASES = {
	100: "Trying",
	180: "Ringing",
	183: "Session Progress",
	200: "OK",
	404: "Not Found",
	480: "Temporarily Unavailable",
	486: "Busy Here",
	487: "Request Terminated",
	603: "Decline",
};

const header = (text, name) =>
	new RegExp(`^${name}:[ \\t]*(.*)\\r$`, "im").exec(text)?.[1];
const numberOf = (uri) => /sip:([^@;>]+)@/.exec(uri)?.[1];

/** A message without its first Via; with `via` before it, one more. */
const unwrap = (text) => text.replace(/^Via:.*\r\n/im, "");
const wrap = (text, via) => text.replace(/\r\n/, `\r\nVia: ${via}\r\n`);

function answerTo(request, code, { body = "", contact } = {}) {
	const copied = ["From", "Call-ID", "CSeq"].map((n) => `${n}: ${header(request, n)}`);
	const to = header(request, "To");
	return [
		`SIP/2.0 ${code} ${PHRASES[code]}`,
		...(request.match(/^Via:.*(?=\r$)/gim) ?? []),
		...copied,
		`To: ${/;tag=/.test(to) || code === 100 ? to : `${to};tag=exchange`}`,
		...(contact ? [`Contact: <${contact}>`] : []),
		...(body ? ["Content-Type: application/sdp"] : []),
		`Content-Length: ${Buffer.byteLength(body)}`,
		"",
		body,
	].join("\r\n");
}

/** Speaks a tone to where an offer wants it; returns its own description and its end. */
async function announce(offer, hertz, address) {
	const socket = createSocket("udp4");
	socket.bind(0, address);
	await once(socket, "listening");
	const port = Number(/^m=audio (\d+)/m.exec(offer)[1]);
	const sound = toneLaw(hertz);
	const packet = Buffer.alloc(172);
	let n = 0;
	const timer = setInterval(() => {
		packet.writeUInt16BE(0x8008, 0);
		packet.writeUInt16BE(n & 0xffff, 2);
		packet.writeUInt32BE(n * 160, 4);
		packet.writeUInt32BE(0x5eed, 8);
		sound.copy(packet, 12, (n * 160) % sound.length, ((n * 160) % sound.length) + 160);
		n++;
		socket.send(packet, port, address);
	}, 20);
	const sdp = [
		"v=0",
		`o=- 1 1 IN IP4 ${address}`,
		"s=-",
		`c=IN IP4 ${address}`,
		"t=0 0",
		`m=audio ${socket.address().port} RTP/AVP 8`,
		"a=rtpmap:8 PCMA/8000",
		"",
	].join("\r\n");
	const stop = () => {
		clearInterval(timer);
		socket.close();
	};
	return { sdp, stop };
}

/** @param address its own, and that of everything that it talks with */
export async function startExchange(address = "127.0.0.1") {
	const telephones = new Map();
	const rules = new Map();
	const placed = [];
	const announcements = new Map();
	let socket;
	let port = 0;

	async function start() {
		socket = createSocket("udp4");
		socket.on("message", (bytes, from) => take(bytes.toString("latin1"), from));
		socket.bind(port, address);
		await once(socket, "listening");
		({ port } = socket.address());
	}
	const send = (text, to) => socket.send(Buffer.from(text, "latin1"), to, address);

	function take(text, from) {
		if (text.startsWith("SIP/2.0 ")) {
			const inner = unwrap(text);
			const next = header(inner, "Via");
			const to = /;rport=(\d+)/.exec(next)?.[1] ?? /:(\d+)[;\s]/.exec(next)?.[1];
			send(inner, Number(to));
			return;
		}
		const [method, uri] = text.split(" ");
		const number = numberOf(uri);
		// A telephone in a call is known by its own port, others by their number.
		const contact = Number(/:(\d+)(?:;|$)/.exec(uri)?.[1] ?? port);
		const telephone = contact === port ? telephones.get(number)?.port : contact;
		if (method === "OPTIONS" && contact === port) {
			send(answerTo(text, 200), from.port);
		} else if (telephone && !rules.has(number)) {
			if (method === "INVITE") note(text, number);
			const branch = /branch=([^;\s]+)/.exec(header(text, "Via"))[1];
			send(wrap(text, `SIP/2.0/UDP ${address}:${port};branch=${branch}x`), telephone);
		} else if (method === "INVITE") {
			refuse(text, number, from.port);
		} else if (method === "CANCEL") {
			give(text, from.port);
		}
	}
	function note(text, number) {
		const id = header(text, "Call-ID");
		if (placed.every((call) => call.id !== id)) placed.push({ id, number, text });
	}
	/** By its rule, else a number that nobody has. */
	async function refuse(invite, number, to) {
		const id = header(invite, "Call-ID");
		const again = placed.some((call) => call.id === id);
		note(invite, number);
		const { code = 404, early } = rules.get(number) ?? {};
		if (again) return;
		const contact = `sip:${number}@${address}:${port}`;
		if (early) {
			const { sdp, stop } = await announce(invite, early, address);
			announcements.set(id, { stop, invite });
			send(answerTo(invite, 183, { body: sdp, contact }), to);
		} else if (code < 200) {
			announcements.set(id, { stop() {}, invite });
			send(answerTo(invite, code, { contact }), to);
		} else {
			send(answerTo(invite, code), to);
		}
	}
	function give(cancel, to) {
		const call = announcements.get(header(cancel, "Call-ID"));
		send(answerTo(cancel, 200), to);
		if (!call) return;
		call.stop();
		announcements.delete(header(cancel, "Call-ID"));
		send(answerTo(call.invite, 487), to);
	}
	function end() {
		for (const { stop } of announcements.values()) stop();
		announcements.clear();
		socket?.close();
		socket = undefined;
	}
	await start();
	return {
		get port() {
			return port;
		},
		/** The INVITEs that came through the trunk: { number, text }. */
		placed,
		connect(telephone) {
			telephones.set(telephone.number, telephone);
		},
		/**
		 * What becomes of calls to a number from now on: a `code`, 180 to ring for ever,
		 * or a tone of `early` Hz before any answer; nothing: its telephone rings again.
		 */
		rule(number, how) {
			if (how) rules.set(number, how);
			else rules.delete(number);
		},
		/** The line is cut, and mended. */
		cut: end,
		mend: start,
		async stop() {
			end();
		},
	};
}
