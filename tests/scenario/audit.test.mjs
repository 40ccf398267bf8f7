// SPDX-License-Identifier: MPL-2.0
//
// The sealed log as administrators, auditors, a leader and a citizen meet it: read in a
// trial with one command, read by two of three auditors, checked against anchors, drawn by
// lot, exported with proof, and a case erased from it. And: every phrase of the command
// leaves what its row promises, with and without a broker that serves.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
	cp,
	mkdtemp,
	readdir,
	readFile,
	rename,
	rm,
	truncate,
	writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { buildFolder, startBroker } from "../lib/broker.mjs";
import { bookNow, consultantOf } from "./privacy_wire.mjs";

const SAMTALE = `${buildFolder}/broker/samtale`;
const CASE = "SAG-26/1234";
const PHONE = "61728394";
const TODAY = new Date().toLocaleDateString("sv-SE", { timeZone: "Europe/Copenhagen" });

/** One run of the command: { code, out, err }; never throws. */
function samtale(config, ...words) {
	return new Promise((done) => {
		execFile(
			SAMTALE,
			[...(config ? ["--config", config] : []), ...words],
			{ timeout: 30_000, maxBuffer: 1 << 26 },
			(error, out, err) => done({ code: error?.code ?? 0, out, err }),
		);
	});
}

async function must(...asked) {
	const done = await samtale(...asked);
	assert.equal(done.code, 0, `${asked.slice(1).join(" ")}: ${done.err}`);
	return done.out;
}

async function scratch() {
	const folder = await mkdtemp(join(tmpdir(), "samtale-audit-"));
	const path = (name) => join(folder, name);
	await writeFile(path("passphrase"), "fem ord som ingen gætter\n", { mode: 0o600 });
	return { path, remove: () => rm(folder, { recursive: true }) };
}

const locked = (at) => ["--passphrase-file", at.path("passphrase")];

/** Three auditors, each made offline: the path of the file with their public lines. */
async function makeAuditors(at, names = ["dpo", "itsec", "escrow"]) {
	await Promise.all(
		names.map((name) => must(undefined, "audit", "keygen", at.path(name), ...locked(at))),
	);
	const lines = names.map((name) => readFile(at.path(`${name}.auditor.pub`), "utf8"));
	await writeFile(at.path("auditors"), (await Promise.all(lines)).join(""));
	return at.path("auditors");
}

const share = (at, bundle, name) =>
	must(
		undefined,
		...["audit", "share", at.path(bundle), "--key", at.path(`${name}.auditor`)],
		...["--out", at.path(`${bundle}.${name}`), ...locked(at)],
	);

/** Bundle and the shares of those auditors: the words that a reading begins with. */
async function bundleFor(config, at, bundle, names) {
	const days = ["--from", TODAY, "--to", TODAY];
	await must(config, "audit", "bundle", at.path(bundle), ...days);
	await Promise.all(names.map((name) => share(at, bundle, name)));
	return [at.path(bundle), ...names.map((name) => at.path(`${bundle}.${name}`))];
}

const eventsOf = (rows) => rows.map(({ event }) => event);

