// SPDX-License-Identifier: MPL-2.0
// The messages that both seats share: negotiation, spoken code, media report. Pure.
import {
	byKind,
	type Decoded,
	type Decoder,
	fields,
	flag,
	int,
	list,
	match,
	oneOf,
	text,
} from "./decode";
import { epoch, type Health, meetingId, type Rung, side, time } from "./words";

export const server = fields({
	urls: list(text(256, 1), 8, 1),
	username: text(256),
	credential: text(256),
});
export type Server = Decoded<typeof server>;

export const candidate = fields({
	candidate: text(512),
	mid: text(16),
	mline: int(0, 15),
});
export type Candidate = Decoded<typeof candidate>;

export const sdp = text(12 * 1024, 1);
const bytes32 = match(/^[A-Za-z0-9_-]{43}$/);

const signalBody = byKind("kind", {
	offer: fields({ epoch, from: side, sdp }),
	answer: fields({ epoch, from: side, sdp }),
	candidates: fields({ epoch, from: side, candidates: list(candidate, 32) }),
	restart: fields({ epoch, from: side }),
});

const sasStep = int(1, 3);
const sasBodies = {
	1: fields({ epoch, from: side, commit: bytes32 }),
	2: fields({ epoch, from: side, fp: bytes32, nonce: bytes32 }),
	3: fields({ epoch, from: side, fp: bytes32, nonce: bytes32 }),
} as const;

type Fingerprinted = { epoch: number; fp: string; nonce: string };
export type SasBody =
	| { step: 1; epoch: number; commit: string }
	| ({ step: 2 } & Fingerprinted)
	| ({ step: 3 } & Fingerprinted);

const anyStep = fields({ step: sasStep });
const sasBody: Decoder<SasBody & { from: Decoded<typeof side> }> = (value, at) => {
	switch (anyStep(value, at).step) {
		case 1:
			return { step: 1, ...sasBodies[1](value, at) };
		case 2:
			return { step: 2, ...sasBodies[2](value, at) };
		default:
			return { step: 3, ...sasBodies[3](value, at) };
	}
};

/** What either seat may receive, by `type`. */
export const sharedKinds = {
	start: fields({
		meeting: meetingId,
		epoch,
		role: oneOf(["offer", "answer"]),
		policy: oneOf(["relay", "all"]),
		servers: list(server, 8),
		video_kbps: int(1, 100_000),
		video_kbps_saving: int(1, 100_000),
		whole_screen: flag,
	}),
	keep: fields({ epoch }),
	turn: fields({ servers: list(server, 8) }),
	signal: signalBody,
	sas: sasBody,
	/** A citizen's page does not ask why; the staff pages have the list of codes. */
	refused: fields({ of: text(32), code: text(32) }),
	pong: fields({ now: time }),
} as const;

export type Start = { type: "start" } & Decoded<typeof sharedKinds.start>;
export type Keep = { type: "keep" } & Decoded<typeof sharedKinds.keep>;
export type Turn = { type: "turn" } & Decoded<typeof sharedKinds.turn>;
export type SignalIn = { type: "signal" } & Decoded<typeof sharedKinds.signal>;
type SasIn = { type: "sas" } & Decoded<typeof sharedKinds.sas>;
/** What a talk (media/talk.ts) takes in. */
export type TalkIn = Start | Keep | Turn | SignalIn | SasIn;

export type SignalOut = { type: "signal"; epoch: number } & (
	| { kind: "offer"; sdp: string }
	| { kind: "answer"; sdp: string }
	| { kind: "candidates"; candidates: Candidate[] }
	| { kind: "restart" }
);
type SasOut = { type: "sas" } & SasBody;
type BrokenOut = {
	type: "broken";
	epoch: number;
	why: "no_check" | "failed" | "lost";
};
export type MediaOut = {
	type: "media";
	epoch: number;
	picture: boolean;
	mic: boolean;
	share: boolean;
	rung: Rung;
	health: Health;
};
/** What a talk (media/talk.ts) gives out. */
export type TalkOut = SignalOut | SasOut | BrokenOut | MediaOut;
export type Ping = { type: "ping" };

/** The data channel `talk`. */
export const channelMessage = byKind("t", {
	text: fields({ text: text(2000, 1) }),
});
export type ChannelMessage = Decoded<typeof channelMessage>;
