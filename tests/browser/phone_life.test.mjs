// SPDX-License-Identifier: MPL-2.0
//
// What may die during a call: her page, her browser, the serving process, the gateway, the
// trunk. The talk goes on where it can; where it cannot, she is told in plain words, the
// meeting is there, and one click calls again.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { totp } from "../lib/broker.mjs";
import { hearsNothing, hearsTone, startChromium, until } from "../lib/browsers.mjs";
import {
	demoAccount,
	named,
	openCardOf,
	press,
	shows,
	signIn,
	textOf,
} from "../lib/people.mjs";
import {
	CITIZEN_HERTZ,
	OWN_HERTZ,
	openPhoneStage,
	trunkIs,
	VOICE,
} from "./phone_stage.mjs";

const HALF_MINUTE = 30_000;

describe("a call outlives what can die, or says so", { timeout: 240_000 }, () => {
	let stage;
	let page;
	before(async () => {
		stage = await openPhoneStage();
		page = stage.page;
		await stage.meeting({ label: "Levende" });
		await stage.talk();
	});
	after(() => stage?.stop());

	/** Kills a child and waits until another one is in its place. */
	async function kill(name) {
		const pid = await stage.broker.childPid(name);
		process.kill(pid, "SIGKILL");
		await until(
			`another ${name}`,
			() => stage.broker.childPid(name),
			(now) => now !== undefined && now !== pid,
		);
		return pid;
	}
	const inTalk = () => named(page, "button", "Læg på").shown();

	it("goes on over a reload of her page", async () => {
		await page.reload();
		await inTalk();
		await stage.bothHear();
	});

	it("follows her to a second tab, and the first falls silent", async () => {
		const first = page;
		const second = await page.context().newPage();
		await second.goto(`${stage.broker.origin}/staff`);
		await openCardOf(second, "Levende");
		await named(second, "button", "Læg på").shown();
		await hearsTone(second, VOICE, CITIZEN_HERTZ);
		await stage.telephone.hearsTone(OWN_HERTZ);
		await shows(first, "Samtale er åben i et andet vindue.");
		await hearsNothing(first, VOICE);
		await second.close();
		await press(first, "Fortsæt her");
		await inTalk();
		await stage.bothHear();
	});

	it("goes on when the serving process crashes, in the same gateway", async () => {
		const gateway = await stage.broker.childPid("samtale-phone");
		await kill("samtale-serve");
		await stage.trunkIsUp();
		await shows(page, "Forbundet", 15_000);
		await inTalk();
		await stage.bothHear();
		assert.equal(await stage.broker.childPid("samtale-phone"), gateway);
		assert.match(await textOf(page), /I taler i telefon/);
	});

	it("ends in plain words when the gateway crashes, which is back by itself", async () => {
		await kill("samtale-phone");
		await shows(page, "Telefonlinjen er nede");
		await stage.looks("phone-line-down");
		await stage.trunkIsUp();
		stage.telephone.forget();
		stage.telephone.hangUp(); // it cannot know
		await stage.telephone.hears("CALL_CLOSED");
		await stage.talk();
	});

	it("ends when the whole broker is killed; the meeting is there and calls again", async () => {
		await stage.broker.restart("SIGKILL");
		await stage.trunkIsUp();
		await named(page, "button", "Ring op her i browseren").shown();
		await stage.talk();
	});

	it("keeps the telephone when her browser is killed, and goes on when she is back", async () => {
		await stage.desk.kill();
		await stage.telephone.hearsNo(OWN_HERTZ);
		const { name, password, secret } = await demoAccount(stage.broker);
		const code = totp(secret, Date.now() + HALF_MINUTE);
		const { ca } = stage;
		const desk = stage.keep(await startChromium({ ca, hertz: OWN_HERTZ }));
		page = stage.use(
			await signIn(desk, stage.broker, { account: { name, password, secret, code } }),
		);
		await stage.telephone.hearsAnything(20_000);
		await openCardOf(page, "Levende");
		await inTalk();
		await stage.bothHear();
	});

	it("ends with the trunk, which is known by itself to be back", async () => {
		await stage.hangUp();
		await stage.exchange.cut();
		await press(page, "Ring op her i browseren");
		await shows(page, "Telefonlinjen er nede");
		await trunkIs(stage.broker, "down");
		await stage.exchange.mend();
		await stage.trunkIsUp();
		await stage.talk();
	});

	it("says goodbye to the telephone when the broker is stopped", async () => {
		stage.telephone.forget();
		const calls = stage.telephone.hears("CALL_CLOSED");
		await stage.broker.restart("SIGTERM");
		await calls;
		await shows(page, "Telefonlinjen er nede");
	});
});

describe("caps on calls", { timeout: 60_000 }, () => {
	let stage;
	before(async () => {
		stage = await openPhoneStage({ phone: { calls_per_meeting: 1 } });
	});
	after(() => stage?.stop());

	it("hold over a restart, and say so", async () => {
		const { page, broker, exchange } = stage;
		await stage.meeting({ label: "Loft" });
		await stage.ring();
		await press(page, "Det er en anden / Telefonsvarer");
		await press(page, "Ring op her i browseren");
		await shows(page, "For mange opkald i mødet.");
		await broker.restart();
		await stage.trunkIsUp();
		await named(page, "button", "Ring op her i browseren").shown();
		await press(page, "Ring op her i browseren");
		await shows(page, "For mange opkald i mødet.");
		assert.equal(exchange.placed.length, 1, "one call left for the trunk");
		await stage.looks("phone-cap");
	});
});
