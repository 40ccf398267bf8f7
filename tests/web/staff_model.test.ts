// SPDX-License-Identifier: MPL-2.0
// The pure parts of the staff pages: time of the organisation's zone, the booking form,
// what the live state is called, the reducer, and the verdict of the self-test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { ConsultantState, LiveCard } from "../../web/src/protocol/staff";
import { callReason, progress } from "../../web/src/protocol/words";
import {
	bodyOf,
	type Draft,
	faultsOf,
	isDanishPhone,
	looksLikeCpr,
	newDraft,
} from "../../web/src/staff/model/booking";
import { type Call, callWords, isDialled, onLine } from "../../web/src/staff/model/call";
import type { Card } from "../../web/src/staff/model/http";
import { receiptFits } from "../../web/src/staff/model/receipt";
import {
	type Action,
	cardsOf,
	initial,
	inTalk,
	nextCard,
	othersWaiting,
	reduce,
	type State,
} from "../../web/src/staff/model/state";
import { lineOf } from "../../web/src/staff/model/summary";
import {
	admitted,
	callAfter,
	callNow,
	mayShow,
	newTalk,
	offersOf,
	privacyOf,
	reduceTalk,
	type Talk,
	usesTrunk,
} from "../../web/src/staff/model/talk";
import {
	addDays,
	clockOf,
	dayOf,
	instantOf,
	sayDay,
} from "../../web/src/staff/model/time";
import { NO_RESULTS, overallOf, type Results } from "../../web/src/staff/model/verdict";
import { viewOf } from "../../web/src/staff/model/view";
import {
	cardWords,
	guestWords,
	identityWords,
	ringsIn,
} from "../../web/src/staff/model/words";
import { da } from "../../web/src/text/staff.da";
import { en } from "../../web/src/text/staff.en";

const ZONE = "Europe/Copenhagen";
const NOON = Date.UTC(2026, 10, 22, 11, 0);

function card(more: Partial<Card> = {}): Card {
	return {
		id: "1",
		version: 1,
		number: "12345678",
		starts: NOON,
		minutes: 30,
		form: "video",
		chosen_by: "citizen",
		way: "speech",
		language: "da",
		label: "",
		case_ref: "",
		phone_last2: "",
		contact_phone: "",
		pin: false,
		contact_gone: false,
		state: "open",
		outcome: "",
		owner: { id: "7", name: "Mette" },
		mine: true,
		live: undefined,
		...more,
	};
}

function live(more: Partial<LiveCard> = {}): LiveCard {
	return {
		phase: "open",
		form: "none",
		guests: [],
		consultant_here: false,
		call: "none",
		last_step: "none",
		last_seen: 0,
		not_come: false,
		...more,
	};
}

const waiting: LiveCard["guests"][number] = {
	entry: 1,
	step: "ready",
	hidden: false,
	here: true,
	place: "lobby",
	since: NOON,
	new_device: false,
	kind: "browser",
	known: undefined,
};

function seat(more: Partial<ConsultantState> = {}): ConsultantState {
	return {
		meeting: "1",
		phase: "open",
		starts: NOON,
		minutes: 30,
		booked_form: "video",
		form: "none",
		way: "speech",
		started: 0,
		guests: [],
		call: {
			state: "none",
			digits: "",
			hidden_number: false,
			from: "none",
			last2: "78",
			given: false,
			given_number: "",
			attempts: 0,
			trunk: false,
			line: 0,
			progress: "none",
			reason: "none",
			muted: false,
			held: false,
			by_caller: false,
			by_key: false,
			hand: false,
			own_phone: "none",
			has_own_phone: false,
			auto_at: 0,
		},
		sas: { show: false, confirmed: false },
		video_asked: false,
		offer_call: false,
		not_come: false,
		overtime: false,
		outcomes: [],
		late_minutes: 0,
		...more,
	};
}

const seated = (more: Partial<ConsultantState> = {}, before = newTalk("1")): Talk =>
	reduceTalk(before, { do: "seat", seat: seat(more) });
const run = (...actions: Action[]): State => actions.reduce(reduce, initial);

