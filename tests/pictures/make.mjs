// SPDX-License-Identifier: MPL-2.0
//
// The pictures of the README, taken of the running product. make.mjs FOLDER

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startBroker } from "../lib/broker.mjs";
import { startChromium, until } from "../lib/browsers.mjs";
import {
	admit,
	book,
	CITIZEN,
	CONSULTANT,
	cameraOn,
	openCardOf,
	openLink,
	press,
	shows,
	signIn,
	toDevices,
	toLobby,
} from "../lib/people.mjs";
import { startTelephone, trunkTo } from "../lib/telephone.mjs";

const run = promisify(execFile);
const folder = process.argv[2];
const PHONE = {
	viewport: { width: 390, height: 780 },
	deviceScaleFactor: 2,
	hasTouch: true,
};
const PALETTE = "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none";
const NUMBER = "22334455";
const DESK = { viewport: { width: 1280, height: 760 }, deviceScaleFactor: 1.25 };

/** A camera file in which the drawn person sits. */
async function camera(browser, name, work) {
	const svg = await readFile(
		fileURLToPath(new URL(`${name}.svg`, import.meta.url)),
		"utf8",
	);
	const profile = await browser.browser.newContext({
		viewport: { width: 640, height: 480 },
	});
	const page = await profile.newPage();
	await page.setContent(`<body style="margin:0">${svg}</body>`);
	const still = join(work, `${name}.png`);
	await page.screenshot({ path: still });
	const film = join(work, `${name}.y4m`);
	await run("ffmpeg", [
		...["-v", "error", "-loop", "1", "-i", still, "-t", "0.5", "-r", "30"],
		...["-pix_fmt", "yuv420p", film],
	]);
	return `--use-file-for-fake-video-capture=${film}`;
}

const showsPicture = (page, selector) =>
	until("the other's picture", () =>
		page.evaluate((s) => (document.querySelector(s)?.videoWidth ?? 0) >= 320, selector),
	);

async function main() {
	const work = await mkdtemp(join(tmpdir(), "samtale-pictures-"));
	const stops = [() => rm(work, { recursive: true, force: true })];
	await mkdir(folder, { recursive: true });
	try {
		const telephone = await startTelephone({ number: `+45${NUMBER}`, answers: false });
		stops.push(telephone.stop);
		const broker = await startBroker({
			settings: {
				org: { name: "Hedensted Kommune" },
				phone: await trunkTo(telephone.port),
			},
		});
		stops.push(broker.stop);
		const { ca } = broker.certificates;
		const painter = await startChromium({ ca });
		stops.push(painter.stop);
		const desk = await startChromium({
			...{ ca, context: DESK },
			args: ["--lang=da", await camera(painter, "mette", work)],
		});
		stops.push(desk.stop);
		const phone = await startChromium({
			...{ ca, context: PHONE },
			args: [await camera(painter, "citizen", work)],
		});
		stops.push(phone.stop);
		// 256 colours of its own show each page as it is, in a third of the bytes.
		const take = async (page, name) => {
			const shot = join(work, "shot.png");
			await writeFile(shot, await page.screenshot());
			await run("ffmpeg", [
				...["-v", "error", "-y", "-i", shot, "-vf", PALETTE],
				join(folder, `${name}.png`),
			]);
		};

		const consultant = await signIn(desk, broker);
		const toDay = () => press(consultant, "Til dagen");
		const { link } = await book(consultant, {
			label: "Plan for foråret",
			phone: NUMBER,
			now: true,
		});
		await toDay();
		await book(consultant, { label: "Opfølgning", phone: NUMBER, by: "phone" });
		await toDay();
		await book(consultant, { label: "Samtale med tolk" });
		await toDay();

		const citizen = await openLink(phone, broker, link);
		await take(citizen, "citizen-welcome");
		await toDevices(citizen);
		await toLobby(citizen);
		await until("the alert", () =>
			consultant.evaluate(() => document.body.innerText.includes("Venter siden")),
		);
		await take(consultant, "staff-day");

		await openCardOf(consultant, "Plan for foråret");
		await cameraOn(consultant);
		await admit(consultant, citizen);
		await showsPicture(consultant, CONSULTANT.theirs);
		await showsPicture(citizen, CITIZEN.theirs);
		await take(citizen, "citizen-talk");
		await take(consultant, "staff-talk");

		await press(consultant, "Telefon");
		await press(consultant, "Ring op her i browseren");
		await shows(citizen, "ringer til dig nu");
		await shows(consultant, "Det ringer hos borgeren");
		await take(consultant, "staff-phone");
		await take(citizen, "citizen-phone");
		telephone.pickUp();
		await press(consultant, "Det er borgeren");
		await shows(citizen, "I taler i telefon");
		await shows(consultant, "I taler i telefon");
		await take(consultant, "staff-phone-talk");
		await take(citizen, "citizen-phone-talk");
	} finally {
		for (const stop of stops.reverse()) await stop();
	}
}

await main();
