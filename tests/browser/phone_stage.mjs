// SPDX-License-Identifier: MPL-2.0
//
// The stage of the phone_* stories: the real broker with the real gateway, an exchange at the
// far end of its trunk with the citizen's telephone, a consultant's browser that speaks
// 440 Hz. What is heard is measured at both ends; no state is believed.

import { startBroker } from "../lib/broker.mjs";
import { hearsTone, startChromium, until } from "../lib/browsers.mjs";
import { startExchange } from "../lib/exchange.mjs";
import { book, named, openCard, press, signIn } from "../lib/people.mjs";
import { startTelephone, trunkTo } from "../lib/telephone.mjs";
import { look, toDay } from "./life_stage.mjs";

const SMALL = { width: 320, height: 640 };
const WIDE = { width: 1280, height: 800 };
export const OWN_HERTZ = 440;
export const CITIZEN_HERTZ = 1000;
export const CITIZEN_NUMBER = "+4521436587";
/** Every <audio> of the staff page; the line's is among them. */
export const VOICE = "audio";

/**
 * @param options `address`: of trunk and telephones; `telephone`: as startTelephone's; `phone`: more rows of [phone];
 * `settings`: other sections; `start`: startChromium or startFirefox
 */
export async function openPhoneStage({
	address,
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
		const exchange = keep(await startExchange(address));
		const connect = async (what) => {
			const telephone = keep(await startTelephone({ address, ...what }));
			exchange.connect(telephone);
			return telephone;
		};
		const telephone = await connect({
			number: CITIZEN_NUMBER,
			hertz: CITIZEN_HERTZ,
			...how,
		});
		const trunk = { ...(await trunkTo(exchange.port, address)), ...phone };
		const broker = keep(
			await startBroker({
				settings: {
					media: { p2p: "allow" },
					...settings,
					phone: trunk,
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
			exchange,
			/** Another telephone behind the same exchange. */
			connect,
			telephone,
			trunk,
			desk,
			page,
			ca,
			keep,
			stop,
			trunkIsUp: () => trunkIs(broker, "up"),
			/** A meeting by telephone that is open now, its card on the page. */
			async meeting({ phone: number = CITIZEN_NUMBER.slice(3), ...what } = {}) {
				await toDay(stage.page, broker);
				const made = await book(stage.page, {
					now: true,
					by: "phone",
					phone: number,
					...what,
				});
				await openCard(stage.page);
				return made;
			},
			/** Rings, and waits until the page says that somebody answered. */
			async ring() {
				await press(stage.page, "Ring op her i browseren");
				await named(stage.page, "button", "Det er borgeren").shown();
			},
			/** Rings and says that it is the citizen; both hear each other. */
			async talk() {
				await stage.ring();
				await press(stage.page, "Det er borgeren");
				await stage.bothHear();
			},
			async bothHear() {
				await telephone.hearsTone(OWN_HERTZ);
				await hearsTone(stage.page, VOICE, CITIZEN_HERTZ);
			},
			/** Another page is hers from now on. */
			use(other) {
				stage.page = other;
				return other;
			},
			/** She ends the call. */
			async hangUp() {
				await press(stage.page, "Læg på");
				await stage.page.locator("dialog button.danger").click();
			},
			/** What holds in every state, on a desk and on the smallest phone. */
			async looks(name) {
				for (const size of [SMALL, WIDE]) {
					await stage.page.setViewportSize(size);
					await look(stage.page, `${name}-${size.width}`);
				}
			},
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