describe("the log of a trial", { timeout: 120_000 }, () => {
	let at;
	let broker;
	let consultant;
	let meeting;
	const ask = (...words) => samtale(broker.config, ...words);
	const read = async (...filter) =>
		JSON.parse((await ask("audit", "read", "--json", ...filter)).out);
	before(async () => {
		at = await scratch();
		broker = await startBroker();
		consultant = await consultantOf(broker);
		meeting = await bookNow(consultant, { label: "Zebra", case_ref: CASE, phone: PHONE });
	});
	after(async () => {
		await broker?.stop();
		await at?.remove();
	});

	it("shows a use of data by name, purpose and case, with one command", async () => {
		const { id } = meeting.card;
		const number = { purpose: "call" };
		const shown = await consultant.http.call(
			"POST",
			`/staff/meetings/${id}/number`,
			number,
		);
		assert.equal(shown.status, 200);
		const rows = await read("--case", CASE.toLowerCase());
		assert.ok(rows.length >= 2, JSON.stringify(rows));
		for (const row of rows) assert.equal(row.meeting, String(id));
		const made = rows.find(({ event }) => event === "MEETING_CREATED");
		assert.deepEqual([made.name, made.role, made.case], ["demo", "consultant", CASE]);
		const seen = await read("--event", "NUMBER_SHOWN", "--purpose", "own_meeting");
		assert.deepEqual([seen.length, seen[0]?.meeting], [1, String(id)]);
		assert.deepEqual(
			new Set(eventsOf(await read("--event", "sign_in", "--actor", made.actor))),
			new Set(["SIGN_IN"]),
		);
		const table = await ask("audit", "read");
		assert.match(table.out, /^time +event +who +purpose +outcome +meeting +case, more$/m);
		assert.match(table.out, /MEETING_CREATED +consultant 1 demo +own_meeting +done/);
		assert.match(table.out, /KEY_OPENED .* value 6 call$/m); // in words what it may
		assert.doesNotMatch(table.out, /Zebra|61728394/);
	});

	it("refuses what it does not understand", async () => {
		const cases = [
			[["--event", "NOTHING"], /docs\/audit-events\.md/],
			[["--purpose", "fun"], /own_meeting, colleague/],
			[["--actor", "mette"], /number of an account/],
			[["--from", "yesterday"], /2026-11-22/],
			[["--from", "2026-11-22", "--to", "2026-11-21"], /first and the last/],
			[[at.path("no-such-bundle"), at.path("x")], /no such file/],
		];
		for (const [words, sentence] of cases) {
			const { code, err } = await ask("audit", "read", ...words);
			assert.equal(code, 1, words.join(" "));
			assert.match(err, sentence);
		}
	});

	it("holds: without anchors unanchored, with them OK, and says so in JSON", async () => {
		const alone = await ask("audit", "verify", "--json");
		assert.equal(alone.code, 4, alone.out + alone.err);
		assert.equal(JSON.parse(alone.out).verdict, "UNANCHORED");
		await writeFile(at.path("journal"), broker.log);
		const lines = await readFile(join(broker.vault, "audit/checkpoints"), "utf8");
		await writeFile(at.path("anchors"), `noise\n${lines.replace(/^/gm, "<13>1 host: ")}`);
		const anchored = await ask("audit", "verify", "--anchors", at.path("anchors"));
		assert.equal(anchored.code, 0, anchored.out + anchored.err);
		assert.match(anchored.out, /^OK: /);
		const [noted] = (await read("--event", "LOG_VERIFIED")).slice(-1);
		assert.equal(noted.value, 0);
	});

	it("draws the same page from the same seed, and a control page has what it needs", async () => {
		const page = (seed) =>
			must(broker.config, "audit", "sample", "--random", "2", "--seed", seed);
		const rows = (html) => html.match(/<small>linje \d+<\/small>/g);
		const first = await page("a");
		assert.deepEqual(rows(await page("a")), rows(first));
		assert.equal(rows(first).length, 2);
		const again = ["audit", "sample", "--random", "2", "--seed", "a", "--json"];
		const { seed, drawn } = JSON.parse(await must(broker.config, ...again));
		assert.deepEqual(
			[seed, drawn.map(({ sequence }) => `<small>linje ${sequence}</small>`)],
			["a", rows(first)],
		);
		for (const text of [
			"Eget møde?",
			"Er formålet i orden?",
			"Underskrift",
			"nr. 1, demo",
		])
			assert.ok(first.includes(text), text);
		assert.equal((await ask("audit", "sample", "--random", "0")).code, 1);
	});

	it("exports a case for the citizen, and the proof finds any change to it", async () => {
		const out = ["--case", CASE, "--out", at.path("export")];
		const staff = await ask("audit", "export", ...out, "--with-staff");
		assert.match(staff.err, /two auditors/);
		await must(broker.config, "audit", "export", ...out);
		const text = await readFile(at.path("export.txt"), "utf8");
		assert.match(text, /En medarbejder oprettede aftalen/);
		assert.doesNotMatch(text, /demo|Zebra|61728394/);
		const json = await readFile(at.path("export.json"), "utf8");
		assert.equal(JSON.parse(json).case, CASE);
		assert.doesNotMatch(json, /"account"|demo/);
		const check = () => ask("audit", "verify", "--export", at.path("export.json"));
		assert.equal((await check()).code, 4);
		const changes = [
			json.replace('"outcome":"done"', '"outcome":"refused"'),
			json.replace(/^\{"record".*,\n/m, ""),
			json.replace(/"record":(\d+)/, (_, n) => `"record":${Number(n) + 1}`),
			// What another program would read in it: a row of another spelling, a member
			// that comes again, a second case, more behind the end.
			json.replace("\n]}", ',\n{ "record":1,"event":"SEARCH"}\n]}'),
			json.replace('"meeting":', '"event":"SEARCH","meeting":'),
			json.replace("}\n]}", ',"outcome":"refused"}\n]}'),
			json.replace('"with_staff"', '"case":"B-2","with_staff"'),
			`${json}\0{"records":[]}`,
		];
		for (const changed of changes) {
			assert.notEqual(changed, json);
			await writeFile(at.path("export.json"), changed);
			const found = await check();
			assert.equal(found.code, 1, found.err);
			assert.match(found.err, /BROKEN/);
		}
		const again = await ask("audit", "export", ...out);
		assert.match(again.err, /cannot be written: File exists/);
	});

	it("puts a new node key in force while links, PINs and sign-ins stay valid", async () => {
		const key = join(broker.vault, "node.key");
		const old = await readFile(key);
		await must(broker.config, "key", "rotate");
		assert.notDeepEqual(await readFile(key), old);
		const day = await consultant.http.call("GET", `/staff/meetings/${meeting.card.id}`);
		assert.equal(day.status, 200);
		assert.equal(day.body.card?.label ?? day.body.label, "Zebra");
		assert.ok((await read("--event", "NODE_KEY_ROTATED")).length === 1);
		await broker.restart();
		const session = await consultant.http.call(
			"GET",
			`/staff/meetings/${meeting.card.id}`,
		);
		assert.equal(session.status, 200);
	});

	it("erases a case for ever, but asks first, and still verifies", async () => {
		const shred = (...more) => ask("audit", "shred", "--case", CASE, ...more);
		const asked = await shred();
		assert.equal(asked.code, 1);
		assert.match(asked.err, /--yes/);
		assert.equal((await shred("--dry-run")).out, "1 meetings\n");
		assert.match((await shred("--yes")).err, /end it first/);
		await must(broker.config, "meeting", "end", String(meeting.card.id));
		const done = await shred("--yes");
		assert.equal(done.code, 0, done.err);
		for (const left of ["key backup", "24 hours", "snapshots", "bundles and shares"])
			assert.ok(done.out.includes(left), left);
		assert.match((await shred("--yes")).err, /no meeting has that reference/);
		assert.deepEqual(await read("--case", CASE), []);
		const rows = await read();
		assert.ok(rows.some((row) => row.meeting === "gone"));
		assert.equal(rows.filter(({ event }) => event === "CASE_ERASED")[0].value, 1);
		assert.doesNotMatch(JSON.stringify(rows), /SAG-26/);
		assert.ok([3, 4].includes((await ask("audit", "verify")).code));
		const { status } = await consultant.http.call(
			"GET",
			`/staff/meetings/${meeting.card.id}`,
		);
		assert.equal(status, 404);
	});
});

describe("the log of three auditors", { timeout: 120_000 }, () => {
	let at;
	let broker;
	const ask = (...words) => samtale(broker.config, ...words);
	before(async () => {
		at = await scratch();
		broker = await startBroker({ init: ["--auditors", await makeAuditors(at)] });
	});
	after(async () => {
		await broker?.stop();
		await at?.remove();
	});

	it("is no trial, and nobody reads it alone", async () => {
		assert.match((await ask("audit", "status")).out, /dpo, itsec, escrow/);
		assert.match((await ask("audit", "read")).err, /no trial/);
		const words = await bundleFor(broker.config, at, "b", ["dpo", "escrow"]);
		const [bundle, dpo, escrow] = words;
		assert.match((await ask("audit", "read", bundle, dpo)).err, /second one/);
		assert.match((await ask("audit", "read", bundle, dpo, dpo)).err, /same auditor/);
		const shown = await ask("audit", "read", bundle, dpo, escrow, "--json");
		assert.equal(shown.code, 0, shown.err);
		assert.ok(eventsOf(JSON.parse(shown.out)).includes("LOG_BUNDLED"));
		const out = ["--case", CASE, "--out", at.path("staff"), "--with-staff"];
		assert.equal((await ask("audit", "export", bundle, dpo, escrow, ...out)).code, 0);
		const named = JSON.parse(await readFile(at.path("staff.json"), "utf8"));
		assert.deepEqual(named, { case: CASE, with_staff: true, records: [] });
		await bundleFor(broker.config, at, "other", ["itsec"]);
		const mixed = await ask("audit", "read", bundle, dpo, at.path("other.itsec"));
		assert.match(mixed.err, /another bundle/);
	});

	it("opens away from the host, where there is no configuration", async () => {
		const words = await bundleFor(broker.config, at, "away", ["itsec", "escrow"]);
		const shown = await samtale(undefined, "audit", "read", ...words);
		assert.equal(shown.code, 0, shown.err);
		assert.match(shown.out, /LOG_STARTED +system/);
		await cp(join(broker.vault, "audit"), at.path("copy"), { recursive: true });
		await cp(join(broker.vault, "signing.pub"), at.path("signing.pub"));
		const verify = ["audit", "verify", "--log", at.path("copy"), "--signing"];
		assert.ok(
			[3, 4].includes((await samtale(undefined, ...verify, at.path("signing.pub"))).code),
		);
		assert.equal((await samtale(undefined, ...verify, at.path("auditors"))).code, 2);
		assert.equal((await samtale(undefined, "audit", "verify")).code, 2);
	});

	it("answers in JSON where it is asked to", async () => {
		const file = (name) => at.path(`json-${name}`);
		const said = async (...words) =>
			JSON.parse(await must(broker.config, "audit", ...words, "--json"));
		const made = await said("keygen", file("k"), ...locked(at));
		assert.deepEqual(Object.keys(made), ["name", "secret", "public"]);
		const { bundle } = await said("bundle", file("b"), ...day);
		const share = (name) =>
			said(
				...["share", bundle, "--key", at.path(`${name}.auditor`)],
				...["--out", file(name), ...locked(at)],
			);
		const shares = [(await share("dpo")).share, (await share("itsec")).share];
		const files = await said(
			...["export", "--case", CASE, bundle, ...shares],
			...["--out", file("e")],
		);
		assert.deepEqual(Object.keys(files), ["text", "json", "proof"]);
		assert.ok((await said("selftest")).every(({ passed }) => passed));
		const erase = ["shred", "--case", CASE, "--dry-run"];
		const none = await ask("audit", ...erase, "--json");
		assert.match(none.out + none.err, /"erased":false|no meeting has that reference/);
	});

	it("says which key is of no use", async () => {
		const share = ["audit", "share", at.path("b"), "--out", at.path("s"), "--key"];
		await must(undefined, "audit", "keygen", at.path("stranger"), ...locked(at));
		const of = async (...words) => (await samtale(undefined, ...words)).err;
		assert.match(
			await of(...share, at.path("stranger.auditor"), ...locked(at)),
			/this auditor's key opens nothing/,
		);
		await writeFile(at.path("wrong"), "another\n", { mode: 0o600 });
		assert.match(
			await of(...share, at.path("dpo.auditor"), "--passphrase-file", at.path("wrong")),
			/passphrase is wrong/,
		);
		await writeFile(at.path("empty"), "\n", { mode: 0o600 });
		const empty = ["--passphrase-file", at.path("empty")];
		assert.match(await of("audit", "keygen", at.path("new"), ...empty), /empty/);
		assert.match(
			await of("audit", "keygen", at.path("dpo"), ...locked(at)),
			/not replaced/,
		);
	});

	it("takes other auditors while it serves, but never one twice", async () => {
		const line = await readFile(at.path("dpo.auditor.pub"), "utf8");
		await writeFile(at.path("twice"), line + line);
		assert.match((await ask("audit", "auditors", at.path("twice"))).err, /twice/);
		await makeAuditors(at, ["new"]);
		await must(broker.config, "audit", "auditors", at.path("auditors"));
		const words = await bundleFor(broker.config, at, "later", ["new"]);
		const shown = await ask("audit", "read", ...words, "--json");
		assert.equal(shown.code, 1); // what was before stays with the former ones
		assert.match(shown.err, /sealed to other auditors/);
		assert.ok(eventsOf(JSON.parse(shown.out)).includes("LOG_BUNDLED"));
	});

	it("is read whole by the former auditors and today's together", async () => {
		const words = await bundleFor(broker.config, at, "both", ["new", "dpo", "itsec"]);
		const [bundle, today, ...former] = words;
		const whole = await ask("audit", "read", bundle, today, ...former, "--json");
		assert.equal(whole.code, 0, whole.err);
		const events = eventsOf(JSON.parse(whole.out));
		assert.ok(events.includes("SERVICE_STARTED") && events.includes("AUDITORS_CHANGED"));
		const alone = await ask("audit", "read", bundle, ...former, "--case", CASE);
		assert.equal(alone.code, 1); // nothing is said of a meeting that they cannot open
		assert.match(alone.err, /former auditors/);
	});
});

describe("a damaged or older log", { timeout: 120_000 }, () => {
	let at;
	let config;
	let log;
	const ask = (...words) => samtale(config, ...words);
	before(async () => {
		at = await scratch();
		config = at.path("samtale.conf");
		await writeFile(config, `[org]\nphone = 1\n[data]\nfolder = ${at.path("data")}\n`);
		log = join(at.path("data-vault"), "audit");
		await must(config, "init", "--trial");
		await must(config, "user", "list");
	});
	after(() => at?.remove());

	/** The finding when `damage` was done to the log; it is whole again afterwards. */
	async function found(damage) {
		await cp(log, at.path("kept"), { recursive: true });
		await damage();
		const { code, out, err } = await ask("audit", "verify");
		await rm(log, { recursive: true });
		await rename(at.path("kept"), log);
		assert.equal(code, 1, out + err);
		return out;
	}

	it("is told from a whole one, with what it means", async () => {
		const segment = (n) => join(log, `0000000${n}.seg`);
		assert.match(await found(() => rm(segment(2))), /SEGMENT_MISSING segment 2/);
		assert.match(
			await found(async () => {
				await rename(segment(1), segment(9));
				await rename(segment(2), segment(1));
				await rename(segment(9), segment(2));
			}),
			/SEGMENT_SWAPPED/,
		);
		assert.match(
			await found(() => truncate(segment(3), 784)),
			/SHORTER|FRAME_ORDER|CHAIN/,
		);
	});

	it("is not begun over when an older copy was put back", async () => {
		await cp(log, at.path("older"), { recursive: true });
		await must(config, "user", "list");
		const newest = (await readdir(log))
			.filter((n) => n.endsWith(".seg"))
			.sort()
			.pop();
		await rm(join(log, newest));
		const refused = await ask("user", "list");
		assert.equal(refused.code, 1);
		assert.match(refused.err, /shorter.*accept-loss/s);
		assert.match((await ask("audit", "accept-loss")).err, /--yes/);
		await must(config, "audit", "accept-loss", "--yes");
		const rows = JSON.parse((await ask("audit", "read", "--json")).out);
		assert.ok(eventsOf(rows).includes("LOG_LOSS_ACCEPTED"));
	});

	it("is found by an anchor when the whole folder is older", async () => {
		const anchors = at.path("anchors");
		await cp(join(log, "checkpoints"), anchors);
		await cp(log, at.path("newer"), { recursive: true });
		await rm(log, { recursive: true });
		await rename(at.path("older"), log);
		const { code, out } = await ask("audit", "verify", "--anchors", anchors);
		assert.equal(code, 1, out);
		assert.match(out, /ANCHOR_(NEWER|DIFFERS)/);
		await rm(log, { recursive: true });
		await rename(at.path("newer"), log);
	});

	it("cannot be made by forgetting the auditors", async () => {
		const bare = at.path("bare.conf");
		await writeFile(bare, `[org]\nphone = 1\n[data]\nfolder = ${at.path("bare")}\n`);
		const { code, err } = await samtale(bare, "init");
		assert.equal(code, 1);
		assert.match(err, /Who may read the log\?/);
		assert.match(
			(await samtale(bare, "init", "--auditors", config)).err,
			/cannot be used/,
		);
	});
});

function isAlive(pid) {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}

/** The event of each phrase by its plain words; undefined where the row says why not. */
async function rows() {
	const manual = (await must(undefined, "help", "--man")).replaceAll("\\-", "-");
	const row = /^\.B (.*)\n.*\n\.br\n(?:On record as (\w+)|Not on record: \S.*)\.$/gm;
	const found = [...manual.matchAll(row)].map(([, words, event]) => [
		words.replace(/ (\[|<|--).*/, ""),
		event,
	]);
	assert.equal(found.length, manual.match(/^\.TP$/gm).length, "a row says neither");
	return new Map(found);
}

const day = ["--from", TODAY, "--to", TODAY];
const add = (name) => [name, "--given", "Bo", "--team", "T"];
const backup = (x) => [x.file(), "--to", `${x.key}.pub`];

// How each phrase that is to leave a record is used: `serving` and `alone` are its words with
// and without a broker, in this order; what goes before is done before. Codes other than 0
// are those of a use that found something.
const uses = {
	trial: { serving: [] },
	"user add": { serving: add("bo"), alone: add("eva") },
	"user phone": { serving: ["bo", "20304050"], alone: ["eva"] },
	"user list": { serving: [], alone: [] },
	"user disable": { serving: ["bo"], alone: ["eva"] },
	"user enable": { serving: ["bo"], alone: ["eva"] },
	"user reset": { serving: ["bo"], alone: ["eva"] },
	"meeting list": { serving: [], alone: [] },
	"meeting show": { serving: (x) => [x.over], alone: (x) => [x.over] },
	"meeting end": { serving: (x) => [x.over] },
	"meeting minutes": { serving: (x) => [x.over], alone: (x) => [x.over] },
	"meeting receipt": {
		serving: (x) => ["12345678", "--id", x.over],
		alone: (x) => ["12345678", "--id", x.over],
		codes: [1], // nobody's: that it was compared is on record all the same
	},
	"retention run": { serving: [], alone: [] },
	backup: { serving: (x) => [x.backup, "--to", `${x.key}.pub`], alone: backup },
	"key backup": { serving: backup, alone: backup },
	"key rotate": { serving: [], alone: [] },
	note: { serving: ["backup"], alone: ["backup"] },
	"audit verify": { serving: [], alone: [], codes: [0, 3, 4] },
	"audit bundle": {
		serving: (x) => [x.file(), ...day],
		alone: (x) => [x.file(), ...day],
	},
	"audit export": {
		serving: (x) => ["--case", CASE, "--out", x.file()],
		alone: (x) => ["--case", CASE, "--out", x.file()],
	},
	"audit shred": {
		serving: ["--case", `${CASE}-a`, "--yes"],
		alone: ["--case", `${CASE}-b`, "--yes"],
	},
	"audit selftest": { serving: [], alone: [] },
	"audit auditors": {
		serving: (x) => [x.auditors("a")],
		alone: (x) => [x.auditors("b")],
	},
	"audit reload": {
		serving: [],
		before: async (x) => cp(await x.auditors("c"), join(x.vault, "auditors")),
	},
	restore: {
		alone: (x) => [x.backup, "--to", x.folder, "--key", `${x.key}.key`],
		before: (x) => rename(join(x.folder, "samtale.db"), x.file()),
	},
	"audit accept-loss": {
		alone: ["--yes"],
		before: async (x) => {
			const log = join(x.vault, "audit");
			const segments = (await readdir(log)).filter((name) => name.endsWith(".seg"));
			await rm(join(log, segments.sort().pop()));
		},
		fromStart: true, // the numbers begin again where the loss began
	},
	init: {
		alone: [],
		before: (x) => {
			const files = ["samtale.db", "trial.ini"].map((name) => join(x.folder, name));
			return Promise.all([x.vault, ...files].map((f) => rename(f, x.file())));
		},
		options: ["--trial"],
		fromStart: true,
	},
};

describe("every phrase of the command", { timeout: 180_000 }, () => {
	let at;
	let broker;
	let x;
	const ask = (...words) => samtale(broker.config, ...words);
	const size = async () =>
		JSON.parse((await ask("audit", "status", "--json")).out || '{"records":0}').records;
	const read = async () => JSON.parse((await ask("audit", "read", "--json")).out);
	before(async () => {
		at = await scratch();
		broker = await startBroker();
		x = { folder: broker.folder, vault: broker.vault, key: at.path("offline") };
		x.backup = at.path("backup");
		let files = 0;
		x.file = () => at.path(`file-${++files}`);
		// The same key under another name is another auditor: the trial's own still reads.
		x.auditors = async (name) => {
			const line = await readFile(join(broker.vault, "development.auditor.pub"), "utf8");
			await writeFile(at.path(name), line.replace("DEVELOPMENT", name));
			return at.path(name);
		};
		await must(broker.config, "key", "backup-keygen", x.key);
		const consultant = await consultantOf(broker);
		const cases = [CASE, `${CASE}-a`, `${CASE}-b`];
		const made = [];
		for (const case_ref of cases) made.push(await bookNow(consultant, { case_ref }));
		[x.over] = made.map(({ card }) => String(card.id));
		for (const { card } of made.slice(1))
			await must(broker.config, "meeting", "end", String(card.id));
	});
	after(async () => {
		await broker?.stop();
		await at?.remove();
	});

	it("says what it leaves on record, and the table below uses each that does", async () => {
		const recorded = [...(await rows())]
			.filter(([, event]) => event)
			.map(([words]) => words);
		assert.deepEqual(Object.keys(uses).sort(), recorded.sort());
	});

	/** Uses all in one phase, then reads once: whose event is missing? */
	async function missing(phase) {
		const events = await rows();
		const used = [];
		let all;
		for (const [words, use] of Object.entries(uses)) {
			if (!use[phase]) continue;
			if (use.fromStart) all ??= await read(); // before the log is another
			await use.before?.(x);
			const own = typeof use[phase] === "function" ? await use[phase](x) : use[phase];
			const from = use.fromStart ? 0 : await size();
			const given = await Promise.all([...own, ...(use.options ?? [])]);
			const { code, err } = await ask(...words.split(" "), ...given);
			assert.ok((use.codes ?? [0]).includes(code), `${words}: ${code} ${err}`);
			used.push({ words, from, event: events.get(words) });
			if (use.fromStart) used.at(-1).rows = await read();
		}
		all ??= await read();
		const isThere = ({ from, event, rows = all }, next) =>
			rows.some(
				(row) =>
					row.event === event &&
					row.sequence > from &&
					row.sequence <= ((rows === all && next?.from) || Infinity),
			);
		return used.filter((one, i) => !isThere(one, used[i + 1])).map(({ words }) => words);
	}

	it("leaves it while a broker serves", async () => {
		assert.deepEqual(await missing("serving"), []);
	});

	it("leaves it while none serves", async () => {
		broker.signal("SIGTERM");
		while (isAlive(broker.pid)) await new Promise((done) => setTimeout(done, 50));
		assert.deepEqual(await missing("alone"), []);
	});
});
