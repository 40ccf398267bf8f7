// SPDX-License-Identifier: MPL-2.0
// The media of one meeting across all its epochs, for either seat: makes and discards
// peers as the broker says, keeps the sources over them, runs the ladder and the spoken
// code, and reports the form of the meeting. Knows no page and no WebSocket.
import type { MediaOut, Start, TalkIn, TalkOut } from "../protocol/common";
import type { Health, Rung, Way } from "../protocol/words";
import { certificateFor } from "./certificate";
import { type CodeRun, runCode } from "./code";
import { climb, type Ladder, newLadder } from "./ladder";
import type { Offering } from "./offering";
import {
	createPeer,
	type Peer,
	type PeerEvents,
	type Source,
	type Sources,
	tcpServers,
} from "./peer";
import { readStats, type Totals } from "./stats";

export type { Source, Sources } from "./peer";

/** none → connecting → connected ⇄ away → none */
export type Link = "none" | "connecting" | "connected" | "away";

export interface TalkEvents {
	/** The connection changed; epoch() is already the new one. */
	link(link: Link): void;
	/** Tracks of the other side; once per epoch. They are silent until something is sent. */
	tracks(remote: Sources): void;
	/** The ladder moved, or the connection's quality did. */
	quality(health: Health, rung: Rung): void;
	/** The spoken code of this epoch; "" when a new epoch made the last one void. */
	code(code: string): void;
	/** The spoken code found a stranger: the talk has been closed. */
	unsafe(): void;
	/** The text line opened or closed. */
	channel(open: boolean): void;
	text(text: string): void;
}

interface TalkOptions {
	meeting: string;
	role: "consultant" | "citizen";
	/** The consultant's alone: how to offer (offering.ts). */
	offering?: Offering;
	way: Way;
	send(message: TalkOut): void;
	events: TalkEvents;
}

export interface Talk {
	/** The epoch whose connection is held; 0 when none. For `hello` and `enter`. */
	epoch(): number;
	link(): Link;
	/** The limits of the last start; undefined before it. */
	limits(): Start | undefined;
	receive(message: TalkIn): void;
	/** The track to send from a source, null for none. The caller owns and stops tracks. */
	set(source: Source, track: MediaStreamTrack | null): void;
	/** A source's track was muted, unmuted or has ended by itself: report it. */
	changed(): void;
	/** What the other side says that it sends. */
	other(sends: { mic: boolean; picture: boolean; share: boolean }): void;
	/** Sends a line of text; false when the text line is not open. */
	say(text: string): boolean;
	/** The network changed: restart ICE now rather than when the browser notices. */
	nudge(): void;
	/** Drops the connection (the form became phone); the sources stay set. */
	leave(): void;
	/** leave(), for good. */
	stop(): void;
}

interface Epoch {
	start: Start;
	peer?: Peer;
	code?: CodeRun;
	ladder: Ladder;
	totals: Totals;
	timer: ReturnType<typeof setInterval>;
	/** Readings without media that are still waited for. */
	silent: number;
	/** They did, or had time enough to. */
	judged: boolean;
	early: TalkIn[];
}

const SAMPLE_MS = 1000;
const JUDGE_AFTER_MS = 5000;
const VOICE_BPS = 40_000;
const VOICE_THIN_BPS = 20_000;

function isSaving(): boolean {
	const connection: unknown = Reflect.get(navigator, "connection");
	if (typeof connection !== "object" || connection === null) return false;
	return (
		Reflect.get(connection, "saveData") === true ||
		Reflect.get(connection, "type") === "cellular"
	);
}

interface Cap {
	active: boolean;
	bps: number;
	scale?: number;
	fps?: number;
}

/** What each source may send on a rung. */
function capsOf(
	rung: Rung,
	kbps: number,
	sharing: boolean,
	way: Way,
): Record<Source, Cap> {
	const thin = rung !== "video";
	const picture = rung === "video" || rung === "low" || way !== "speech";
	const total = (thin ? Math.min(kbps, 120) : kbps) * 1000;
	return {
		mic: { active: way === "speech" || !thin, bps: thin ? VOICE_THIN_BPS : VOICE_BPS },
		camera: {
			active: picture,
			bps: sharing ? total / 4 : total,
			scale: thin ? 2 : 1,
			fps: thin ? 12 : 30,
		},
		screen: { active: picture, bps: (total * 3) / 4, fps: thin ? 3 : 10 },
	};
}

async function applyCap(sender: RTCRtpSender, cap: Cap): Promise<void> {
	const parameters = sender.getParameters();
	const encoding = parameters.encodings?.[0];
	if (encoding === undefined) return;
	encoding.active = cap.active;
	encoding.maxBitrate = Math.round(cap.bps);
	if (cap.scale !== undefined) encoding.scaleResolutionDownBy = cap.scale;
	if (cap.fps !== undefined) encoding.maxFramerate = cap.fps;
	await sender.setParameters(parameters);
}

