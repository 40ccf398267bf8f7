// SPDX-License-Identifier: MPL-2.0
//
// Canaries on the telephone: calls out and in through the real gateway, right digits, wrong
// ones and none, a call that fails. The numbers of both, the PIN and what was typed are then
// nowhere but at the operator, who has to know whom to call.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startBroker } from "../lib/broker.mjs";
import { until } from "../lib/browsers.mjs";
import { hits, loneIn, placesOf, spellings } from "../lib/canary.mjs";
import { startExchange } from "../lib/exchange.mjs";
import { startTelephone, trunkTo } from "../lib/telephone.mjs";
import { bookNow, consultantOf, enter } from "./privacy_wire.mjs";

const METRICS = "127.0.0.1:9465";
const PHONE = "61728394";
const CALLER = "51627384";
const NOBODYS = "41526374";
const OWN = "31425364";
const WRONG = "82736455";
const WRONG_PIN = "736455";

describe("canaries on the telephone", { timeout: 180_000 }, () => {
	const stops = [];
	const keep = (started) => {
		stops.push(started.stop);
		return started;
	};
	let broker;
	let exchange;
	let trunk;
	let citizen;
	let caller;
	let consultant;
	before(async () => {
		exchange = keep(await startExchange());
		citizen = keep(await startTelephone({ number: `+45${PHONE}` }));
		caller = keep(await startTelephone({ number: `+45${CALLER}` }));
		for (const each of [citizen, caller]) exchange.connect(each);
		trunk = await trunkTo(exchange.port);
		broker = keep(
			await startBroker({
				settings: {
					phone: trunk,
					metrics: { address: METRICS },
					log: { level: "debug" },
				},
				args: ["--test-clock"],
			}),
		);
		consultant = await consultantOf(broker);
		await broker.samtale("user", "phone", consultant.account.name, OWN);
	});
	after(async () => {
		for (const stop of stops.splice(0).reverse()) await stop();
	});
	const everything = () => placesOf(broker, METRICS);
	const plants = [PHONE, CALLER, NOBODYS, OWN, WRONG].flatMap(spellings);
	async function silent() {
		const places = await everything();
		assert.match(broker.log, /PHONE_TRUNK_UP/, "the gateway's log was looked at");
		assert.ok(
			places.some(
				({ where, text }) => /cmdline$/.test(where) && /samtale-phone/.test(text),
			),
			"the gateway's process was looked at",
		);
		assert.deepEqual(hits(places, plants), []);
	}

	/** Her connection to a new meeting; what she is told of its call. */
	async function meeting(more = {}) {
		const made = await bookNow(consultant, { form: "phone", ...more });
		const desk = await enter(broker, consultant, made.card.id);
		stops.push(desk.close);
		await until(
			"the trunk is up",
			() => desk.heard.some((m) => m.call?.trunk),
			Boolean,
			15_000,
		);
		return { ...made, desk };
	}
	const says = (desk, event, more) => desk.send({ type: "phone", event, ...more });

	it("are silent while a call is placed, talks and ends", async () => {
		const { desk, card } = await meeting({ phone: PHONE });
		says(desk, "dial", { to: "browser" });
		await desk.next("answered", (m) => m.call?.progress === "answered");
		assert.match(exchange.placed.at(-1).text, new RegExp(PHONE), "it went out");
		await silent();
		says(desk, "is_citizen");
		await desk.next("the talk", (m) => m.call?.progress === "talking");
		await citizen.press("*6");
		await desk.next("the key", (m) => m.call?.by_caller);
		await silent();
		says(desk, "hung_up");
		await citizen.hears("CALL_CLOSED");
		desk.send({ type: "end", outcome: "held" });
		await desk.next("the end", (m) => m.type === "ended");
		await broker.samtale("meeting", "show", card.id);
		await silent();
	});

	it("are silent when nobody has the number, or it is her own", async () => {
		const { desk } = await meeting({ phone: NOBODYS });
		says(desk, "dial", { to: "browser" });
		await desk.next("the refusal", (m) => m.call?.reason === "unknown_number");
		const before = desk.heard.length;
		says(desk, "dial", { to: "own_phone" });
		await desk.next("hers", (m) => m.call?.reason === "unknown_number", before);
		assert.match(exchange.placed.at(-1).text, new RegExp(OWN), "hers was called");
		await silent();
	});

	it("are silent when somebody calls in, with digits of all kinds and from a known number", async () => {
		const { desk, invitation } = await meeting({ pin: true });
		const pin = invitation.pin.replaceAll(" ", "");
		const number = invitation.number.replaceAll(" ", "");
		caller.dial(trunk.sip_port);
		await caller.hears("CALL_ESTABLISHED");
		await caller.hearsAnything();
		await caller.press(WRONG + WRONG_PIN);
		await until("they were wrong", everything, (places) =>
			/wrong_digits_total [1-9]/.test(places.find((p) => p.where === "metrics").text),
		);
		await caller.press(number + pin);
		await desk.next("a guest", (m) => m.guests?.some((g) => g.kind === "phone"));
		await silent();
		assert.deepEqual(loneIn(await everything(), pin), [], "the PIN");
		assert.deepEqual(loneIn(await everything(), WRONG_PIN), [], "a wrong PIN");
		caller.hangUp();
		await desk.next(
			"nobody",
			(m) => m.guests?.length === 0,
			desk.heard.findIndex((m) => m.guests?.length),
		);
		const known = await meeting({ phone: CALLER });
		caller.dial(trunk.sip_port);
		await known.desk.next("a known guest", (m) => m.guests?.some((g) => g.known));
		await silent();
	});

	it("are silent after the gateway died in a call", async () => {
		const { desk } = await meeting({ phone: PHONE });
		says(desk, "dial", { to: "browser" });
		await desk.next("answered", (m) => m.call?.progress === "answered");
		const gateway = await broker.childPid("samtale-phone");
		process.kill(gateway, "SIGKILL");
		await desk.next("the line is down", (m) => m.call?.reason === "line_down");
		await until("it is back", () => broker.childPid("samtale-phone"), Boolean);
		await silent();
	});
});
