// SPDX-License-Identifier: MPL-2.0
//
// Calls that nobody takes: what the trunk answers is what she reads, the network's own
// voice is heard by her before the answer, and she can stop at any time and try again.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsTone, until } from "../lib/browsers.mjs";
import { assertCalm, named, press, shows, textOf } from "../lib/people.mjs";
import { CITIZEN_NUMBER, openPhoneStage, VOICE } from "./phone_stage.mjs";

const NETWORK_HERTZ = 620;
const NOBODYS = "21999999";
const RING_SECONDS = 10;

const ENDS = [
	["is busy", { code: 486 }, "Der er optaget."],
	["declines", { code: 603 }, "Opkaldet blev afvist."],
	["does not answer at the operator's end", { code: 480 }, "Ingen svarer."],
];

describe("calls that nobody takes", { timeout: 120_000 }, () => {
	let stage;
	let page;
	before(async () => {
		stage = await openPhoneStage({
			telephone: { answers: false },
			phone: { ring_seconds: RING_SECONDS, refused: "+4590 +451 +4531" },
		});
		page = stage.page;
		await stage.meeting({ label: "Ingen" });
	});
	after(() => stage?.stop());

	const call = () => press(page, "Ring op her i browseren");
	const invites = () => stage.exchange.placed.length;

	for (const [what, rule, words] of ENDS)
		it(`says so when the telephone ${what}`, async () => {
			const before = invites();
			stage.exchange.rule(CITIZEN_NUMBER, rule);
			await call();
			await until("an INVITE", invites, (n) => n > before);
			await shows(page, words);
			await named(page, "button", "Ring op her i browseren").shown();
		});

	it("rings as long as the telephone rings, and says so when a person turns it away", async () => {
		await stage.meeting({ label: "Afviser" });
		stage.exchange.rule(CITIZEN_NUMBER);
		await call();
		await shows(page, "Det ringer hos borgeren.");
		await stage.telephone.hears("CALL_INCOMING");
		await stage.looks("phone-ringing-trunk");
		stage.telephone.hangUp();
		await shows(page, "Der er optaget.");
		await shows(page, "1 forsøg uden svar.");
		await stage.looks("phone-busy");
	});

	it("stops ringing when she cancels", async () => {
		await call();
		await stage.telephone.hears("CALL_INCOMING");
		await press(page, "Afbryd opkaldet");
		await stage.telephone.hears("CALL_CLOSED");
		await shows(page, "Opkaldet er afbrudt.");
		await named(page, "button", "Ring op her i browseren").shown();
	});

	it("gives up by itself after the set time, and the telephone falls silent", async () => {
		const begun = Date.now();
		await call();
		await stage.telephone.hears("CALL_INCOMING");
		await shows(page, "Ingen svarer.", 15_000);
		const rang = Date.now() - begun;
		assert.ok(rang > RING_SECONDS * 1000 - 500, `only ${rang} ms`);
		await stage.telephone.hears("CALL_CLOSED");
	});

	it("lets her hear what the network says before the answer, and still stop", async () => {
		await stage.meeting({ label: "Netværket" });
		stage.exchange.rule(CITIZEN_NUMBER, { early: NETWORK_HERTZ });
		await call();
		await shows(page, "Netværket svarer.");
		await hearsTone(page, VOICE, NETWORK_HERTZ);
		assert.doesNotMatch(await textOf(page), /Det er borgeren/, "nobody has answered");
		await stage.looks("phone-early");
		await press(page, "Afbryd opkaldet");
		await shows(page, "Opkaldet er afbrudt.");
		stage.exchange.rule(CITIZEN_NUMBER);
	});

	it("says that a number is unknown, and that one may not be called from here", async () => {
		await stage.meeting({ label: "Ukendt", phone: NOBODYS });
		await call();
		await shows(page, "Nummeret er ukendt.");
		await stage.meeting({ label: "Dyrt", phone: "31222324" });
		const before = invites();
		await call();
		await shows(page, "Nummeret må ikke ringes op herfra.");
		assert.equal(invites(), before, "nothing left for the trunk");
		assertCalm(page);
	});

	it("shows no number to whom we call when it is hidden, and none can be called back", async () => {
		await stage.broker.writeConfig({ phone: { ...stage.trunk, caller_id: "hidden" } });
		await stage.broker.restart();
		await stage.trunkIsUp();
		await stage.meeting({ label: "Skjult" });
		await call();
		await stage.telephone.hears("CALL_INCOMING");
		const { text } = stage.exchange.placed.at(-1);
		assert.match(text, /^Privacy: .*id/im);
		assert.match(text, /^From:.*anonymous/im);
		assert.doesNotMatch(/^From:.*$/im.exec(text)[0], /70101010/);
		await press(page, "Afbryd opkaldet");
	});
});