export function createTalk(options: TalkOptions): Talk {
	const { events, send, way } = options;
	const sources: Sources = { mic: null, camera: null, screen: null };
	let now: Epoch | undefined;
	let link: Link = "none";
	let expected = false;
	let reported = "";

	// Ready before it is needed: from admission on every millisecond is waited for.
	certificateFor(options.meeting).catch(() => undefined);

	function setLink(next: Link): void {
		if (next === link) return;
		link = next;
		events.link(next);
	}

	function isLive(source: Source): boolean {
		const track = sources[source];
		return track?.enabled === true && track.readyState === "live";
	}

	function report(): void {
		if (now === undefined) return;
		const { rung, health } = now.ladder;
		// A telephone is let go for what is reported: nothing before media flow, or before
		// it is plain that the other side sends none.
		if (now.silent > 0 && health !== "dead") return;
		const shown = capsOf(rung, 1, false, way);
		const message: MediaOut = {
			type: "media",
			epoch: now.start.epoch,
			mic: isLive("mic") && shown.mic.active,
			picture: isLive("camera") && shown.camera.active,
			share: isLive("screen") && shown.screen.active,
			rung,
			health,
		};
		const text = JSON.stringify(message);
		if (text === reported) return;
		reported = text;
		send(message);
	}

	function applyCaps(epoch: Epoch): void {
		const { video_kbps, video_kbps_saving } = epoch.start;
		const kbps = isSaving() ? video_kbps_saving : video_kbps;
		const caps = capsOf(epoch.ladder.rung, kbps, sources.screen !== null, way);
		for (const source of ["mic", "camera", "screen"] as const) {
			const sender = epoch.peer?.sender(source);
			// A refusal (a browser without that parameter) leaves the default, which works.
			if (sender) applyCap(sender, caps[source]).catch(() => undefined);
		}
	}

	async function sample(epoch: Epoch): Promise<void> {
		const peer = epoch.peer;
		if (peer === undefined || !epoch.judged) return;
		const { sample: part, totals } = await readStats(peer.pc, epoch.totals);
		if (epoch !== now) return;
		epoch.totals = totals;
		const was = epoch.ladder;
		const connected = link === "connected";
		if (connected) epoch.silent = totals.bytes > 0 ? 0 : epoch.silent - 1;
		const whole = { ...part, atMs: performance.now(), connected, expected };
		const canRelay = tcpServers(epoch.start.servers).length > 0;
		epoch.ladder = climb(was, whole, { way, canRelay });
		if (epoch.ladder.rung !== was.rung) {
			applyCaps(epoch);
			if (epoch.ladder.rung === "relay") peer.overTcp();
		}
		if (epoch.ladder.rung !== was.rung || epoch.ladder.health !== was.health)
			events.quality(epoch.ladder.health, epoch.ladder.rung);
		report();
	}

	function drop(): void {
		const old = now;
		now = undefined;
		if (old === undefined) return;
		clearInterval(old.timer);
		old.code?.stop();
		old.peer?.stop();
		events.channel(false);
		events.code("");
	}

	function begin(start: Start): void {
		drop();
		const epoch: Epoch = {
			start,
			ladder: newLadder(performance.now()),
			totals: { bytes: 0, packets: 0, lost: 0 },
			timer: setInterval(() => {
				// A closed connection has no statistics; its epoch is gone by then.
				sample(epoch).catch(() => undefined);
			}, SAMPLE_MS),
			silent: 4,
			judged: false,
			early: [],
		};
		now = epoch;
		reported = "";
		setTimeout(() => {
			epoch.judged = true;
		}, JUDGE_AFTER_MS);
		setLink("connecting");
		events.quality(epoch.ladder.health, epoch.ladder.rung);
		build(epoch).catch(() => broken(epoch, "failed"));
	}

	async function build(epoch: Epoch): Promise<void> {
		const certificate = await certificateFor(options.meeting);
		if (epoch !== now) return;
		epoch.code = runCode({
			meeting: options.meeting,
			epoch: epoch.start.epoch,
			role: options.role,
			certificate,
			send: (body) => send({ type: "sas", ...body }),
			ready: events.code,
			unsafe: () => {
				leave();
				events.unsafe();
			},
		});
		epoch.peer = createPeer(
			epoch.start,
			certificate,
			sources,
			peerEvents(epoch),
			options.offering,
		);
		epoch.code.begin();
		for (const message of epoch.early.splice(0)) hand(epoch, message);
	}

	function peerEvents(epoch: Epoch): PeerEvents {
		const read = () => sample(epoch).catch(() => undefined);
		return {
			signal: send,
			tracks: events.tracks,
			connected() {
				epoch.judged = true;
				applyCaps(epoch);
				setLink("connected");
				setTimeout(read, 99);
			},
			away: () => setLink("away"),
			certificate: (der) => epoch.code?.negotiated(der),
			channel: events.channel,
			message: ({ text }) => events.text(text),
			broken: (why) => broken(epoch, why),
		};
	}

	function broken(epoch: Epoch, why: "no_check" | "failed"): void {
		if (epoch !== now) return;
		setLink("away");
		send({ type: "broken", epoch: epoch.start.epoch, why });
	}

	/** A message for the epoch that is running. */
	function hand(epoch: Epoch, message: TalkIn): void {
		if (epoch.peer === undefined) epoch.early.push(message);
		else if (message.type === "signal") epoch.peer.receive(message);
		else if (message.type === "sas" && message.epoch === epoch.start.epoch)
			epoch.code?.receive(message);
		else if (message.type === "turn") epoch.peer.servers(message.servers);
	}

	function leave(): void {
		drop();
		setLink("none");
	}

	return {
		epoch: () => now?.start.epoch ?? 0,
		link: () => link,
		limits: () => now?.start,
		receive(message) {
			if (message.type === "start") begin(message);
			else if (message.type === "keep") {
				reported = "";
				report();
				now?.peer?.resume();
			} else if (now !== undefined) hand(now, message);
		},
		set(source, track) {
			sources[source] = track;
			now?.peer?.set(source, track);
			if (now !== undefined) applyCaps(now);
			report();
		},
		changed: report,
		other: ({ mic, picture, share }) => {
			expected = mic || picture || share;
		},
		say: (text) => now?.peer?.say({ t: "text", text }) ?? false,
		nudge() {
			if (link === "away") now?.peer?.restart();
		},
		leave,
		stop: leave,
	};
}