describe("local time", () => {
	it("goes to the instant and back on every hour of the days when the clock changes", () => {
		for (const day of ["2026-03-29", "2026-10-25", "2026-11-22"])
			for (let hour = 0; hour < 24; hour++) {
				const clock = `${String(hour).padStart(2, "0")}:15`;
				const ms = instantOf(day, clock, ZONE) ?? Number.NaN;
				assert.equal(dayOf(ms, ZONE), day);
				const skipped = day === "2026-03-29" && hour === 2;
				if (!skipped) assert.equal(clockOf(ms, ZONE), clock, day);
			}
	});

	it("refuses what is no day or clock", () => {
		for (const [day, clock] of [
			["2026-13-01", "10:00"],
			["", "10:00"],
			["2026-11-22", "25:00"],
			["2026-11-22", ""],
		] as const)
			assert.equal(instantOf(day, clock, ZONE), null, `${day} ${clock}`);
	});

	it("steps over months, and says the day as it is said", () => {
		assert.equal(addDays("2026-02-28", 1), "2026-03-01");
		assert.equal(addDays("2026-01-01", -1), "2025-12-31");
		assert.equal(sayDay("2026-05-14", "da"), "torsdag den 14. maj");
		assert.equal(sayDay("2026-05-14", "da", "2025"), "torsdag den 14. maj 2026");
		assert.match(sayDay("2026-05-14", "en"), /^Thursday,? 14 May$/);
	});
});

describe("the booking form", () => {
	const draft: Draft = { ...newDraft(NOON, "2026-11-22", ZONE), chosen_by: "citizen" };
	const check = (to: Partial<Draft>) =>
		faultsOf({ ...draft, ...to }, { zone: ZONE, nowMs: NOON, now: false });

	it("proposes the next quarter today and nine o'clock on other days", () => {
		assert.equal(draft.clock, "12:15");
		assert.equal(newDraft(NOON, "2026-11-25", ZONE).clock, "09:00");
		assert.equal(newDraft(NOON, "2026-11-20", ZONE).day, "2026-11-22");
	});

	it("says for nobody that he chose the form", () => {
		assert.equal(newDraft(NOON, "2026-11-22", ZONE).chosen_by, "");
		assert.deepEqual(check({ chosen_by: "" }), { chosen_by: "chooseWho" });
	});

	const cpr: Record<"with" | "without", string[]> = JSON.parse(
		readFileSync(`${__TESTS__}/fixtures/cpr.json`, "utf8"),
	);

	it("knows CPR numbers, and leaves other numbers alone", () => {
		for (const text of cpr.with) assert.equal(looksLikeCpr(text), true, text);
		for (const text of cpr.without) assert.equal(looksLikeCpr(text), false, text);
	});

	it("takes Danish numbers as people write them", () => {
		for (const text of ["20304078", "20 30 40 78", "+45 20304078", "0045 20 30 40 78"])
			assert.equal(isDanishPhone(text), true, text);
		for (const text of ["2030407", "120304078", "+46 20304078", "10304078", "ring"])
			assert.equal(isDanishPhone(text), false, text);
	});

	it("names each fault by its field", () => {
		assert.deepEqual(check({}), {});
		assert.deepEqual(check({ clock: "" }), { day: "timeBad" });
		assert.deepEqual(check({ clock: "11:00" }), { day: "timePast" });
		assert.deepEqual(check({ minutes: "4" }), { minutes: "minutesBad" });
		assert.deepEqual(check({ label: "010190-1234" }), { label: "cpr" });
		assert.deepEqual(check({ phone: "1" }), { phone: "phoneBad" });
		assert.deepEqual(check({ phone: "010190-1234" }), { phone: "phoneBad" });
	});

	it("lets a past time stand in a meeting that is not moved", () => {
		const past = { zone: ZONE, nowMs: NOON, now: false, was: NOON - 3_600_000 };
		assert.deepEqual(faultsOf({ ...draft, clock: "11:00" }, past), {});
	});

	it("leaves the number out of a change that does not touch it", () => {
		const changed = bodyOf(draft, { zone: ZONE, now: false, version: 3 });
		assert.equal("phone" in changed, false);
		assert.equal(changed.version, 3);
		const fresh = bodyOf(draft, { zone: ZONE, now: true });
		assert.equal(fresh.phone, "");
		assert.equal("starts" in fresh, false);
	});
});

