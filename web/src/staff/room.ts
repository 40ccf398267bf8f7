// SPDX-License-Identifier: MPL-2.0
//
// The meeting that is open: enters it, carries its media, and does what its buttons say.
// One meeting at a time. Opening another, or the end, first tears the old one down: the
// connection is closed and every track stopped before anything else happens.
import { forgetCertificate } from "../media/certificate";
import { keepAwake } from "../media/devices";
import { offering } from "../media/offering";
import { createTalk, type Talk as Media, type TalkEvents } from "../media/talk";
import type { ConsultantState, PhoneEvent, ToStaff } from "../protocol/staff";
import type { Outcome, RefusedCode } from "../protocol/words";
import { ask } from "../session/api";
import { accepted } from "./account";
import { reloadDay } from "./desk";
import { answerLine, followLine, hasLine, heldLine, startLine, stopLine } from "./line";
import { enterRoom, forgetRoom, leaveRoom, send } from "./live";
import { callWords, isDialled, onLine } from "./model/call";
import { oneSummary, phoneNumber } from "./model/http";
import { inTalk } from "./model/state";
import { admitted, type Talk } from "./model/talk";
import { secondsOf } from "./model/time";
import { attach, hide, release, startMic, toggleCamera, watch } from "./own";
import { announce, dispatch, go, goInstead, local, now, remote, state, t } from "./store";

const OFFER_AFTER_MS = 3000;
/** As long as the broker, and a little. */
const RETURN_MS = 21_000;
const EMPTY = { mic: null, camera: null, screen: null };

let media: Media | undefined;
let detach: (() => void) | undefined;
let stopAwake: (() => void) | undefined;
let deadTimer: ReturnType<typeof setTimeout> | undefined;
let tried: ReturnType<typeof setTimeout> | undefined;
/** Whose number was fetched for the panel, so that it is asked for (and recorded) once. */
let madeAvailable: "given" | "booked" | "" = "";
/** Her camera was on when the telephone took over; it comes back with the video. */
let hadCamera = false;

function set(to: Partial<Talk>): void {
	dispatch({ do: "talk", action: { do: "set", to } });
}

/** Opens a meeting's page and takes the consultant's seat in it. Admits nobody. */
export function openMeeting(id: string): void {
	if (state.value.talk?.meeting === id && !state.value.talk.summary) return;
	closeMeeting();
	dispatch({ do: "open", id });
	madeAvailable = "";
	hadCamera = false;
	const epoch = () => media?.epoch() ?? 0;
	enterRoom(id, { epoch, line: heldLine, receive, takenOver, left });
}

/** Shows a meeting's page; a talk that runs in another is not left by accident. */
export function goToMeeting(id: string): void {
	const other = inTalk(state.value) && state.value.talk?.meeting !== id;
	if (other) dispatch({ do: "dialog", dialog: { is: "leave", id } });
	else go({ at: "talk", id });
}

/** Leaves the open meeting; the talk of the others goes on, ours is torn down. */
export function closeMeeting(): void {
	if (!state.value.talk) return;
	leaveRoom();
	tearDown();
	dispatch({ do: "close" });
}

/** Closes the connection and stops every track; true when nothing is left running. */
export function tearDown(): boolean {
	watchDead(false);
	removeEventListener("online", nudge);
	media?.stop();
	media = undefined;
	stopLine();
	detach?.();
	detach = undefined;
	release();
	remote.value = EMPTY;
	stopAwake?.();
	stopAwake = undefined;
	return Object.values(local.value).every((track) => track === null);
}

/** The other tab carries the talk; *Fortsæt her* enters again and begins anew. */
function takenOver(): void {
	tearDown();
	set({ media: "none", camera: false, sharing: false, lineOpen: false, code: "" });
}

function left(): void {
	forgetRoom();
	tearDown();
	dispatch({ do: "close" });
	goInstead({ at: "day" });
	dispatch({ do: "notice", notice: { is: "left" } });
}

function nudge(): void {
	media?.nudge();
}

function receive(message: ToStaff): void {
	switch (message.type) {
		case "state":
			seated(message);
			return;
		case "start":
			media?.receive(message);
			if (onPhone()) tried ??= setTimeout(videoTried, RETURN_MS);
			return;
		case "keep":
		case "turn":
		case "signal":
		case "sas":
			media?.receive(message);
			return;
		case "line_start":
			if (message.meeting === state.value.talk?.meeting) startLine(message);
			return;
		case "line":
			answerLine(message);
			return;
		case "refused":
			refusedBy(message.code);
			return;
		case "ended":
			over(message.summary);
			return;
		default:
			return;
	}
}

