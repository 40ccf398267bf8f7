// SPDX-License-Identifier: MPL-2.0
// The citizen's page without its looks: holds the model, asks the server, keeps the
// connection, the devices and the talk, and turns what happens into events. Screens call
// the actions and read the model; nothing else does anything.
import { forgetCertificate, forgetCertificates } from "../media/certificate";
import { keepAwake, type Stop } from "../media/devices";
import { createTalk, type Talk } from "../media/talk";
import {
	type CitizenState,
	type FromCitizen,
	type ToCitizen,
	toCitizen,
} from "../protocol/citizen";
import { callMe, nothing, type Peek, peek, redeemed } from "../protocol/http";
import type { Language, Step } from "../protocol/words";
import { type Answer, ask, patiently } from "../session/api";
import { type Connection, connect, type Ending } from "../session/connection";
import { fill, phoneWords } from "../text/fill";
import { Key } from "../text/keys";
import { loadWords, wordsOf } from "../text/tables";
import { type GearKeeper, keepGear } from "./gear";
import { memory } from "./memory";
import {
	type Event,
	isTalking,
	type Model,
	newModel,
	type Plain,
	reduce,
	type Stage,
} from "./model";
import { createSound, type Sound } from "./sound";

export interface App {
	/** The newest model. */
	model(): Model;
	/** A sentence in the page's language; the usual names are filled in. */
	say(key: Key, values?: Record<string, string | number>): string;
	readonly gear: GearKeeper;
	readonly sound: Sound;
	dispatch(event: Event): void;
	set(now: Partial<Plain>): void;
	go(stage: Stage): void;
	setLanguage(language: Language): void;
	/** The welcome button. */
	begin(): void;
	redeem(pin: string): void;
	digits(number: string, pin: string): void;
	/** Finds out what the link leads to; again after a failure. */
	open(): void;
	/** Devices are chosen: on to the lobby. */
	ready(): void;
	step(step: Step): void;
	/** Whether a whole screen may be shared. */
	wholeScreen(): boolean;
	sendLine(text: string): void;
	/** Answers *Vil du tilbage til video?*. */
	video(yes: boolean): void;
	takeBack(): void;
	callMe(phone: string): void;
	callMeUndo(): void;
	forget(): void;
}

interface AppHost {
	/** The model changed; `was` is the one before. Called synchronously. */
	changed(was: Model, now: Model): void;
}

const TICK_MS = 10_000;
/** As long as the broker tries video beside the telephone, and a little. */
const RETURN_MS = 21_000;

/** What the page shows when the broker ended the connection for good. */
const STAGE_AFTER: Record<Exclude<Ending, "upgrade">, Stage> = {
	done: "meeting_over",
	taken_over: "taken",
	seat_moved: "moved",
	removed: "removed",
	unknown_seat: "over",
	signed_out: "trouble",
	protocol: "trouble",
};

/** What a refused question means for the person. */
function problemOf(code: string): Key {
	switch (code) {
		case "pin_wrong":
			return Key.pin_wrong;
		case "link_unknown":
			return Key.digits_wrong;
		case "throttled":
		case "locked_out":
			return Key.throttled;
		case "lobby_full":
			return Key.lobby_full;
		case "busy":
			return Key.busy;
		case "offline":
			return Key.offline;
		default:
			return Key.fault;
	}
}