describe("the words of a card", () => {
	const say = (l: LiveCard | undefined, c = card()) =>
		cardWords(c, l, da, (ms) => clockOf(ms, ZONE));

	it("says who waits and since when before anything else", () => {
		const words = say(live({ phase: "live", guests: [waiting] }));
		assert.equal(words.main, "Venter siden 12:00");
		assert.equal(words.tone, "warm");
		assert.equal(
			say(live({ guests: [{ ...waiting, hidden: true }] })).more,
			"Skærmen er slukket",
		);
		assert.equal(
			say(live({ guests: [waiting], call: "asked" })).main,
			"Vil gerne ringes op",
		);
	});

	it("tells who never came from who is away", () => {
		assert.equal(say(undefined).main, "Ikke åbnet endnu");
		assert.equal(say(live()).main, "Ikke åbnet endnu");
		const seen = { last_step: "refused", last_seen: NOON } as const;
		assert.equal(say(live(seen)).main, "Var her, er væk lige nu");
		assert.equal(say(live({ ...seen, not_come: true })).main, "Ikke kommet endnu");
	});

	it("says the outcome when it is over", () => {
		assert.equal(say(undefined, card({ state: "ended", outcome: "held" })).main, "Holdt");
		assert.equal(say(undefined, card({ state: "cancelled" })).main, "Aflyst");
	});
});

describe("the open meeting", () => {
	it("offers the telephone when asked, when dead, when nobody came; once put aside, not again", () => {
		const asked = seated({ call: { ...seat().call, state: "asked" }, offer_call: true });
		assert.deepEqual(offersOf(asked), ["asked"]);
		const put = reduceTalk(asked, { do: "dismiss", offer: "asked" });
		assert.deepEqual(offersOf(put), []);
		const over = seated({}, put);
		const again = seated({ call: { ...seat().call, state: "asked" } }, over);
		assert.deepEqual(offersOf(again), ["asked"], "a new wish is a new offer");
		assert.deepEqual(offersOf(seated({ not_come: true, offer_call: true })), ["notCome"]);
	});

	it("offers the telephone when media are dead, by its own eyes or the broker's", () => {
		const inside = {
			...waiting,
			place: "admitted" as const,
			level: 0,
			mic: true,
			picture: false,
			share: false,
			health: "good" as const,
		};
		const running = seated({ phase: "live", form: "video", guests: [inside] });
		const dead = reduceTalk(running, {
			do: "set",
			to: { media: "away", health: "dead" },
		});
		assert.deepEqual(offersOf(running), []);
		assert.deepEqual(offersOf(dead), [], "not at once");
		const long = reduceTalk(dead, { do: "set", to: { dead: true } });
		assert.deepEqual(offersOf(long), ["dead"]);
		assert.deepEqual(
			offersOf(
				seated({ phase: "live", form: "video", guests: [inside], offer_call: true }),
			),
			["dead"],
		);
	});

	it("walks the call on without the broker, and follows the broker again afterwards", () => {
		let talk: Talk = { ...seated(), entered: false };
		for (const event of ["open", "ringing", "answered", "is_citizen"] as const)
			talk = reduceTalk(talk, {
				do: "phone",
				event: event === "open" ? { event, from: "work" } : { event },
			});
		assert.equal(callNow(talk), "talking");
		assert.equal(privacyOf(talk), "phone");
		talk = reduceTalk(talk, { do: "sent" });
		assert.equal(callNow(talk), "none");
		assert.equal(callAfter("ringing", "wrong_person"), "missed");
		assert.equal(callAfter("asked", "accept_number"), "asked");
	});

	it("forgets the number when the citizen's own was accepted or declined", () => {
		const given = { ...seat().call, given_number: "21222324" };
		const number = { phone: "+4520304078", given: false };
		const before = { ...seated({ call: given }), number, numberShown: true };
		assert.equal(seated({}, before).number, null);
		assert.equal(seated({ call: given }, before).number, number);
	});

	it("calls the talk confirmed only while it is connected and on this form", () => {
		const sas = { show: true, confirmed: true };
		const confirmed = { ...seated({ sas }), media: "connected" as const };
		assert.equal(privacyOf(confirmed), "confirmed");
		assert.equal(privacyOf({ ...confirmed, media: "away" }), "none");
		assert.equal(
			privacyOf({ ...seated({ sas, form: "phone" }), media: "connected" }),
			"phone",
		);
	});

	it("keeps nothing of the talk but its summary", () => {
		const talk = reduceTalk(
			{
				...seated(),
				lines: [{ mine: true, text: "x" }],
				number: { phone: "+45", given: false },
			},
			{
				do: "ended",
				summary: {
					outcome: "held",
					from: 0,
					to: 0,
					level: 0,
					chosen_by: "citizen",
					minutes: { video: 1, audio: 0, phone: 0 },
					stated: [],
					receipt: "",
				},
			},
		);
		assert.deepEqual(talk.lines, []);
		assert.equal(talk.number, null);
	});
});

