// SPDX-License-Identifier: MPL-2.0
//
// The pictures of the README, taken of the running product: an installation whose log three
// auditors share, so that no page says that it is for trying out. make.mjs FOLDER

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildFolder, startBroker } from "../lib/broker.mjs";
import { startChromium, until } from "../lib/browsers.mjs";
import {
	admit,
	book,
	CITIZEN,
	CONSULTANT,
	cameraOn,
	demoAccount,
	endMeeting,
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
const DESK = {
	viewport: { width: 1280, height: 760 },
	deviceScaleFactor: 1.25,
	locale: "da-DK",
};

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

// What a municipality of its own would set: for the report alone, nothing serves there.
const configuration = (folder) => `[org]
name = Hedensted Kommune
phone = 79 75 50 00
dpo = dpo@hedensted.dk
privacy_url = https://www.hedensted.dk/privatliv
[listener]
origin = https://samtale.hedensted.dk
[media]
turn_urls = turn:turn.hedensted.dk:3478?transport=udp
turn_secret_file = /etc/samtale/turn_secret
[audit]
syslog = 10.0.0.5:514
[phone]
server = sip.operator.dk
number = +4579755000
srtp = on
[data]
folder = ${folder}
vault_folder = ${folder}
`;

/** The administrator's command, and the auditors' on their own machines. */
async function samtale(...words) {
	const done = await run(`${buildFolder}/broker/samtale`, words, { maxBuffer: 2 ** 24 });
	return done.stdout;
}

/** Three auditors: the words that open their halves of a bundle, and their public lines. */
async function makeAuditors(work) {
	const locked = ["--passphrase-file", join(work, "passphrase")];
	await writeFile(locked[1], "fem ord som ingen gætter\n", { mode: 0o600 });
	let lines = "";
	for (const name of ["dpo", "itsec", "escrow"]) {
		await samtale("audit", "keygen", join(work, name), ...locked);
		lines += await readFile(join(work, `${name}.auditor.pub`), "utf8");
	}
	const file = join(work, "auditors");
	await writeFile(file, lines);
	const share = async (bundle, name) => {
		const out = join(work, `${name}.share`);
		const key = join(work, `${name}.auditor`);
		await samtale("audit", "share", bundle, "--key", key, "--out", out, ...locked);
		return out;
	};
	return { file, share };
}

/** The page of the fixed control procedure, as two auditors make it. */
async function controlPage(broker, auditors, work) {
	const bundle = join(work, "month.bundle");
	const today = new Date().toISOString().slice(0, 10);
	await broker.samtale("audit", "bundle", bundle, "--from", today, "--to", today);
	const shares = [
		await auditors.share(bundle, "dpo"),
		await auditors.share(bundle, "itsec"),
	];
	const page = join(work, "control.html");
	const words = [bundle, ...shares, "--random", "6", "--seed", "1122334455667788"];
	await writeFile(page, await broker.samtale("audit", "sample", ...words));
	return page;
}

async function reportPage(work) {
	const config = join(work, "report.ini");
	await writeFile(config, configuration(work));
	await samtale("--config", config, "report", "privacy", "--out", join(work, "report"));
	return join(work, "report", "rapport.html");
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
				org: {
					name: "Hedensted Kommune",
					phone: "79 75 50 00",
					dpo: "dpo@hedensted.dk",
				},
				phone: await trunkTo(telephone.port),
			},
		});
		stops.push(broker.stop);
		const account = await demoAccount(broker);
		const auditors = await makeAuditors(work);
		await broker.samtale("audit", "auditors", auditors.file);
		await broker.restart();
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

		const takeFile = async (path, name, from = "body") => {
			const context = await desk.browser.newContext(DESK);
			const page = await context.newPage();
			await page.goto(`file://${path}`);
			await page.locator(from).evaluate((e) => e.scrollIntoView());
			await take(page, name);
			await context.close();
		};

		const consultant = await signIn(desk, broker, { account });
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

		await endMeeting(consultant);
		await press(consultant, "Hent beviset");
		await shows(consultant, "outcome: held");
		await consultant.getByText("Til fagsystemet").evaluate((e) => e.scrollIntoView());
		await take(consultant, "staff-minutes");
		await citizen.goto(`${broker.origin}/privatliv`);
		await take(citizen, "citizen-privacy");
		await takeFile(await controlPage(broker, auditors, work), "control");
		await takeFile(await reportPage(work), "report", "svg.pic");
	} finally {
		for (const stop of stops.reverse()) await stop();
	}
}

await main();