/** `link` is the token of the address: "" for none, undefined for a mangled one. */
export function createApp(link: string | undefined, first: Language, host: AppHost): App {
	const token = link ?? "";
	let model = newModel(first, Date.now());
	let seat = "";
	let connection: Connection<FromCitizen> | undefined;
	let talk: Talk | undefined;
	let awake: Stop | undefined;
	let suspended = false;
	/** Told anew on every connection: a broker that was restarted has forgotten it. */
	let lastStep: Step = "opened";

	function dispatch(event: Event): void {
		const was = model;
		model = reduce(model, event);
		if (model !== was) host.changed(was, model);
	}

	const set = (now: Partial<Plain>) => dispatch({ type: "set", set: now });

	const go = (stage: Stage) => dispatch({ type: "stage", stage });

	const gear = keepGear({
		dispatch,
		sends: (source, track) => talk?.set(source, track),
		changed: () => talk?.changed(),
	});

	const sound = createSound((blocked) => set({ soundBlocked: blocked }));

	function say(key: Key, values: Record<string, string | number> = {}): string {
		const p = model.peek;
		const usual = {
			name: model.state?.consultant.name ?? p?.consultant ?? "",
			org: p?.org.name ?? "",
			number: phoneWords(p?.call.number ?? ""),
			last2: model.callMe.last2,
		};
		return fill(wordsOf(model.language)[key], { ...usual, ...values });
	}

	async function setLanguage(language: Language): Promise<void> {
		if (await loadWords(language)) set({ language });
	}

	function takePeek(found: Peek): void {
		dispatch({ type: "peek", peek: found });
		set({ nowMs: Date.now() });
		if (memory.language() === undefined) void setLanguage(found.language);
	}

	/** Where a fresh page begins, by what it knows. */
	async function look(): Promise<void> {
		if (link === undefined) return go("over");
		const tab = token === "" ? memory.tabSeat() : undefined;
		const known = tab ?? (token === "" ? memory.deviceSeat() : undefined);
		if (token === "" && known === undefined) {
			go("digits");
			return;
		}
		const found = await patiently(() =>
			known === undefined
				? ask("/link/peek", peek, { body: { token } })
				: ask("/seat/peek", peek, { body: { seat: known } }),
		);
		if (!found.ok) {
			const unknown = found.code === "link_unknown";
			if (unknown && known !== undefined) memory.forget();
			if (unknown) return go(known === undefined ? "over" : "digits");
			return dispatch({ type: "stage", stage: "retry", problem: problemOf(found.code) });
		}
		takePeek(found.value);
		if (found.value.when === "over") go("meeting_over");
		else if (tab !== undefined) enter(tab, memory.had("ready"));
		else {
			seat = known ?? "";
			go("welcome");
		}
	}

	function begin(): void {
		if (seat !== "") {
			// Back into a running talk: straight to it, with the microphone.
			const live = model.peek?.phase === "live";
			if (live) memory.setHad("mic", true);
			enter(seat, live);
		} else if (model.peek?.pin) go("pin");
		else redeem("");
	}

	async function bind(question: Promise<Answer<{ seat: string; peek: Peek }>>) {
		set({ asking: true, problem: "" });
		const found = await question;
		if (found.ok) {
			takePeek(found.value.peek);
			enter(found.value.seat, false);
		} else if (found.code === "over" || found.code === "link_unknown")
			dispatch(
				model.stage === "digits" || model.stage === "over"
					? { type: "set", set: { asking: false, problem: Key.digits_wrong } }
					: { type: "stage", stage: "over" },
			);
		else if (found.code === "too_early" && model.peek !== undefined) {
			takePeek({ ...model.peek, when: "early", starts: found.starts });
			go("welcome");
		} else set({ asking: false, problem: problemOf(found.code) });
	}

	function redeem(pin: string): void {
		const body = pin === "" ? { token } : { token, pin };
		void bind(ask("/link/redeem", redeemed, { body }));
	}

	/** Takes the seat: from here on there is a connection. */
	function enter(mine: string, ready: boolean): void {
		seat = mine;
		memory.setSeat(mine);
		const arrived = memory.arrived() || Date.now();
		memory.setArrived(arrived);
		set({ arrivedMs: arrived });
		lastStep = ready ? "ready" : "opened";
		connectSeat();
		const direct = ready || model.peek?.booked_form === "phone";
		if (direct) toMeeting(!ready);
		else {
			go("devices");
			step("devices");
		}
		if (ready) void gear.resume();
	}

	function toMeeting(say: boolean): void {
		memory.setHad("ready", true);
		go("meeting");
		if (say) step("ready");
		awake ??= keepAwake();
	}

	function connectSeat(): void {
		connection?.stop();
		connection = connect<ToCitizen, FromCitizen>({
			hello: () => ({
				type: "hello",
				role: "citizen",
				seat,
				build: __BUILD__,
				epoch: talk?.epoch() ?? 0,
				lang: model.language,
			}),
			decode: toCitizen,
			events: {
				up() {
					set({ signalling: true });
					connection?.send({ type: "step", step: lastStep });
					if (document.hidden) connection?.send({ type: "hidden", hidden: true });
				},
				down: () => set({ signalling: false }),
				message: receive,
				ended: leftBy,
			},
		});
	}

	function receive(message: ToCitizen): void {
		switch (message.type) {
			case "state":
				takeState(message);
				return;
			case "ended":
				dispatch({ type: "ended", ended: message });
				close();
				return;
			case "start":
				if (suspended) {
					suspended = false;
					void gear.resume();
					setTimeout(() => onPhone() && toPhone(), RETURN_MS);
				}
				talk?.receive(message);
				return;
			case "keep":
			case "turn":
			case "signal":
			case "sas":
				talk?.receive(message);
				return;
			case "welcome":
			case "refused":
			case "pong":
				return;
			default:
				message satisfies never;
		}
	}

	function takeState(state: CitizenState): void {
		talk ??= newTalk(state);
		const was = model.state?.form;
		dispatch({ type: "state", state });
		if (model.stage === "meeting") awake ??= keepAwake();
		const { mic, picture, share } = state.consultant;
		talk.other({ mic, picture, share });
		if (state.form !== was && onPhone()) toPhone();
		if (state.place === "lobby") talk.leave();
	}

	const onPhone = () => model.state?.form === "phone";

	function toPhone(): void {
		// An iPhone lends the microphone to one of the two only.
		suspended = true;
		gear.suspend();
		talk?.leave();
	}

	function newTalk(state: CitizenState): Talk {
		const fresh = createTalk({
			meeting: state.meeting,
			role: "citizen",
			way: state.way,
			send: (message) => connection?.send(message),
			events: {
				link(link) {
					dispatch({ type: "link", link });
					if (link === "none") sound.take(null);
				},
				tracks: sound.take,
				quality: (health, rung) => set({ health, rung }),
				code: (code) => set({ code }),
				unsafe() {
					close();
					go("unsafe");
				},
				channel: (open) => set({ channel: open }),
				text: (text) => dispatch({ type: "line", line: { mine: false, text } }),
			},
		});
		for (const source of ["mic", "camera", "screen"] as const)
			fresh.set(source, gear.tracks[source]);
		return fresh;
	}

	function leftBy(ending: Ending): void {
		if (ending === "upgrade") {
			upgrade();
			return;
		}
		const stage = STAGE_AFTER[ending];
		const mayReturn = stage === "taken" || stage === "trouble";
		if (mayReturn) leaveSeat();
		else close();
		if (stage === "moved" || stage === "removed" || stage === "over") memory.forget();
		if (model.stage !== "ended") go(stage);
	}

	/** Another build is served: load it, once, when that cuts nobody off. */
	function upgrade(): void {
		if (isTalking(model)) setTimeout(upgrade, 2000);
		else if (memory.had("upgraded")) {
			leaveSeat();
			go("trouble");
		} else {
			memory.setHad("upgraded", true);
			location.reload();
		}
	}

	/** Gives everything back but what the device remembers. */
	function leaveSeat(): void {
		connection?.stop();
		talk?.stop();
		talk = undefined;
		gear.stop();
		awake?.();
		awake = undefined;
	}

	/** The meeting is over for this page. */
	function close(): void {
		const meeting = model.state?.meeting;
		leaveSeat();
		memory.setHad("ready", false);
		if (meeting !== undefined) void forgetCertificate(meeting);
	}

	function step(now: Step): void {
		lastStep = now;
		if (connection?.isUp()) connection.send({ type: "step", step: now });
	}

	async function askCall(more: Record<string, string | boolean>): Promise<void> {
		const who = seat !== "" ? { seat } : { token };
		dispatch({ type: "call_me", callMe: { problem: "" } });
		const found = await ask("/link/call-me", callMe, { body: { ...who, ...more } });
		if (found.ok) {
			const { asked, last2 } = found.value;
			dispatch({ type: "call_me", callMe: { asked, last2, typing: false } });
		} else if (found.code === "phone_missing")
			dispatch({ type: "call_me", callMe: { typing: true } });
		else {
			const bad = found.code === "phone_bad";
			const problem = bad ? Key.call_me_bad : Key.call_me_failed;
			dispatch({ type: "call_me", callMe: { problem } });
		}
	}

	document.addEventListener("visibilitychange", () => {
		const { hidden } = document;
		connection?.send({ type: "hidden", hidden });
		if (!hidden && model.stage === "meeting" && !suspended) {
			const dead = gear.tracks.mic?.readyState === "ended";
			if (dead) void gear.openMic(model.mic.device);
		}
	});
	for (const kind of ["online", "offline"] as const)
		window.addEventListener(kind, () => {
			set({ online: kind === "online" });
			if (kind === "online") talk?.nudge();
		});
	setInterval(() => set({ nowMs: Date.now() }), TICK_MS);

	return {
		model: () => model,
		say,
		gear,
		sound,
		dispatch,
		set,
		go,
		setLanguage(language) {
			memory.setLanguage(language);
			void setLanguage(language);
		},
		begin,
		redeem,
		digits(number, pin) {
			void bind(ask("/link/digits", redeemed, { body: { number, pin } }));
		},
		open() {
			go("loading");
			void look();
		},
		ready: () => toMeeting(true),
		step,
		wholeScreen: () => talk?.limits()?.whole_screen ?? false,
		sendLine(text) {
			if (talk?.say(text)) dispatch({ type: "line", line: { mine: true, text } });
		},
		video(yes) {
			if (yes) connection?.send({ type: "video" });
			set({ videoAsked: yes, videoDeclined: !yes });
		},
		takeBack: () => enter(seat, memory.had("ready")),
		callMe: (phone) => void askCall(phone === "" ? {} : { phone }),
		callMeUndo: () => void askCall({ cancel: true }),
		forget() {
			leaveSeat();
			memory.forget();
			void forgetCertificates();
			void ask("/device/forget", nothing, { body: {} });
			go("forgotten");
		},
	};
}
