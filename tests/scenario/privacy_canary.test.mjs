// SPDX-License-Identifier: MPL-2.0
//
// Canaries: what must stay secret is planted in a whole meeting with a telephone hand-off,
// and then looked for in every file of the data folder, the log, the metrics, /healthz, and
// what the processes show of themselves. After the deadline of the contact data nothing of
// it opens any more, also not from a backup that was taken before.

import assert from "node:assert/strict";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startBroker, totp } from "../lib/broker.mjs";
import { hits, loneIn, placesOf, spellings } from "../lib/canary.mjs";
import { bookNow, consultantOf, enter, knock, redeem } from "./privacy_wire.mjs";

const METRICS = "127.0.0.1:9464";
const HOUR_MS = 3_600_000;
const CONSULTANT_AT = "127.77.88.99";
const CITIZEN_AT = "127.66.55.44";
const PHONE = "61728394";
const GIVEN = "51627384";
const LABEL = "Zebrafinken";
const CASE = "KREF-4471-X";
const UFRAG = "plantedufrag";
const FINGERPRINT = Array(32).fill("5A").join(":");

const sdp = (setup) =>
	[
		"v=0",
		"o=- 1 2 IN IP4 203.0.113.77",
		"s=-",
		"t=0 0",
		"a=group:BUNDLE 0",
		"m=audio 9 UDP/TLS/RTP/SAVPF 111",
		"c=IN IP4 203.0.113.77",
		"a=rtpmap:111 opus/48000/2",
		`a=ice-ufrag:${UFRAG}`,
		"a=ice-pwd:plantedpasswordplantedpw",
		`a=fingerprint:sha-256 ${FINGERPRINT}`,
		`a=setup:${setup}`,
		"a=mid:0",
		"a=sendrecv",
		"",
	].join("\r\n");

