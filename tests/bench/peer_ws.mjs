// SPDX-License-Identifier: MPL-2.0
// What a user would write instead: the room relay of floor.c with Node's `ws`, no rules.
//   node peer_ws.mjs PORT CERTIFICATE KEY
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { WebSocketServer } from "ws";

const [port, certificate, key] = process.argv.slice(2);
const server = createServer({
	cert: readFileSync(certificate),
	key: readFileSync(key),
	minVersion: "TLSv1.3",
});
const sockets = new WebSocketServer({
	server,
	perMessageDeflate: false,
	maxPayload: 16384,
});
const rooms = new Map();

sockets.on("connection", (socket) => {
	let name;
	let room;

	socket.on("message", (data, binary) => {
		if (room) {
			for (const other of room) if (other !== socket) other.send(data, { binary });
			return;
		}
		name = JSON.parse(data).room;
		room = rooms.get(name) ?? new Set();
		rooms.set(name, room);
		room.add(socket);
		socket.send('{"type":"joined"}');
	});
	socket.on("close", () => {
		room?.delete(socket);
		if (room?.size === 0) rooms.delete(name);
	});
	socket.on("error", () => {});
});
server.listen(Number(port), "127.0.0.1", 1024);
