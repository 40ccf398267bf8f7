// SPDX-License-Identifier: MPL-2.0
// The closed word lists and codes of samtale.v1 (docs/protocol.md), each said once.
import { type Decoded, type Decoder, int, match, oneOf, text } from "./decode";

export const phase = oneOf(["booked", "open", "live", "paused", "ended"]);
export const place = oneOf(["lobby", "admitted"]);
export const form = oneOf(["none", "video", "audio", "phone"]);
export const bookedForm = oneOf(["video", "phone"]);
export const way = oneOf(["speech", "writing", "sign"]);
export const language = oneOf(["da", "en"]);
export const health = oneOf(["good", "weak", "bad", "dead"]);
export const rung = oneOf(["video", "low", "audio", "relay"]);
const steps = oneOf([
	"none",
	"opened",
	"devices",
	"refused",
	"missing",
	"busy",
	"no_sound",
	"ready",
]);
/** On the wire nothing is an empty string; in here it has a name. */
export const step: Decoder<Decoded<typeof steps>> = (value, at) =>
	steps(value === "" ? "none" : value, at);
export const callState = oneOf([
	"none",
	"asked",
	"announced",
	"ringing",
	"missed",
	"talking",
]);
export const callFrom = /* @__PURE__ */ oneOf(["none", "work", "switchboard", "hidden"]);
export const alert = /* @__PURE__ */ oneOf([
	"none",
	"arrived",
	"call_me",
	"new_device",
	"overdue",
]);
export const side = oneOf(["consultant", "citizen"]);
/** How far a call through the trunk has come. */
export const progress = /* @__PURE__ */ oneOf([
	"none",
	"calling",
	"ringing",
	"early",
	"answered",
	"talking",
]);
/** Why the last call through the trunk ended, or was not placed. */
export const callReason = /* @__PURE__ */ oneOf([
	"none",
	"hung_up",
	"busy",
	"no_answer",
	"declined",
	"unknown_number",
	"line_down",
	"not_confirmed",
	"silent",
	"too_long",
	"cancelled",
	"not_allowed",
	"full",
	"bad_media",
	"not_recorded",
	"limit_meeting",
	"limit_hour",
	"limit_day",
	"limit_money",
]);
export const guestKind = /* @__PURE__ */ oneOf(["browser", "phone"]);
export const outcome = /* @__PURE__ */ oneOf([
	"held",
	"no_show",
	"not_reached",
	"cancelled",
	"technical",
	"consultant_absent",
	"unfinished",
]);
export const chosenBy = /* @__PURE__ */ oneOf(["citizen", "authority"]);
export const refusedCode = /* @__PURE__ */ oneOf([
	"no_trunk",
	"entry_gone",
	"already_ended",
	"not_entered",
	"outcome_not_allowed",
	"too_early",
	"not_yours",
	"no_call",
	"no_number",
]);

export const meetingId = match(/^\d{1,16}$/);
export const seatId = match(/^\d{1,16}-\d{1,9}$/);
export const entry = /* @__PURE__ */ int(1, 65_535);
export const epoch = int(0, 0xffffffff);
export const time = int(0, 8_640_000_000_000_000);
export const minutes = int(0, 100_000);
export const twoDigits = match(/^(\d\d)?$/);
export const name = text(80);
export const buildId = text(64);

export type Form = Decoded<typeof form>;
export type Way = Decoded<typeof way>;
export type Language = Decoded<typeof language>;
export type Health = Decoded<typeof health>;
export type Rung = Decoded<typeof rung>;
export type Step = Exclude<Decoded<typeof step>, "none">;
export type CallState = Decoded<typeof callState>;
export type Progress = Decoded<typeof progress>;
export type CallReason = Decoded<typeof callReason>;
export type Side = Decoded<typeof side>;
export type Outcome = Decoded<typeof outcome>;
export type RefusedCode = Decoded<typeof refusedCode>;

export const SUBPROTOCOL = "samtale.v1";

/** Close codes of protocol.md 8; an enum, so that the bundle carries numbers. */
export enum Close {
	done = 1000,
	not_text = 1003,
	not_utf8 = 1007,
	too_big = 1009,
	fault = 1011,
	taken_over = 4001,
	seat_moved = 4002,
	removed = 4003,
	upgrade = 4004,
	restarting = 4005,
	signed_out = 4006,
	bad_message = 4010,
	no_hello = 4011,
	wrong_state = 4012,
	too_fast = 4013,
	too_slow = 4014,
	unknown_seat = 4015,
	silent = 4016,
	over_limit = 4017,
}