describe("canaries", { timeout: 120_000 }, () => {
	let broker;
	let consultant;
	let meeting;
	let plants;
	const sockets = [];
	before(async () => {
		broker = await startBroker({
			settings: { metrics: { address: METRICS } },
			args: ["--test-clock"],
		});
	});
	after(async () => {
		for (const socket of sockets) socket.close();
		await broker?.stop();
	});

	const everything = () => placesOf(broker, METRICS);

	it("sing when they are planted", async () => {
		const places = await everything();
		const plant = places.find(({ where }) => where === "log");
		plant.text += ` ${LABEL} `;
		assert.deepEqual(hits(places, [LABEL, CASE]), [`${LABEL} in log`]);
	});

	it("are silent during and after a meeting that went over to the telephone", async () => {
		consultant = await consultantOf(broker, { from: CONSULTANT_AT });
		meeting = await bookNow(consultant, {
			label: LABEL,
			case_ref: CASE,
			phone: PHONE,
			pin: true,
		});
		const { pin } = meeting.invitation;
		const citizen = await redeem(broker, meeting.token, { from: CITIZEN_AT, pin });
		plants = [
			...spellings(PHONE),
			...spellings(GIVEN),
			LABEL,
			CASE,
			meeting.token,
			Buffer.from(meeting.token, "base64url").toString("latin1"),
			Buffer.from(meeting.token, "base64url").toString("hex"),
			CONSULTANT_AT,
			CITIZEN_AT,
			UFRAG,
			"203.0.113.77",
			"planted text",
			...consultant.http.cookies.values(),
			...citizen.http.cookies.values(),
		];
		assert.ok(plants.every((plant) => plant.length >= 8));
		const id = meeting.card.id;
		const desk = await enter(broker, consultant, id, { from: CONSULTANT_AT });
		const home = await knock(broker, citizen, { from: CITIZEN_AT });
		sockets.push(desk, home);
		home.send({ type: "step", step: "ready" });
		const { guests } = await desk.next("a guest", (m) => m.guests?.some((g) => g.here));
		desk.send({ type: "admit", entry: guests[0].entry });
		const { epoch } = await desk.next("start", (m) => m.type === "start");
		desk.send({ type: "signal", epoch, kind: "offer", sdp: sdp("actpass") });
		await home.next("the offer", (m) => m.type === "signal" && m.kind === "offer");
		home.send({ type: "signal", epoch, kind: "answer", sdp: sdp("active") });
		await desk.next("the answer", (m) => m.type === "signal" && m.kind === "answer");
		const media = { type: "media", epoch, picture: true, mic: true, share: false };
		for (const side of [desk, home])
			side.send({ ...media, rung: "video", health: "good" });
		const asked = await citizen.http.call("POST", "/link/call-me", {
			seat: citizen.seat,
			phone: GIVEN,
		});
		assert.equal(asked.status, 200);
		desk.send({ type: "phone", event: "open", from: "work" });
		desk.send({ type: "phone", event: "ringing" });
		desk.send({ type: "phone", event: "answered" });
		await desk.next("ringing", (m) => m.call?.state === "ringing");
		assert.deepEqual(hits(await everything(), plants), []);
		desk.send({ type: "phone", event: "is_citizen" });
		await home.next("the telephone", (m) => m.form === "phone");
		const shown = await consultant.http.call("POST", `/staff/meetings/${id}/number`, {
			purpose: "call",
		});
		assert.equal(shown.status, 200);
		assert.match(shown.body.phone, new RegExp(`${PHONE}|${GIVEN}`));
		for (const junk of ['{"type":"planted text"}', "planted text"]) home.send(junk);
		assert.equal(await home.settled(), false, "junk costs the connection");
		desk.send({ type: "phone", event: "hung_up" });
		desk.send({ type: "end", outcome: "held" });
		await desk.next("the end", (m) => m.type === "ended");
		await consultant.http.call("POST", "/staff/find", { text: LABEL });
		const wrong = await broker.http({ from: CITIZEN_AT });
		await wrong.call("POST", "/link/digits", { number: PHONE, pin });
		assert.deepEqual(hits(await everything(), plants), []);
		assert.deepEqual(loneIn(await everything(), pin), [], "the PIN");
	});

	/** What the consultant's page would still get of the contact data. */
	async function contactOf(http) {
		const at = `/staff/meetings/${meeting.card.id}`;
		const card = await http.call("GET", at);
		const invitation = await http.call("GET", `${at}/invitation`);
		const phone = await http.call("POST", `${at}/number`, { purpose: "call" });
		const { label, phone_last2, contact_gone } = card.body?.card ?? {};
		return {
			label,
			phone_last2,
			contact_gone,
			invitation: invitation.status,
			phone: phone.status,
		};
	}
	const GONE = {
		label: "",
		phone_last2: "",
		contact_gone: true,
		invitation: 410,
		phone: 410,
	};

	it("lets nothing of the contact data open after its deadline, nor from a backup", async () => {
		const { samtale, folder } = broker;
		const key = join(folder, "offline");
		await samtale("key", "backup-keygen", key);
		const old = join(folder, "old.backup");
		await samtale("backup", old, "--to", `${key}.pub`);
		const known = await contactOf(consultant.http);
		assert.equal(known.label, LABEL, "it opens before");

		await samtale("clock", "shift", String(25 * HOUR_MS));
		await samtale("retention", "run");
		const later = await broker.http();
		const { account } = consultant;
		const signed = await later.call("POST", "/staff/sign-in", {
			username: account.name,
			password: account.password,
			code: totp(account.secret, Date.now() + 25 * HOUR_MS),
		});
		assert.equal(signed.status, 200);
		assert.deepEqual(await contactOf(later), GONE);

		const keys = join(folder, "new.keys");
		await samtale("key", "backup", keys, "--to", `${key}.pub`);
		const restored = join(folder, "restored");
		await mkdir(restored, { mode: 0o700 });
		await copyFile(join(folder, "node.key"), join(restored, "node.key"));
		const args = ["--key", `${key}.key`, "--to", restored, "--keys", keys];
		await samtale("restore", old, ...args);
		await copyFile(join(folder, "trial.ini"), join(restored, "trial.ini"));
		await broker.writeConfig({
			data: { folder: restored },
			metrics: { address: METRICS },
		});
		await broker.restart();
		const again = await consultantOf(broker);
		// The row is as old as the backup; only the key could have opened what it holds.
		assert.deepEqual({ ...(await contactOf(again.http)), contact_gone: true }, GONE);
	});
});