const onPhone = () => state.value.talk?.seat?.form === "phone";

/** Video did not come up beside the telephone: that carries on. */
function videoTried(): void {
	tried = undefined;
	if (onPhone()) media?.leave();
}

function seated(seat: ConsultantState): void {
	const before = state.value.talk;
	if (!before || before.meeting !== seat.meeting || before.summary) return;
	dispatch({ do: "seat", seat });
	begin(seat);
	for (const event of before.unsent) send({ type: "phone", ...event });
	dispatch({ do: "talk", action: { do: "sent" } });
	tell(before, seat);
	followForm(before.seat?.form, seat);
	followCall(before, seat);
	const guest = admitted({ ...before, seat });
	if (guest) media?.other({ mic: guest.mic, picture: guest.picture, share: guest.share });
	// Held from admission on, masked, so that a dead net here does not take it along.
	const given = seat.call.given ? "given" : "booked";
	if (!guest || !hasNumber(seat) || madeAvailable === given) return;
	madeAvailable = given;
	void fetchNumber("check");
}

/** The first state tells the way of talking, which the media need from the start. */
function begin(seat: ConsultantState): void {
	if (media) return;
	media = createTalk({
		meeting: seat.meeting,
		role: "consultant",
		offering,
		way: seat.way,
		send,
		events: mediaEvents,
	});
	const { set: give, changed } = media;
	detach = attach({
		set: (source, track) => give(source, source === "mic" ? micOfTalk(track) : track),
		changed,
	});
	stopAwake = keepAwake();
	watch();
	addEventListener("online", nudge);
	if (seat.form !== "phone" && seat.booked_form !== "phone") void startMic();
	if (seat.booked_form === "phone") showPanel("phone");
}

const mediaEvents: TalkEvents = {
	link: (link) => set({ media: link }),
	tracks: (tracks) => {
		remote.value = tracks;
	},
	quality: (health, rung) => {
		if (health !== state.value.talk?.health) announce(t.value.talk.health[health]);
		set({ health, rung });
		watchDead(health === "dead");
	},
	code: (code) => set({ code, ...(code === "" ? {} : { codeUnsafe: false }) }),
	unsafe: () => {
		set({ codeUnsafe: true });
		showPanel("code");
	},
	channel: (lineOpen) => set({ lineOpen }),
	text: (text) => {
		dispatch({ do: "talk", action: { do: "line", line: { mine: false, text } } });
		announce(`${t.value.line.them}: ${text}`);
	},
};

/** Dead is said after 3 s; 3 s later the telephone is offered, also without the broker. */
function watchDead(is: boolean): void {
	if (is) deadTimer ??= setTimeout(() => set({ dead: true }), OFFER_AFTER_MS);
	else {
		clearTimeout(deadTimer);
		deadTimer = undefined;
		if (state.value.talk?.dead) set({ dead: false });
	}
}

/** On the line the microphone is the telephone's alone: nobody hears her twice. */
function micOfTalk(track: MediaStreamTrack | null): MediaStreamTrack | null {
	return onLine(state.value.talk) ? null : track;
}

function followCall(before: Talk, seat: ConsultantState): void {
	const had = hasLine();
	// One that placed itself too, and one that was on before this page was there.
	if (isDialled(seat.call) && !isDialled(before.seat?.call)) showPanel("phone");
	followLine(seat.call);
	if (onLine(before) !== onLine(state.value.talk))
		media?.set("mic", micOfTalk(local.value.mic));
	// A meeting by telephone needs the microphone no longer than its line.
	if (had && !hasLine() && seat.booked_form === "phone" && media?.link() === "none") {
		release();
		watch();
	}
}

/** What a screen reader must be told of, by comparing two states. */
function tell(before: Talk, seat: ConsultantState): void {
	const words = t.value.talk;
	const after = state.value.talk ?? before;
	const call = callWords(after, t.value);
	if (call !== "" && call !== callWords(before, t.value)) announce(call);
	if (seat.call.hand && !before.seat?.call.hand) announce(t.value.dial.hand);
	if (seat.call.auto_at > 0 && !before.seat?.call.auto_at)
		announce(t.value.offers.auto(secondsOf(seat.call.auto_at - now.value)));
	const was = admitted(before);
	const is = admitted(after);
	if (!was && is) announce(words.admitted);
	else if (was?.here && is && !is.here) announce(words.left);
	else if (was && is && !was.here && is.here) announce(words.arrived);
	else if (was?.mic && is && !is.mic) announce(words.theirMicOff);
	else if (was && !was.share && is?.share) announce(words.theyShare);
}

