// SPDX-License-Identifier: MPL-2.0
// The citizen's own microphone, camera and screen: opens and closes tracks on request,
// hands them to whoever sends them, notices when the machine takes one away (a phone call
// on an iPhone), and says all of it as events.
import {
	openCamera,
	openMic,
	openScreen,
	type Stop,
	type Trouble,
	watchDevices,
} from "../media/devices";
import type { Sources } from "../media/peer";
import { memory } from "./memory";
import type { Event, Gear, Plain } from "./model";

export interface GearKeeper {
	/** The present tracks. */
	readonly tracks: Sources;
	openMic(device?: string): Promise<Trouble | "">;
	/** Mutes or unmutes; opens when nothing is open. */
	setMic(on: boolean): Promise<void>;
	openCamera(device?: string): Promise<Trouble | "">;
	closeCamera(): void;
	startShare(whole: boolean): Promise<void>;
	stopShare(): void;
	/** Frees everything and remembers what was on. */
	suspend(): void;
	/** Opens again what suspend() or a reload closed. */
	resume(): Promise<void>;
	/** Frees everything. */
	stop(): void;
}

interface GearHost {
	dispatch(event: Event): void;
	/** A track was put in place, replaced or removed. */
	sends(source: keyof Sources, track: MediaStreamTrack | null): void;
	/** A track was muted or unmuted. */
	changed(): void;
}

/** How long a microphone may be muted by the machine before the person is asked to tap. */
const LOST_AFTER_MS = 1500;

export function keepGear(host: GearHost): GearKeeper {
	const tracks: Sources = { mic: null, camera: null, screen: null };
	let lostTimer: ReturnType<typeof setTimeout> | undefined;
	let unwatch: Stop | undefined;

	function tell(which: "mic" | "camera", gear: Partial<Gear>): void {
		host.dispatch({ type: "gear", which, gear });
	}

	const set = (now: Partial<Plain>) => host.dispatch({ type: "set", set: now });

	function put(source: keyof Sources, track: MediaStreamTrack | null): void {
		const old = tracks[source];
		if (old !== null) {
			old.onended = old.onmute = old.onunmute = null;
			old.stop();
		}
		tracks[source] = track;
		host.sends(source, track);
		if (track !== null) watch();
	}

	/** From the first opened device on: before, the list tells nothing. */
	function watch(): void {
		unwatch ??= watchDevices({
			changed: () => undefined,
			appeared({ kind, deviceId: id, label }) {
				const names = {
					audioinput: "mic",
					videoinput: "camera",
					audiooutput: "speaker",
				} as const;
				set({ offered: { kind: names[kind], id, label } });
			},
		});
	}

	function watchMic(track: MediaStreamTrack): void {
		const lost = () => set({ micLost: true });
		track.onended = () => {
			tell("mic", { open: false, on: false });
			lost();
			host.changed();
		};
		track.onmute = () => {
			clearTimeout(lostTimer);
			lostTimer = setTimeout(lost, LOST_AFTER_MS);
		};
		track.onunmute = () => {
			clearTimeout(lostTimer);
			set({ micLost: false });
		};
	}

	async function mic(device = ""): Promise<Trouble | ""> {
		const opened = await openMic(device);
		if (!opened.ok) {
			tell("mic", { trouble: opened.why, on: false, open: tracks.mic !== null });
			return opened.why;
		}
		clearTimeout(lostTimer);
		put("mic", opened.track);
		watchMic(opened.track);
		tell("mic", { open: true, on: true, trouble: "", device });
		set({ micLost: false });
		memory.setHad("mic", true);
		return "";
	}

	function dropCamera(trouble: Trouble | ""): void {
		put("camera", null);
		tell("camera", { open: false, on: false, trouble });
	}

	async function camera(device = ""): Promise<Trouble | ""> {
		// Phones open one camera at a time.
		if (tracks.camera !== null) put("camera", null);
		const opened = await openCamera(device);
		if (!opened.ok) {
			dropCamera(opened.why);
			return opened.why;
		}
		put("camera", opened.track);
		opened.track.onended = () => dropCamera("busy");
		tell("camera", { open: true, on: true, trouble: "", device });
		memory.setHad("camera", true);
		return "";
	}

	function stopShare(refused = false): void {
		put("screen", null);
		set({ sharing: false, shareRefused: refused });
	}

	function free(): void {
		clearTimeout(lostTimer);
		for (const source of ["mic", "camera", "screen"] as const) put(source, null);
		tell("mic", { open: false, on: false });
		tell("camera", { open: false, on: false });
		set({ sharing: false, shareRefused: false });
	}

	return {
		tracks,
		openMic: mic,
		async setMic(on) {
			const track = tracks.mic;
			if (track === null || track.readyState === "ended") {
				if (on) await mic();
				return;
			}
			track.enabled = on;
			tell("mic", { on });
			host.changed();
		},
		openCamera: camera,
		closeCamera() {
			memory.setHad("camera", false);
			dropCamera("");
		},
		async startShare(whole) {
			const opened = await openScreen(whole);
			if (!opened.ok) return stopShare(opened.why === "unsupported");
			put("screen", opened.track);
			opened.track.onended = () => stopShare();
			set({ sharing: true, shareRefused: false });
		},
		// Given to a button, it must not take the press for a refusal.
		stopShare: () => stopShare(),
		suspend: free,
		async resume() {
			if (memory.had("mic") && tracks.mic === null && (await mic()) !== "")
				set({ micLost: true });
			if (memory.had("camera") && tracks.camera === null) await camera();
		},
		stop() {
			unwatch?.();
			unwatch = undefined;
			free();
		},
	};
}
