// SPDX-License-Identifier: MPL-2.0
//
// Before admission no word of the media gets through, either way: a guest in the lobby sends
// every message that the protocol knows, in every disguise of the fixtures, and so does the
// consultant towards the lobby. Then the door opens, to show that the test would have seen.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { startBroker } from "../lib/broker.mjs";
import { bookNow, consultantOf, enter, knock, redeem } from "./privacy_wire.mjs";

const FIXTURES = new URL("../fixtures/protocol/", import.meta.url);
const INTO_MEDIA = ["start", "keep", "turn", "signal", "sas"];
const IN_THE_LOBBY = ["welcome", "state", "refused", "pong"];

describe("the door", { timeout: 60_000 }, () => {
	let broker;
	let consultant;
	let meeting;
	let guest;
	let messages;
	before(async () => {
		broker = await startBroker();
		consultant = await consultantOf(broker);
		meeting = await bookNow(consultant);
		guest = await redeem(broker, meeting.token);
		const names = (await readdir(FIXTURES)).filter((name) => /^(c2s|bad)-/.test(name));
		messages = await Promise.all(
			names.map(async (name) => {
				const { json, text } = JSON.parse(await readFile(new URL(name, FIXTURES)));
				return { name, message: json ?? text };
			}),
		);
		messages = messages.filter(({ message }) => message && message.type !== "hello");
		assert.ok(messages.length > 40, "the fixtures are there");
	});
	after(() => broker?.stop());

	it("lets nothing of a guest through to the consultant", async () => {
		const desk = await enter(broker, consultant, meeting.card.id);
		for (const { name, message } of messages) {
			const socket = await knock(broker, guest);
			socket.send(message);
			await socket.settled();
			socket.close();
			const types = socket.heard.map((m) => m.type);
			const strange = types.filter((type) => !IN_THE_LOBBY.includes(type));
			assert.deepEqual(strange, [], `a guest heard after ${name}`);
		}
		assert.ok(await desk.settled(), "the consultant's connection stands");
		const leaked = desk.heard.filter((m) => INTO_MEDIA.includes(m.type));
		assert.deepEqual(leaked, []);
		desk.close();
	});

	it("lets nothing of the consultant through to a guest", async () => {
		const socket = await knock(broker, guest);
		for (const { name, message } of messages) {
			// What is hers to say and changes the meeting is another story's.
			if (["admit", "remove", "end", "phone", "video"].includes(message.type)) continue;
			const desk = await enter(broker, consultant, meeting.card.id);
			desk.send(message);
			await desk.settled();
			desk.close();
			const leaked = desk.heard.filter((m) => INTO_MEDIA.includes(m.type));
			assert.deepEqual(leaked, [], `the consultant heard after ${name}`);
		}
		assert.ok(await socket.settled(), "the guest's connection stands");
		const types = socket.heard.map((m) => m.type);
		assert.deepEqual(
			types.filter((type) => !IN_THE_LOBBY.includes(type)),
			[],
		);
		socket.close();
	});

	it("opens for both when the consultant admits, and closes again at remove", async () => {
		const desk = await enter(broker, consultant, meeting.card.id);
		const socket = await knock(broker, guest);
		const { guests } = await desk.next("a guest", (m) => m.guests?.some((g) => g.here));
		desk.send({ type: "admit", entry: guests[0].entry });
		const offer = await desk.next("start", (m) => m.type === "start");
		const answer = await socket.next("start", (m) => m.type === "start");
		assert.deepEqual([offer.role, answer.role], ["offer", "answer"]);
		desk.send({ type: "remove", entry: guests[0].entry });
		await assert.rejects(
			socket.next("more", (m) => m.type === "never"),
			/closed with 4003/,
		);
		desk.close();
	});
});
