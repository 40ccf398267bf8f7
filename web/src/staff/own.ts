// SPDX-License-Identifier: MPL-2.0
//
// The consultant's own microphone, camera and shared screen. Every track that is opened
// here is kept in `local`, handed to whoever attached, and stopped here: release() leaves
// none running. The camera is off until pressed; a new headset is offered, never taken.
import { signal } from "@preact/signals";
import { openCamera, openMic, openScreen, watchDevices } from "../media/devices";
import type { Source } from "../media/talk";
import type { Talk } from "./model/talk";
import { announce, devices, dispatch, keep, local, recall, state, t } from "./store";

/** Takes a track that is to be sent, null for none, and hears of muting. */
interface Taker {
	set(source: Source, track: MediaStreamTrack | null): void;
	changed(): void;
}

type Kind = "mic" | "camera" | "speaker";
const CHOICE = "samtale.staff.device.";

export const chosen = signal({
	mic: recall(`${CHOICE}mic`) ?? "",
	camera: recall(`${CHOICE}camera`) ?? "",
	speaker: recall(`${CHOICE}speaker`) ?? "",
});

const takers = new Set<Taker>();
let stopWatch: (() => void) | undefined;
let generation = 0;

function set(to: Partial<Talk>): void {
	dispatch({ do: "talk", action: { do: "set", to } });
}

/**
 * Sends from now on through `to` as well; what is already open is handed over at once.
 * Answers what ends it.
 */
export function attach(to: Taker): () => void {
	takers.add(to);
	for (const source of ["mic", "camera", "screen"] as const)
		to.set(source, local.value[source]);
	return () => takers.delete(to);
}

export function watch(): void {
	stopWatch ??= watchDevices({
		changed: (lists) => {
			devices.value = lists;
		},
		appeared: ({ kind, deviceId, label }) => {
			if (kind !== "audioinput" || !state.value.talk) return;
			set({ headset: { id: deviceId, label: label || t.value.devices.mic } });
		},
	});
}

function put(source: Source, track: MediaStreamTrack | null): void {
	const old = local.value[source];
	if (old && old !== track) {
		old.onended = null;
		old.stop();
	}
	local.value = { ...local.value, [source]: track };
	for (const taker of takers) taker.set(source, track);
}

/** Stops every track. A device that is still being opened is stopped when it comes. */
export function release(): void {
	generation++;
	for (const source of ["mic", "camera", "screen"] as const) put(source, null);
	stopWatch?.();
	stopWatch = undefined;
}

/** Camera and screen off; the microphone stays. */
export function hide(): void {
	generation++;
	put("camera", null);
	put("screen", null);
	// One that was just being opened went with the generation.
	if (!local.value.mic) void startMic();
}

/** The microphone for a talk; muted when she had muted it. */
export async function startMic(): Promise<void> {
	const mine = generation;
	let opened = await openMic(chosen.value.mic);
	if (!opened.ok && opened.why === "missing" && chosen.value.mic !== "")
		opened = await openMic();
	if (mine !== generation) {
		if (opened.ok) opened.track.stop();
		return;
	}
	if (!opened.ok) {
		const micFault = opened.why === "unsupported" ? "missing" : opened.why;
		return set({ micFault });
	}
	const { track } = opened;
	track.enabled = state.value.talk?.mic ?? true;
	track.onended = () => {
		put("mic", null);
		set({ micFault: "missing" });
	};
	put("mic", track);
	set({ micFault: null });
}

export function toggleMic(): void {
	const talk = state.value.talk;
	if (!talk) return;
	const mic = !talk.mic;
	set({ mic });
	announce(mic ? t.value.talk.micOn : t.value.talk.micOff);
	const track = local.value.mic;
	if (!track) {
		if (mic) void startMic();
		return;
	}
	track.enabled = mic;
	for (const taker of takers) taker.changed();
}

export async function toggleCamera(): Promise<void> {
	const talk = state.value.talk;
	if (!talk) return;
	if (!talk.camera) return startCamera();
	put("camera", null);
	set({ camera: false });
	announce(t.value.talk.cameraOff);
}

async function startCamera(): Promise<void> {
	const mine = generation;
	let opened = await openCamera(chosen.value.camera);
	if (!opened.ok && opened.why === "missing" && chosen.value.camera !== "")
		opened = await openCamera();
	if (mine !== generation) {
		if (opened.ok) opened.track.stop();
		return;
	}
	if (!opened.ok) {
		set({ cameraFault: true, camera: false });
		return announce(t.value.devices.cameraFailed);
	}
	opened.track.onended = () => {
		put("camera", null);
		set({ camera: false });
	};
	put("camera", opened.track);
	set({ camera: true, cameraFault: false });
	announce(t.value.talk.cameraOn);
}

export async function toggleShare(): Promise<void> {
	if (local.value.screen) return stopShare();
	const mine = generation;
	const opened = await openScreen(state.value.me?.whole_screen ?? false);
	if (mine !== generation) {
		if (opened.ok) opened.track.stop();
		return;
	}
	if (!opened.ok) {
		// `refused` is somebody who changed her mind: nothing to say.
		if (opened.why === "unsupported") announce(t.value.talk.shareRefusedScreen);
		return;
	}
	opened.track.onended = stopShare;
	put("screen", opened.track);
	set({ sharing: true });
	announce(t.value.talk.youShare);
}

function stopShare(): void {
	put("screen", null);
	set({ sharing: false });
}

export function choose(kind: Kind, id: string): void {
	chosen.value = { ...chosen.value, [kind]: id };
	keep(`${CHOICE}${kind}`, id);
	if (kind === "mic" && (local.value.mic || state.value.talk?.micFault)) void startMic();
	if (kind === "camera" && local.value.camera) void startCamera();
}
