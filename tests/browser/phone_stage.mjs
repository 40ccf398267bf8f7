// SPDX-License-Identifier: MPL-2.0
//
// The stage of the phone_* stories: the real broker with the real gateway, a telephone
// behind its trunk, a consultant's browser that speaks 440 Hz. What is heard is measured
// at both ends; no state is believed.

import { startBroker } from "../lib/broker.mjs";
import { hearsTone, startChromium, until } from "../lib/browsers.mjs";
import { book, named, openCard, press, shows, signIn } from "../lib/people.mjs";
import { startTelephone } from "../lib/telephone.mjs";
import { toDay } from "./life_stage.mjs";

export const OWN_HERTZ = 440;
export const CITIZEN_HERTZ = 1000;
export const CITIZEN_NUMBER = "+4521436587";
/** Every <audio> of the staff page; the line's is among them. */
export const VOICE = "audio";

/**
 * @param options `telephone`: as startTelephone's; `phone`: more rows of [phone];
 * `settings`: other sections; `start`: startChromium or startFirefox
 */
export async function openPhoneStage({
	telephone: how = {},
	phone = {},
	settings = {},
	args = ["--test-clock"],
	start = startChromium,
	init,
} = {}) {
	const stops = [];
	const keep = (started) => {
		stops.push(started.stop);
		return started;
	};
	const stop = async () => {
		for (const each of stops.splice(0).reverse()) await each();
	};
	try {
		const telephone = keep(
			await startTelephone({ number: CITIZEN_NUMBER, hertz: CITIZEN_HERTZ, ...how }),
		);
		const broker = keep(
			await startBroker({
				settings: {
					media: { p2p: "allow" },
					...settings,
					phone: { ...telephone.trunk, ...phone },
				},
				args,
				...(init && { init }),
			}),
		);
		const { ca } = broker.certificates;
		const desk = keep(await start({ ca, colour: "red", hertz: OWN_HERTZ }));
		const page = await signIn(desk, broker);
		const stage = {
			broker,
			telephone,
			desk,
			page,
			ca,
			keep,
			stop,
			trunkIsUp: () => trunkIs(broker, "up"),
			/** A meeting by telephone that is open now, its card on the page. */
			async meeting({ phone: number = CITIZEN_NUMBER.slice(3), ...what } = {}) {
				await toDay(page, broker);
				const made = await book(page, { now: true, by: "phone", phone: number, ...what });
				await openCard(page);
				return made;
			},
			/** Rings, and waits until the page says that somebody answered. */
			async ring() {
				await press(page, "Ring op her i browseren");
				await named(page, "button", "Det er borgeren").shown();
			},
			/** Rings and says that it is the citizen; both hear each other. */
			async talk() {
				await stage.ring();
				await press(page, "Det er borgeren");
				await stage.bothHear();
			},
			async bothHear() {
				await telephone.hearsTone(OWN_HERTZ);
				await hearsTone(page, VOICE, CITIZEN_HERTZ);
			},
			says: (words, within) => shows(page, words, within),
		};
		await stage.trunkIsUp();
		return stage;
	} catch (error) {
		await stop();
		throw error;
	}
}

/** Waits until /readyz says so of the trunk. */
export function trunkIs(broker, state, within = 15_000) {
	return until(
		`the trunk is ${state}`,
		async () => {
			const http = await broker.http();
			const { bytes } = await http.raw("GET", "/readyz");
			return bytes.toString();
		},
		(text) => new RegExp(`trunk\\W+${state}`).test(text),
		within,
	);
}