describe("a call through the trunk", () => {
	const call = (more: Partial<Call>): Partial<ConsultantState> => ({
		call: { ...seat().call, trunk: true, ...more },
	});
	const dialled = (more: Partial<Call>, before?: Talk) => seated(call(more), before);
	const words = (more: Partial<Call>, before?: Talk) =>
		callWords(dialled(more, before), da);
	const admittedGuest = (kind: "browser" | "phone", here = true) => ({
		...waiting,
		kind,
		here,
		place: "admitted" as const,
		level: 0,
		mic: true,
		picture: false,
		share: false,
		health: "good" as const,
	});

	const listed = <T extends string>(
		list: (value: unknown, at: string) => T,
		all: string[],
	) => all.map((word) => list(word, ""));

	it("has a sentence for every step and every reason, in both languages, none twice", () => {
		const steps = listed(progress, [
			"calling",
			"ringing",
			"early",
			"answered",
			"talking",
		]);
		const reasons = listed(callReason, Object.keys(da.dial.reason));
		for (const table of [da, en]) {
			const all = [
				...steps.map((step) => callWords(dialled({ progress: step }), table)),
				...reasons.map((reason) => callWords(dialled({ reason }), table)),
			];
			assert.ok(all.every((sentence) => sentence.trim() !== ""));
			assert.equal(new Set(all).size, all.length);
		}
		assert.equal(words({}), "", "nothing happened, nothing is said");
	});

	it("says of the telephone in the talk what is heard of it, hold before the rest", () => {
		const now = { progress: "talking", state: "talking" } as const;
		assert.equal(words(now), da.phone.talking);
		assert.equal(words({ ...now, muted: true }), da.dial.muted);
		assert.equal(words({ ...now, by_caller: true }), da.dial.byCaller);
		assert.equal(words({ ...now, by_caller: true, muted: true }), da.dial.byCaller);
		assert.equal(words({ ...now, muted: true, held: true }), da.dial.held);
	});

	it("tells her own telephone that did not answer from the citizen's", () => {
		const own = dialled({ own_phone: "ringing" });
		assert.equal(callWords(own, da), da.dial.own.ringing);
		assert.equal(words({ reason: "no_answer" }, own), da.dial.ownFailed);
		assert.equal(words({ reason: "cancelled" }, own), da.dial.reason.cancelled);
		const failed = dialled({ reason: "no_answer" }, own);
		assert.equal(words({ reason: "no_answer" }, failed), da.dial.ownFailed, "still");
		const citizen = dialled({ own_phone: "talking", progress: "ringing" }, failed);
		assert.equal(words({ reason: "no_answer" }, citizen), da.dial.reason.no_answer);
	});

	it("takes the panel of the trunk where there is one, she can reach it, and wants it", () => {
		const idle = dialled({});
		assert.equal(usesTrunk(idle), true);
		assert.equal(usesTrunk(seated()), false, "no trunk");
		assert.equal(usesTrunk({ ...idle, byHand: true }), false);
		assert.equal(usesTrunk(reduceTalk(idle, { do: "away" })), false);
		assert.equal(usesTrunk(dialled({ state: "ringing" })), false, "a call by hand is on");
		const ringing = dialled({ progress: "ringing" }, { ...idle, byHand: true });
		assert.equal(usesTrunk(ringing), true, "a call that is on is never hidden");
		assert.equal(usesTrunk(dialled({}, ringing)), true);
	});

	it("gives the sound to the line only in the talk, and only to one in the page", () => {
		assert.equal(onLine(dialled({ line: 3, progress: "talking" })), true);
		assert.equal(onLine(dialled({ line: 3, progress: "answered" })), false);
		assert.equal(onLine(dialled({ line: 0, progress: "talking" })), false);
		assert.equal(onLine(null), false);
	});

	it("offers a call that places itself alone, and again whatever was put aside", () => {
		const dead = { ...call({ auto_at: NOON }), offer_call: true, not_come: true };
		assert.deepEqual(offersOf(seated(dead)), ["auto"]);
		assert.deepEqual(offersOf(seated({ ...call({}), not_come: true })), ["notCome"]);
		const rings = call({ auto_at: NOON, state: "announced", progress: "calling" });
		assert.deepEqual(offersOf(seated(rings)), []);
	});

	it("is not interrupted from the first ring on", () => {
		const open = run({ do: "open", id: "1" });
		for (const more of [{ progress: "calling" }, { own_phone: "ringing" }] as const) {
			const state = reduce(open, { do: "seat", seat: seat(call(more)) });
			assert.equal(isDialled(state.talk?.seat?.call), true);
			assert.equal(inTalk(state), true);
		}
	});

	it("never shows a lock, also while the way back to video is under way", () => {
		const both = call({ state: "talking", progress: "talking" });
		const talk = { ...seated({ ...both, form: "video" }), media: "connected" as const };
		assert.equal(privacyOf(talk), "phone");
	});

	it("shows to the browser of two legs, and to no telephone", () => {
		const phone = admittedGuest("phone");
		const two = seated({ guests: [phone, admittedGuest("browser")] });
		assert.equal(admitted(two)?.kind, "browser");
		assert.equal(mayShow(two), true);
		assert.equal(mayShow(seated({ guests: [phone] })), false);
		assert.equal(mayShow(seated({ guests: [admittedGuest("browser", false)] })), false);
	});

	it("says of a telephone that it rings in, and how sure it is who that is", () => {
		const phone = { ...waiting, kind: "phone" as const, step: "none" as const };
		assert.equal(guestWords(phone, da), "Ringer ind");
		assert.equal(ringsIn(live({ guests: [phone] })), true);
		assert.equal(ringsIn(live({ guests: [waiting] })), false);
		const sure = (known: boolean, level: number) =>
			identityWords({ kind: "phone", known, level }, da);
		assert.equal(sure(true, 0), "uverificeret");
		assert.equal(sure(false, 0), "Mødenummer og PIN");
		assert.equal(sure(true, 2), "Bekræftet");
		assert.equal(identityWords({ kind: "browser", level: 0 }, da), "Kun link");
	});
});