/** On the telephone this computer's microphone and camera are not needed: off until video. */
function followForm(before: string | undefined, seat: ConsultantState): void {
	if (seat.form === "phone" && before !== "phone") {
		hadCamera = state.value.talk?.camera ?? false;
		// When the call is over it says beside the pictures why, and rings again.
		showPanel("phone");
		media?.leave();
		if (hasLine()) hide();
		else release();
		watch();
		set({ camera: false, sharing: false });
		remote.value = EMPTY;
	} else if (before === "phone" && seat.form !== "phone") {
		clearTimeout(tried);
		tried = undefined;
		if (!local.value.mic) void startMic();
		if (hadCamera) void toggleCamera();
		hadCamera = false;
	}
}

function refusedBy(code: RefusedCode): void {
	const { talk } = state.value;
	if (code === "already_ended" && talk) return void showSummary(talk.meeting);
	set({ refused: code });
	announce(t.value.errors[code]);
}

function over(summary: Extract<ToStaff, { type: "ended" }>["summary"]): void {
	const talk = state.value.talk;
	if (!talk) return;
	forgetRoom();
	tearDown();
	dispatch({ do: "over", summary });
	void forgetCertificate(talk.meeting);
	void reloadDay();
}

/** The summary of a meeting that is over already. */
async function showSummary(meeting: string): Promise<void> {
	const answer = await ask(`/staff/meetings/${meeting}/summary`, oneSummary);
	const summary = accepted(answer)?.summary;
	if (!summary) return;
	if (state.value.talk?.meeting !== meeting) {
		closeMeeting();
		dispatch({ do: "open", id: meeting });
	} else tearDown();
	dispatch({ do: "over", summary });
}

export function showPanel(panel: Talk["panel"]): void {
	dispatch({ do: "talk", action: { do: "panel", panel } });
}

export function admit(entry: number): void {
	send({ type: "admit", entry });
}

export function removeGuest(entry: number): void {
	send({ type: "remove", entry });
}

export function sayLate(meeting: string, minutes: number): void {
	send({ type: "late", meeting, minutes });
}

export function showCode(show: boolean): void {
	send({ type: "sas_show", show });
}

export function confirmCode(): void {
	if (media) send({ type: "sas_ok", epoch: media.epoch() });
}

export function backToVideo(): void {
	send({ type: "video" });
	showPanel("guest");
}

export function endMeeting(outcome: Outcome): void {
	send({ type: "end", outcome });
}

/** Sends a line of text; false when it could not go. */
export function sayLine(text: string): boolean {
	if (!media?.say(text)) return false;
	dispatch({ do: "talk", action: { do: "line", line: { mine: true, text } } });
	return true;
}

/** By a telephone of her own instead of the trunk, or the other way round. */
export function setByHand(byHand: boolean): void {
	set({ byHand });
}

/** Rings the citizen's telephone: from this page, or from her own telephone. */
export function dial(to: "browser" | "own_phone"): void {
	showPanel("phone");
	phone({ event: "dial", to });
}

/** A telephone event: at once, or in order as soon as the broker is back. */
export function phone(event: PhoneEvent): void {
	if (state.value.talk?.entered) send({ type: "phone", ...event });
	else dispatch({ do: "talk", action: { do: "phone", event } });
}

function hasNumber(seat: ConsultantState): boolean {
	return seat.call.last2 !== "" || seat.call.given;
}

/** `check` makes the number available, masked; `call` is that she looks at it. Both are recorded. */
async function fetchNumber(purpose: "check" | "call"): Promise<boolean> {
	const meeting = state.value.talk?.meeting;
	if (!meeting) return false;
	const body = { purpose };
	const answer = await ask(`/staff/meetings/${meeting}/number`, phoneNumber, { body });
	if (!answer.ok || state.value.talk?.meeting !== meeting) {
		const held = state.value.talk?.number;
		if (purpose === "call" && !held && !answer.ok) accepted(answer);
		return false;
	}
	set({ number: answer.value });
	return true;
}

/** Shows the number: at once when it is held, and the look is recorded either way. */
export async function showNumber(): Promise<void> {
	if (state.value.talk?.number) set({ numberShown: true });
	await fetchNumber("call");
	if (state.value.talk?.number) set({ numberShown: true });
}
