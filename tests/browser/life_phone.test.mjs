// SPDX-License-Identifier: MPL-2.0
//
// From video to the telephone and back, without a trunk: asked for by the citizen at every
// step, led by the consultant, seen by both. Then meetings that are telephone from the
// start, and those where nobody comes.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { seesColour, until } from "../lib/browsers.mjs";
import {
	admit,
	CITIZEN,
	CONSULTANT,
	cameraOn,
	endMeeting,
	isConnected,
	openLink,
	press,
	shows,
	textOf,
} from "../lib/people.mjs";
import { look, MINUTE_MS, openStage } from "./life_stage.mjs";

const NUMBER = "21436587";
const MASKED = "•• •• •• 87";
const SHOWN = "+45 21 43 65 87";

describe("the hand-off to the telephone", { timeout: 240_000 }, () => {
	let stage;
	let page;
	before(async () => {
		stage = await openStage();
		page = stage.page;
	});
	after(() => stage?.stop());

	const pickPhone = (name) => page.getByRole("radio", { name, exact: true }).check();
	const sheet = (citizen) => citizen.getByText("Ring til mig i stedet").click();
	const gone = (where, words) =>
		until(
			`no more ${words}`,
			() => textOf(where),
			(text) => !text.includes(words),
		);

	/** The two digits that both pages show now. */
	async function sameDigits(citizen) {
		const here = await until(
			"two digits",
			() => textOf(page, ".twodigits .code"),
			(text) => /^\d\d$/.test(text),
		);
		await shows(citizen, `siger tallet ${here}`);
		return here;
	}

	/** Which outcomes the end offers; leaves the dialog again. */
	async function outcomes() {
		await press(page, "Afslut");
		await page.locator("dialog button[type=submit]").waitFor();
		const offered = await page.evaluate(() =>
			[...document.querySelectorAll("dialog input")].map((input) => input.value),
		);
		await press(page, "Bliv i mødet");
		return offered;
	}

	async function tryToCall() {
		await press(page, "Gør klar til at ringe");
		await press(page, "Det ringer");
		await press(page, "Svarer ikke");
		await shows(page, "1 forsøg uden svar.");
	}

	it("takes a wish to be called before the link is used, with the number on file", async () => {
		const { link } = await stage.meeting({ label: "Ønske", phone: NUMBER });
		const citizen = await openLink(stage.home, stage.broker, link);
		await sheet(citizen);
		await shows(citizen, "Vi ringer til nummeret, der ender på 87.");
		assert.ok(!(await textOf(citizen)).includes("21"), "two digits are all it tells");
		await look(citizen, "phone-wish");
		await press(citizen, "Ring til mig");
		await shows(citizen, "Vi har fået din besked. Mette ringer til dig");
		await shows(page, "Borgeren vil gerne ringes op.");
		await press(citizen, "Fortryd. Jeg vil ikke ringes op");
		await gone(page, "Borgeren vil gerne ringes op.");
		await press(citizen, "Ring til mig");
		await press(page, "Ring op");
		await shows(page, MASKED);
		assert.ok(!(await page.content()).includes("21 43"), "masked until it is pressed");
		await look(page, "phone-masked");
		await press(page, "Vis nummeret");
		await shows(page, SHOWN);
		await citizen.context().close();
	});

	it("takes a number from the lobby, and dials it only when the consultant agrees", async () => {
		const { link } = await stage.meeting({ label: "Andet nummer" });
		const citizen = await stage.waiting(link);
		const give = async (number) => {
			await citizen.getByLabel("Dit telefonnummer").fill(number);
			await press(citizen, "Ring til mig");
			await shows(citizen, "Mette ringer til dig");
		};
		await sheet(citizen);
		await citizen.getByLabel("Dit telefonnummer").fill("12");
		await press(citizen, "Ring til mig");
		await shows(citizen, "Skriv otte tal.");
		await give("61 72 83 94");
		await shows(page, /selv skrevet et nummer: (\+45)? ?61 ?72 ?83 ?94/);
		await look(page, "phone-given");
		await press(page, "Brug det ikke");
		await gone(page, "selv skrevet et nummer");
		await press(page, "Telefon");
		await shows(page, "Der er ikke noget nummer på mødet.");
		await press(citizen, "Fortryd. Jeg vil ikke ringes op");
		await give("61728395");
		await press(page, "Brug nummeret");
		await shows(page, "•• •• •• 95");
		await press(page, "Vis nummeret");
		await shows(page, "+45 61 72 83 95");
		await shows(page, "Nummeret har borgeren selv skrevet.");
		await citizen.context().close();
	});

	it("carries a talk over to the telephone and back, with both pictures", async () => {
		const { link } = await stage.meeting({ label: "Skift", phone: NUMBER });
		const citizen = await stage.waiting(link);
		await cameraOn(page);
		await admit(page, citizen);
		await seesColour(page, CONSULTANT.theirs, "blue");
		await sheet(citizen);
		await press(citizen, "Ring til mig");
		await shows(page, "Borgeren vil gerne ringes op.");
		await press(page, "Ring op");
		await pickPhone("Skjult nummer");
		await shows(page, "Mange tager ikke skjulte numre.");
		await press(page, "Gør klar til at ringe");
		await shows(citizen, "Mette ringer om lidt");
		await shows(citizen, "Der står måske skjult nummer");
		await sameDigits(citizen);
		await look(citizen, "phone-announced");
		await press(page, "Det ringer");
		await shows(citizen, "Mette ringer til dig nu");
		await look(page, "phone-ringing");
		await press(page, "Svarer ikke");
		await shows(citizen, "Vi fik ikke fat i dig");
		await pickPhone("Arbejdstelefon");
		await press(page, "Ring igen");
		await press(page, "Det ringer");
		await press(page, "Forkert person");
		await shows(page, "2 forsøg uden svar.");
		await press(page, "Ring igen");
		await sameDigits(citizen);
		await press(page, "Det ringer");
		await press(page, "Der bliver svaret");
		await shows(page, "Hvem er i røret?");
		await press(page, "Det er borgeren");
		await shows(citizen, "I taler i telefon");
		await shows(page, "ikke krypteret hele vejen");
		await shows(page, "Identitet: Bekræftet");
		for (const p of [page, citizen]) {
			const videos = await p.locator("video:visible").count();
			assert.equal(videos, 0, "no picture during the call");
		}
		await look(page, "phone-talking");
		await look(citizen, "phone-talking-citizen");
		await stage.shift(8 * MINUTE_MS);
		await press(citizen, "Ja, video");
		await shows(citizen, "Vi spørger Mette.");
		await shows(page, "Borgeren vil gerne tilbage til video.");
		await press(page, "Tilbage til video");
		await isConnected(page, citizen);
		await seesColour(page, CONSULTANT.theirs, "blue");
		await seesColour(citizen, CITIZEN.theirs, "red");
		await endMeeting(page);
		await shows(page, /8 min\.\s*Telefon · oplyst af dig/);
		await look(page, "phone-summary");
		await shows(citizen, "Tak for samtalen");
		await look(citizen, "phone-end");
		await citizen.context().close();
	});

	it("holds a meeting that is booked by telephone without any page of the citizen", async () => {
		await stage.meeting({ label: "Telefonmøde", phone: NUMBER, by: "phone" });
		await shows(page, "Mødet er aftalt som telefonmøde.");
		await look(page, "phone-booked");
		await press(page, "Gør klar til at ringe");
		await press(page, "Det ringer");
		await press(page, "Det er borgeren");
		await shows(page, "I taler i telefon");
		await stage.shift(3 * MINUTE_MS);
		await press(page, "Vi har lagt på");
		await endMeeting(page);
		await shows(page, /3 min\.\s*Telefon · oplyst af dig/);
	});

	it("says after three minutes that nobody has come; no_show only after 15 and a call", async () => {
		await stage.meeting({ label: "Kommer ikke", phone: NUMBER });
		await stage.shift(3 * MINUTE_MS + 1000);
		await shows(page, "Borgeren er ikke kommet endnu.");
		await look(page, "phone-not-come");
		await press(page, "Ring op");
		await tryToCall();
		assert.ok(!(await outcomes()).includes("no_show"), "not before 15 minutes");
		await stage.shift(12 * MINUTE_MS);
		await until("no_show is offered", outcomes, (all) => all.includes("no_show"));
		await endMeeting(page, "no_show");
		await shows(page, "Borgeren kom ikke");
	});

	it("never offers no_show without a call, nor when the citizen was there", async () => {
		const { link } = await stage.meeting({ label: "Var der", phone: NUMBER });
		await stage.shift(16 * MINUTE_MS);
		assert.ok(!(await outcomes()).includes("no_show"), "not without a call");
		const citizen = await stage.waiting(link);
		await citizen.context().close();
		await shows(page, "Var her, er væk lige nu");
		await press(page, "Telefon");
		await tryToCall();
		const offered = await outcomes();
		assert.ok(!offered.includes("no_show"), "not for one who waited");
		assert.ok(offered.includes("not_reached"));
	});
});