describe("the line for the case system", () => {
	const summary = {
		outcome: "held",
		from: NOON,
		to: NOON + 29 * 60_000,
		level: 1,
		chosen_by: "citizen",
		minutes: { video: 21, audio: 0, phone: 8 },
		stated: ["phone"],
		receipt: "7F3K-29QD",
	} as const;
	const options = {
		starts: NOON,
		booked: "video",
		zone: ZONE,
		lang: "da",
		t: da,
	} as const;

	it("says when, what, minutes per form and who chose", () => {
		assert.equal(
			lineOf({ ...summary, stated: ["phone"] }, options),
			"Møde søndag den 22. november 2026 kl. 12.00–12.29: Holdt. " +
				"Video 21 min., Telefon 8 min. (oplyst af dig). Borgeren valgte formen. Kvittering 7F3K-29QD.",
		);
	});

	it("names the booked form of a talk that was over within a minute", () => {
		const minutes = { video: 0, audio: 0, phone: 0 };
		const line = lineOf({ ...summary, minutes, stated: [] }, options);
		assert.match(line, /Holdt\. Video under 1 min\. Borgeren/);
	});

	it("names the planned time of a meeting that never began", () => {
		const minutes = { video: 0, audio: 0, phone: 0 };
		assert.equal(
			lineOf(
				{ ...summary, outcome: "no_show", from: 0, minutes, stated: [] },
				{ ...options, lang: "en", t: en },
			),
			"Meeting Sunday 22 November 2026 at 12:00: The citizen did not come. " +
				"The citizen chose the form. Receipt 7F3K-29QD.",
		);
	});
});

describe("a citizen's receipt", () => {
	it("fits as people say it, and tells nothing before it is whole", () => {
		for (const good of ["7F3K-20QD", "7f3k 2Oqd", " 7F3K20QD "])
			assert.equal(receiptFits("7F3K-20QD", good), true, good);
		for (const bad of ["7F3K-20QE", "8F3K-20QD", "7F3K-20QD0"])
			assert.equal(receiptFits("7F3K-20QD", bad), false, bad);
		for (const half of ["", "-", "7F3K", "7F3K-20Q"])
			assert.equal(receiptFits("7F3K-20QD", half), undefined, half);
		assert.equal(receiptFits("1111-1111", "iIlL 1111"), true);
		assert.equal(receiptFits("", "7F3K-20QD"), undefined);
	});
});

