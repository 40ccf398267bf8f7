// SPDX-License-Identifier: MPL-2.0
//
// The citizen calls in. Whoever knows the digits comes to the lobby like everyone else and
// no further; until she is let in she hears our sentences alone and nobody hears her.
// Whoever does not is called back. Strangers who guess join nothing (phone_guess).

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { hearsTone, until } from "../lib/browsers.mjs";
import {
	assertCalm,
	endMeeting,
	framesOf,
	openCardOf,
	press,
	shows,
	textOf,
} from "../lib/people.mjs";
import { strength } from "../lib/telephone.mjs";
import { toDay } from "./life_stage.mjs";
import { OWN_HERTZ, openPhoneStage, VOICE } from "./phone_stage.mjs";

const CALLER = "+4520304050";
const CALLER_HERTZ = 700;

describe("a citizen who calls in", { timeout: 180_000 }, () => {
	let stage;
	let page;
	let caller;
	let hidden;
	before(async () => {
		stage = await openPhoneStage();
		page = stage.page;
		caller = await stage.connect({ number: CALLER, hertz: CALLER_HERTZ });
		hidden = await stage.connect({ number: "anonymous", hertz: CALLER_HERTZ });
	});
	after(() => stage?.stop());

	/** Calls, and is asked for digits. */
	async function callIn(telephone) {
		telephone.dial(stage.trunk.sip_port);
		await telephone.hears("CALL_ESTABLISHED");
		await telephone.hearsAnything();
	}
	async function typeIn(telephone, { number, pin }) {
		await callIn(telephone);
		await telephone.press(number);
		await telephone.press(pin);
	}
	const doorbells = async (page) =>
		(await framesOf(page)).filter((m) => m.type === "card" && m.alert === "arrived");
	const inLobby = () => shows(page, "Venter siden");
	async function talks(telephone, hertz = CALLER_HERTZ) {
		await telephone.hearsTone(OWN_HERTZ);
		await hearsTone(page, VOICE, hertz);
	}
	/** Nothing of her voice is in all that the telephone heard of this call. */
	async function heardNothingOfHer(telephone) {
		const heard = (await telephone.recordings()).at(-1);
		for (let at = 0; at + 4000 <= heard.length; at += 4000) {
			const level = strength(heard.subarray(at, at + 4000), OWN_HERTZ);
			assert.ok(level < 0.02, `${level} of her voice at ${at / 8000} s`);
		}
	}

	it("waits in the lobby with the right digits, and talks when she is let in", async () => {
		const digits = await stage.meeting({ label: "Ind", phone: "" });
		assert.match(digits.callIn, /70101010$/, "the invitation says what to call");
		await typeIn(caller, digits);
		await inLobby();
		assert.equal((await doorbells(page)).length, 1, "the same bell as for a browser");
		await shows(page, "Mødenummer og PIN");
		await stage.looks("phone-in-lobby");
		await heardNothingOfHer(caller);
		await press(page, "Luk ind");
		await talks(caller);
		await stage.looks("phone-in-talk");
		const html = await page.content();
		assert.ok(!html.includes(CALLER.slice(3)), "no number on the page");
	});

	it("mutes itself and raises a hand, and is sent away by the consultant", async () => {
		await caller.press("*6");
		await shows(page, "Borgeren har selv slået lyden fra");
		await caller.press("*6*1");
		await shows(page, "Borgeren rækker hånden op");
		await hearsTone(page, VOICE, CALLER_HERTZ);
		await press(page, "Fjern");
		await page.locator("dialog button.danger").click();
		await caller.hears("CALL_CLOSED", 20_000);
		await until(
			"nobody is inside",
			() => textOf(page),
			(text) => !text.includes("I taler i telefon"),
		);
	});

	it("waits before anyone else is there, and the card tells", async () => {
		const digits = await stage.meeting({ label: "Først her", phone: "" });
		await toDay(page, stage.broker);
		await typeIn(hidden, digits);
		await shows(page, "Ringer ind");
		await stage.looks("phone-in-card");
		await openCardOf(page, "Først her");
		await inLobby();
		await press(page, "Luk ind");
		await talks(hidden);
		hidden.hangUp();
		await shows(page, "Der er lagt på");
	});

	it("comes to its meeting without digits from a number that is booked, as unverified", async () => {
		await stage.meeting({ label: "Kendt", phone: CALLER.slice(3) });
		caller.dial(stage.trunk.sip_port);
		await inLobby();
		await shows(page, "uverificeret");
		await stage.looks("phone-in-known");
		await press(page, "Luk ind");
		await talks(caller);
		assert.doesNotMatch(await textOf(page), /Identitet: Bekræftet/);
		caller.hangUp();
		await shows(page, "Der er lagt på");
	});

	it("comes to the meeting that just tried to call, although there are others", async () => {
		stage.exchange.rule(stage.telephone.number, { code: 486 });
		await stage.meeting({ label: "En anden" });
		await stage.meeting({ label: "Ringede" });
		await press(page, "Ring op her i browseren");
		await shows(page, "Der er optaget");
		stage.telephone.dial(stage.trunk.sip_port);
		await inLobby();
		await press(page, "Luk ind");
		await talks(stage.telephone, 1000);
		await stage.hangUp();
		await stage.telephone.hears("CALL_CLOSED", 20_000);
		stage.exchange.rule(stage.telephone.number);
	});

	it("is told a sentence and let go when the meeting is over", async () => {
		const digits = await stage.meeting({ label: "Forbi", phone: "" });
		await endMeeting(page, "technical");
		await typeIn(hidden, digits);
		await hidden.hears("CALL_CLOSED", 30_000);
		assert.doesNotMatch(await textOf(page), /Venter siden/);
		assertCalm(page);
	});
});
