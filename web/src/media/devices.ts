// SPDX-License-Identifier: MPL-2.0
// Microphone, camera, screen and loudspeaker of this machine: opened only when asked,
// failures named in four words, every start returns its stop. A new device is told of,
// never taken.

export type Trouble = "refused" | "missing" | "busy" | "unsupported";
type Opened = { ok: true; track: MediaStreamTrack } | { ok: false; why: Trouble };
export type Stop = () => void;

export interface DeviceLists {
	mics: MediaDeviceInfo[];
	cameras: MediaDeviceInfo[];
	speakers: MediaDeviceInfo[];
}

/** What a failure of getUserMedia or getDisplayMedia means for a person. */
function troubleOf(error: unknown): Trouble {
	switch (error instanceof Error || error instanceof DOMException ? error.name : "") {
		case "NotAllowedError":
		case "SecurityError":
			return "refused";
		case "NotFoundError":
		case "OverconstrainedError":
			return "missing";
		case "NotReadableError":
		case "AbortError":
			return "busy";
		default:
			return "unsupported";
	}
}

async function open(constraints: MediaStreamConstraints): Promise<Opened> {
	if (navigator.mediaDevices?.getUserMedia === undefined)
		return { ok: false, why: "unsupported" };
	try {
		const stream = await navigator.mediaDevices.getUserMedia(constraints);
		const track = stream.getTracks()[0];
		return track ? { ok: true, track } : { ok: false, why: "missing" };
	} catch (error) {
		return { ok: false, why: troubleOf(error) };
	}
}

/** `exact` only when the person chose a device; else whatever the machine prefers. */
function device(id: string): MediaTrackConstraints {
	return id === "" ? {} : { deviceId: { exact: id } };
}

export function openMic(id = ""): Promise<Opened> {
	const clean = {
		echoCancellation: true,
		noiseSuppression: true,
		autoGainControl: true,
		channelCount: 1,
	};
	return open({ audio: { ...clean, ...device(id) } });
}

export function openCamera(id = ""): Promise<Opened> {
	const frame = {
		width: { ideal: 640 },
		height: { ideal: 480 },
		frameRate: { ideal: 24, max: 30 },
	};
	const which = id === "" ? { facingMode: "user" } : device(id);
	return open({ video: { ...frame, ...which } });
}

export function canShareScreen(): boolean {
	return typeof navigator.mediaDevices?.getDisplayMedia === "function";
}

/** A window or a tab; a whole screen only where `whole` allows it (then `refused`). */
export async function openScreen(whole: boolean): Promise<Opened> {
	if (!canShareScreen()) return { ok: false, why: "unsupported" };
	const wish = {
		video: { frameRate: { ideal: 10, max: 15 } },
		audio: false,
		// Chromium leaves whole screens out of its list; others are checked below.
		monitorTypeSurfaces: whole ? "include" : "exclude",
	};
	try {
		const stream = await navigator.mediaDevices.getDisplayMedia(wish);
		const track = stream.getVideoTracks()[0];
		if (track === undefined) return { ok: false, why: "missing" };
		if (!whole && track.getSettings().displaySurface === "monitor") {
			track.stop();
			return { ok: false, why: "unsupported" };
		}
		track.contentHint = "detail";
		return { ok: true, track };
	} catch (error) {
		return { ok: false, why: troubleOf(error) };
	}
}

/** Labels are empty until a device was allowed once. */
export async function listDevices(): Promise<DeviceLists> {
	const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
	const of = (kind: MediaDeviceKind) =>
		all.filter((d) => d.kind === kind && d.deviceId !== "");
	return {
		mics: of("audioinput"),
		cameras: of("videoinput"),
		speakers: of("audiooutput"),
	};
}

interface DeviceWatch {
	/** Any change; the lists are already the new ones. */
	changed(lists: DeviceLists): void;
	/** A device that was not there before. To be offered; nothing was switched. */
	appeared(device: MediaDeviceInfo): void;
}

export function watchDevices(watch: DeviceWatch): Stop {
	let known: Set<string> | undefined;
	let stopped = false;
	const ids = (l: DeviceLists) => [...l.mics, ...l.cameras, ...l.speakers];
	async function look(): Promise<void> {
		const lists = await listDevices();
		if (stopped) return;
		const before = known;
		known = new Set(ids(lists).map((d) => d.kind + d.deviceId));
		watch.changed(lists);
		if (before === undefined) return;
		for (const found of ids(lists))
			if (!before.has(found.kind + found.deviceId) && found.deviceId !== "default")
				watch.appeared(found);
	}
	const onChange = () => void look();
	navigator.mediaDevices?.addEventListener("devicechange", onChange);
	void look();
	return () => {
		stopped = true;
		navigator.mediaDevices?.removeEventListener("devicechange", onChange);
	};
}

/** The loudness of a track, 0–1, about 15 times a second. */
export function meterLevel(track: MediaStreamTrack, level: (l: number) => void): Stop {
	const context = new AudioContext();
	const analyser = context.createAnalyser();
	analyser.fftSize = 512;
	const source = context.createMediaStreamSource(new MediaStream([track]));
	source.connect(analyser);
	const wave = new Uint8Array(analyser.fftSize);
	const timer = setInterval(() => {
		analyser.getByteTimeDomainData(wave);
		let sum = 0;
		for (const value of wave) sum += (value - 128) ** 2;
		level(Math.min(1, Math.sqrt(sum / wave.length) / 32));
	}, 66);
	return () => {
		clearInterval(timer);
		source.disconnect();
		void context.close();
	};
}

/** Two soft notes through the loudspeaker; `done` after them or after the stop. */
export function playTestSound(done: () => void): Stop {
	const context = new AudioContext();
	const gain = context.createGain();
	const note = context.createOscillator();
	note.connect(gain).connect(context.destination);
	gain.gain.value = 0;
	for (const [i, hertz] of [523, 659].entries()) {
		const from = context.currentTime + 0.05 + i * 0.5;
		note.frequency.setValueAtTime(hertz, from);
		gain.gain.setTargetAtTime(0.2, from, 0.03);
		gain.gain.setTargetAtTime(0, from + 0.3, 0.06);
	}
	note.start();
	let over = false;
	const stop = () => {
		if (over) return;
		over = true;
		clearTimeout(timer);
		void context.close();
		done();
	};
	const timer = setTimeout(stop, 1500);
	return stop;
}

/** Keeps the screen on while the page is in front, as far as the browser lets it. */
export function keepAwake(): Stop {
	let lock: WakeLockSentinel | undefined;
	let stopped = false;
	async function take(): Promise<void> {
		if (stopped || document.visibilityState === "hidden" || !("wakeLock" in navigator))
			return;
		const fresh = await navigator.wakeLock.request("screen").catch(() => undefined);
		if (stopped) void fresh?.release();
		else lock = fresh;
	}
	const again = () => void take();
	document.addEventListener("visibilitychange", again);
	void take();
	return () => {
		stopped = true;
		document.removeEventListener("visibilitychange", again);
		void lock?.release();
	};
}