describe("the state of the pages", () => {
	const fetched = (
		cards: Card[],
		as: "list" | "today" = "today",
		askedMs = 1,
	): Action => ({
		do: "cards",
		cards,
		as,
		askedMs,
	});

	it("takes next who waits, else by time; never what is over or a colleague's", () => {
		const cards = [
			card({ id: "1", state: "ended" }),
			card({ id: "2", starts: NOON + 2 }),
			card({ id: "3", starts: NOON + 1 }),
			card({ id: "4", starts: NOON, mine: false }),
		];
		const state = run(fetched(cards));
		assert.equal(nextCard(state)?.id, "3");
		assert.equal(nextCard(state, "3")?.id, "2");
		const alert = reduce(state, {
			do: "live",
			id: "2",
			live: live({ guests: [waiting] }),
			atMs: 1,
		});
		assert.equal(nextCard(alert)?.id, "2");
		assert.deepEqual(othersWaiting(alert), ["2"]);
		assert.deepEqual(
			cardsOf(state, state.today).map((c) => c.id),
			["1", "4", "3", "2"],
		);
	});

	it("keeps a live state that came while older cards were fetched", () => {
		const state = run(
			{ do: "live", id: "1", live: live({ not_come: true }), atMs: 5 },
			fetched([card({ live: live() })], "list", 4),
		);
		assert.equal(state.live["1"]?.not_come, true);
		const later = reduce(state, fetched([card({ live: live() })], "list", 6));
		assert.equal(later.live["1"]?.not_come, false);
	});

	it("does not bring an older version of a card back", () => {
		const state = run(
			fetched([card({ version: 4, label: "ny" })]),
			fetched([card({ version: 3 })]),
		);
		assert.equal(state.cards["1"]?.label, "ny");
	});

	it("hides the invitation when it locks, and everything when it signs out", () => {
		const invitation = {
			link: "l",
			number: "12345678",
			pin: "123456",
			starts: 0,
			minutes: 30,
			form: "video",
			language: "da",
			org: { name: "", phone: "" },
			consultant: "",
			call_number: "",
			call_in: "",
		} as const;
		const open = run(fetched([card()]), { do: "invitation", id: "1", invitation });
		assert.equal(reduce(open, { do: "lock", locked: true }).invitation, null);
		assert.deepEqual(reduce(open, { do: "signedOut", notice: null }).cards, {});
	});

	it("knows what must not be interrupted", () => {
		const open = run({ do: "open", id: "1" });
		assert.equal(inTalk(open), false);
		assert.equal(
			inTalk(reduce(open, { do: "seat", seat: seat({ form: "phone" }) })),
			true,
		);
		const connected = reduce(open, {
			do: "talk",
			action: { do: "set", to: { media: "connected" } },
		});
		assert.equal(inTalk(connected), true);
		assert.equal(reduce(open, { do: "seat", seat: seat({ meeting: "2" }) }), open);
	});

	it("reads any shape that history.state may hold", () => {
		for (const kept of [
			null,
			3,
			"x",
			{},
			{ view: null },
			{ view: { at: "talk" } },
			{ view: { at: "talk", id: "x" } },
		])
			assert.deepEqual(viewOf(kept), { at: "day" });
		assert.deepEqual(viewOf({ view: { at: "talk", id: "12" } }), {
			at: "talk",
			id: "12",
		});
	});
});

describe("the verdict of the self-test", () => {
	const all = (
		more: Partial<Record<keyof Results, Results["udp"]["verdict"]>>,
	): Results => {
		const rows = Object.keys(NO_RESULTS).map((row) => [
			row,
			{ verdict: "ok", detail: "" },
		]);
		const results = Object.fromEntries(rows) as Results;
		for (const [row, verdict] of Object.entries(more))
			results[row as keyof Results] = { verdict, detail: "" };
		return results;
	};
	it("is plain about what works", () => {
		assert.equal(overallOf(NO_RESULTS), null);
		assert.equal(overallOf(all({})), "good");
		assert.equal(overallOf(all({ udp: "failed" })), "fair");
		assert.equal(
			overallOf(all({ udp: "skipped", tcp: "skipped", tls: "skipped" })),
			"direct",
		);
		assert.equal(
			overallOf(all({ udp: "failed", tcp: "failed", tls: "skipped" })),
			"noPath",
		);
		assert.equal(overallOf(all({ microphone: "failed" })), "noDevices");
		assert.equal(overallOf(all({ socket: "failed", microphone: "failed" })), "noSocket");
	});
});

describe("the texts", () => {
	const leaves = (table: object, path = ""): string[] =>
		Object.entries(table).flatMap(([key, value]) =>
			typeof value === "object" && value !== null
				? leaves(value, `${path}${key}.`)
				: typeof value === "string" && value.trim() === "" && !path.includes("rung")
					? [`${path}${key}`]
					: [],
		);
	it("leaves no sentence empty in either language", () => {
		assert.deepEqual([...leaves(da), ...leaves(en)], []);
	});
});
