// SPDX-License-Identifier: MPL-2.0
//
// The vault and its log fail while two people talk: the vault is killed and stays away, it
// hangs, its disk is full. The talk never notices; staff who look something up are told in
// plain words, and may again as soon as it is put on record; and in the end everything is.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { hearsTone, until } from "../lib/browsers.mjs";
import {
	admit,
	arrive,
	book,
	CITIZEN,
	CONSULTANT,
	endMeeting,
	openCardOf,
	openLink,
	press,
	shows,
	textOf,
} from "../lib/people.mjs";
import { flows, longestGap, openStage, watchGaps } from "./talk_stage.mjs";

const run = promisify(execFile);
const GAP_MS = 1500;
const REFUSED = "Det kan ikke skrives i loggen lige nu, så vi viser det ikke.";

/** A disk of its own for the vault's folder; the namespace's mounts end with it. */
async function smallDisk() {
	const path = await mkdtemp(join(tmpdir(), "samtale-vault-"));
	await run("mount", ["-t", "tmpfs", "-o", "size=20m,mode=0700", "tmpfs", path]);
	const stop = async () => {
		await run("umount", [path]);
		await rm(path, { recursive: true });
	};
	return { path, stop };
}

describe("a talk while the log fails", { timeout: 90_000 }, () => {
	let disk;
	let stage;
	let consultant;
	let citizen;
	let second;
	let third;

	before(async () => {
		disk = await smallDisk();
		stage = await openStage({ settings: { data: { vault_folder: disk.path } } });
		({ consultant } = stage);
		second = await book(consultant, { label: "Anden" });
		await press(consultant, "Til dagen");
		third = await book(consultant, { label: "Tredje" });
		await press(consultant, "Til dagen");
		citizen = await stage.meet();
		await flows([consultant, citizen]);
		await press(consultant, "Skriv");
		await press(citizen, "Skriv");
	});
	after(async () => {
		await stage?.stop();
		await disk?.stop();
	});

	const vault = () => stage.broker.childPid("samtale-vault");

	async function writes(page, field, words, other) {
		await page.locator(field).fill(words);
		await page.keyboard.press("Enter");
		await shows(other, words);
	}

	/** Text both ways, the microphone off and on, both voices. */
	async function talkGoesOn(words) {
		await writes(consultant, "#line", `${words}?`, citizen);
		await writes(citizen, "#text-line", `${words}!`, consultant);
		await press(consultant, "Mikrofon");
		await shows(citizen, "Mette har slået sin mikrofon fra");
		await press(consultant, "Mikrofon");
		await hearsTone(citizen, CITIZEN.voice, 440);
		await hearsTone(consultant, CONSULTANT.voice, 880);
	}

	async function seesGaps() {
		await watchGaps(consultant, CONSULTANT.theirs);
		await watchGaps(citizen, CITIZEN.theirs);
	}
	async function sawNoGap() {
		for (const page of [consultant, citizen]) {
			const gap = await longestGap(page);
			assert.ok(gap < GAP_MS, `no picture for ${gap} ms`);
		}
	}

	/** What she looks up on the day's page, while she talks. */
	async function find() {
		await consultant.locator("#find").fill("Anden");
		await press(consultant, "Find");
	}

	it("goes on while the vault is away, and what was asked for comes by itself", async (t) => {
		await seesGaps();
		const auditors = join(disk.path, "auditors");
		await rename(auditors, `${auditors}.away`); // so that it cannot come back
		process.kill(await vault(), "SIGKILL");
		await until("it is away", () => stage.broker.log.includes("VAULT_LOST"));
		const guest = openLink(stage.blue, stage.broker, second.link);
		await talkGoesOn("Er der nogen");
		await press(consultant, "Til dagen");
		const begun = performance.now();
		await find();
		await shows(consultant, REFUSED);
		t.diagnostic(`she is told after ${Math.round(performance.now() - begun)} ms`);
		assert.ok(performance.now() - begun < 3000);
		await rename(`${auditors}.away`, auditors);
		await guest; // nothing was pressed
		await find();
		await shows(consultant, "1 møde fundet");
		await press(consultant, "Tilbage til dagen");
		await press(consultant, "Tilbage til samtalen");
		await sawNoGap();
	});

	it("ends, and the next begins, while the vault hangs", async (t) => {
		const waiting = await arrive(stage.blue, stage.broker, second.link);
		const pid = await vault();
		process.kill(pid, "SIGSTOP");
		const begun = performance.now();
		try {
			await endMeeting(consultant);
			await shows(citizen, "Tak for samtalen");
			await press(consultant, "Til dagen");
			await openCardOf(consultant, "Anden");
			await admit(consultant, waiting);
		} finally {
			t.diagnostic(`stopped for ${Math.round(performance.now() - begun)} ms`);
			process.kill(pid, "SIGCONT");
		}
		citizen = waiting;
	});

	it("begins on the log's reserve while the disk is full", async () => {
		const filling = join(disk.path, "filling");
		for (let size = 1 << 20; size >= 4096; size >>= 1)
			for (let room = true; room; )
				room = await appendFile(filling, Buffer.alloc(size)).then(
					() => true,
					() => false,
				);
		await press(consultant, "Til dagen");
		await until(
			"a refusal",
			async () => {
				await find();
				return textOf(consultant);
			},
			(text) => text.includes(REFUSED),
		);
		await press(consultant, "Tilbage til dagen");
		await press(consultant, "Tilbage til samtalen");
		await endMeeting(consultant);
		await shows(citizen, "Tak for samtalen");
		citizen = await arrive(stage.blue, stage.broker, third.link);
		await press(consultant, "Til dagen");
		await openCardOf(consultant, "Tredje");
		await admit(consultant, citizen);
		await rm(filling);
	});

	it("is on record in the end, whole", async () => {
		await endMeeting(consultant);
		await press(consultant, "Til dagen");
		await until(
			"found",
			async () => {
				await find();
				return textOf(consultant);
			},
			(text) => text.includes("1 møde fundet"),
		);
		const records = JSON.parse(await stage.broker.samtale("audit", "read", "--json"));
		const meetingsOf = (event) =>
			records.filter((r) => r.event === event).map((r) => r.meeting);
		assert.equal(meetingsOf("LOG_STARTED_UNCLEAN").length, 1);
		const { dropped } = JSON.parse(
			await stage.broker.samtale("audit", "status", "--json"),
		);
		assert.equal(dropped, 0);
		const ended = meetingsOf("MEETING_ENDED").toSorted();
		assert.equal(new Set(ended).size, 3);
		for (const event of ["LINK_REDEEMED", "ADMITTED"])
			assert.deepEqual(meetingsOf(event).toSorted(), ended, event);
	});
});
