// SPDX-License-Identifier: MPL-2.0
//
// Canaries: what must stay secret is planted in a whole meeting with a telephone hand-off,
// and then looked for in every file of the data folder and the vault's, in the sealed log,
// the checkpoints that leave the host, the journal's lines, the metrics, /healthz, refused
// answers, backups and what the processes show of themselves; the log that its auditor has
// opened names nobody either. After the deadline of the contact data nothing of it opens
// any more, also not from a backup that was taken before.

import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
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
// No CPR numbers (there is no 99th day), but written like them: they are let in.
const LABEL_NUMBER = "991399-1234";
const CASE_NUMBER = "559955-7766";
const CPR = "0707614285";
const LABEL = `Zebrafinken ${LABEL_NUMBER}`;
const CASE = `KREF-4471-X ${CASE_NUMBER}`;
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

const dayFromNow = (days) =>
	new Date(Date.now() + days * 24 * HOUR_MS).toISOString().slice(0, 10);

describe("canaries", { timeout: 120_000 }, () => {
	const logServer = createSocket("udp4");
	const sent = [];
	const refusals = [];
	let broker;
	let consultant;
	let meeting;
	let plants;
	const sockets = [];
	before(async () => {
		logServer.bind(0, "127.0.0.1");
		await once(logServer, "listening");
		logServer.on("message", (line) => sent.push(line.toString()));
		const syslog = `127.0.0.1:${logServer.address().port}`;
		broker = await startBroker({
			settings: { metrics: { address: METRICS }, audit: { syslog } },
			args: ["--test-clock"],
		});
	});
	after(async () => {
		for (const socket of sockets) socket.close();
		await broker?.stop();
		logServer.close();
	});

	const everything = () =>
		placesOf(broker, METRICS, [
			{ where: "syslog", text: sent.join("\n") },
			{ where: "a refused answer", text: refusals.join("\n") },
		]);

	/** A question that is refused: what it answers is looked at too. */
	async function refused(http, status, ...question) {
		const answer = await http.call(...question);
		assert.equal(answer.status, status);
		refusals.push(JSON.stringify(answer.body));
	}

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
			"Zebrafinken",
			"KREF-4471-X",
			...[LABEL_NUMBER, CASE_NUMBER].flatMap((n) => [n, n.replace("-", "")]),
			...spellings(CPR),
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
		const at = `/staff/meetings/${id}`;
		for (const field of ["label", "case_ref"])
			await refused(consultant.http, 422, "POST", "/staff/meetings", {
				...{ now: true, minutes: 30, form: "video", chosen_by: "citizen" },
				...{ way: "speech", language: "da", [field]: `${LABEL} ${CPR}` },
			});
		await refused(consultant.http, 409, "POST", `${at}/cancel`, { version: 1 });
		const wrong = await broker.http({ from: CITIZEN_AT });
		await refused(wrong, 404, "POST", "/link/digits", { number: PHONE, pin });
		await refused(wrong, 404, "POST", "/link/peek", { token: `x${meeting.token}` });
		assert.deepEqual(hits(await everything(), plants), []);
		assert.match(sent.join(), /samtale/, "checkpoints were sent away and looked at");
		assert.deepEqual(loneIn(await everything(), pin), [], "the PIN");
	});

	it("are silent in backups, in the auditors' bundle, and in the log once it is opened", async () => {
		const { samtale, folder } = broker;
		const key = join(folder, "silent");
		await samtale("key", "backup-keygen", key);
		await samtale("backup", join(folder, "a.backup"), "--to", `${key}.pub`);
		await samtale("key", "backup", join(folder, "a.keys"), "--to", `${key}.pub`);
		const days = ["--from", dayFromNow(-1), "--to", dayFromNow(1)];
		await samtale("audit", "bundle", join(folder, "a.bundle"), ...days);
		const places = await everything();
		for (const file of ["a.backup", "a.keys", "a.bundle"])
			assert.ok(places.some(({ where }) => where.endsWith(file)));
		assert.deepEqual(hits(places, plants), []);

		const read = await samtale("audit", "read", ...days);
		assert.match(read, /NUMBER_SHOWN/, "the log was opened");
		assert.match(read, /LINK_REDEEMED/);
		assert.ok(read.includes(CASE), "the meetings' own parts were opened too");
		// The case reference is what an auditor finds a citizen by; nothing else names her.
		const unnamed = plants.filter((plant) => !CASE.includes(plant));
		assert.deepEqual(hits([{ where: "the opened log", text: read }], unnamed), []);
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
		for (const made of [restored, `${restored}-vault`])
			await mkdir(made, { mode: 0o700 });
		for (const file of ["node.key", "auditors"])
			await copyFile(join(broker.vault, file), join(`${restored}-vault`, file));
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
