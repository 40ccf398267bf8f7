// SPDX-License-Identifier: MPL-2.0
//
// The line to the telephone gateway that the open meeting has at the moment, if any: made
// when the broker says so, fed with the same microphone as the talk, heard through
// `lineSound`, and closed as soon as the state names another one or none.
import { createLine, type Line } from "../media/line";
import type { LineStart, ToStaff } from "../protocol/staff";
import { send } from "./live";
import type { Call } from "./model/call";
import { attach, startMic } from "./own";
import { lineSound, local } from "./store";

let line: Line | undefined;
let detach: (() => void) | undefined;

/** The line that is still connected, for `enter`; 0 when none is. */
export function heldLine(): number {
	return line?.isUp() ? line.number : 0;
}

export function hasLine(): boolean {
	return line !== undefined;
}

export function startLine(start: LineStart): void {
	stopLine();
	const { line: number } = start;
	const fresh = createLine(start, {
		offer: (sdp) => send({ type: "line", line: number, sdp }),
		broken: () => {
			stopLine();
			send({ type: "line_broken", line: number });
		},
	});
	line = fresh;
	lineSound.value = fresh.sound;
	detach = attach({
		set: (source, track) => source === "mic" && fresh.set(track),
		changed: () => undefined,
	});
	if (!local.value.mic) void startMic();
}

export function answerLine({ line: number, sdp }: Extract<ToStaff, { type: "line" }>) {
	if (line?.number === number) line.answer(sdp);
}

/** The broker's newest word on the call. */
export function followLine(call: Call): void {
	if (!line) return;
	const answered = call.progress === "answered" || call.progress === "talking";
	if (call.line !== line.number) stopLine();
	else line.expect(answered && !call.held && !call.muted);
}

export function stopLine(): void {
	detach?.();
	detach = undefined;
	line?.stop();
	line = undefined;
	lineSound.value = null;
}
