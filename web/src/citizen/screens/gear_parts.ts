// SPDX-License-Identifier: MPL-2.0
// Parts about the person's own devices, used before and during the talk.
import { listDevices, meterLevel, playTestSound, type Stop } from "../../media/devices";
import { Key } from "../../text/keys";
import type { App } from "../app";
import { h, setText, show } from "../dom";
import type { Model } from "../model";
import { button, para } from "./screen";

/** The person's own picture, mirrored as in a looking glass. */
export function ownPreview() {
	const video = h("video", { class: "own", playsinline: true, autoplay: true });
	video.muted = true;
	return {
		video,
		update(track: MediaStreamTrack | null) {
			const shown = video.srcObject instanceof MediaStream;
			const same =
				shown && video.srcObject instanceof MediaStream
					? video.srcObject.getTracks()[0] === track
					: track === null;
			if (!same) video.srcObject = track === null ? null : new MediaStream([track]);
			show(video, track !== null);
			video.classList.toggle(
				"mirrored",
				track?.getSettings().facingMode !== "environment",
			);
		},
	};
}

const HEARD = 0.06;
const SILENT_MS = 8000;

/** The line that moves when the person speaks; tells whether anything was heard. */
export function levelMeter(label: string, heard: (sound: boolean) => void) {
	const bar = h("span", {});
	const root = h("span", { class: "level", role: "img", "aria-label": label }, bar);
	let stop: Stop | undefined;
	let metered: MediaStreamTrack | null = null;
	let timer: ReturnType<typeof setTimeout> | undefined;

	function end(): void {
		stop?.();
		stop = undefined;
		metered = null;
		clearTimeout(timer);
	}
	function update(track: MediaStreamTrack | null): void {
		show(root, track !== null);
		if (track === metered) return;
		end();
		metered = track;
		if (track === null) return;
		let silent = true;
		timer = setTimeout(() => {
			if (silent) heard(false);
		}, SILENT_MS);
		stop = meterLevel(track, (level) => {
			bar.style.transform = `scaleX(${level.toFixed(2)})`;
			if (level < HEARD || !silent) return;
			silent = false;
			clearTimeout(timer);
			heard(true);
		});
	}
	return { root, update, stop: end };
}

export function testSound(app: App) {
	let stop: Stop | undefined;
	const play = button(
		app.say(Key.test_sound),
		() => {
			stop?.();
			setText(play, app.say(Key.test_sound_on));
			stop = playTestSound(() => setText(play, app.say(Key.test_sound)));
		},
		"plain",
	);
	return { root: play, stop: () => stop?.() };
}

type Which = "mic" | "camera";

function troubleKeys(which: Which, trouble: Exclude<Model["mic"]["trouble"], "">): Key[] {
	const camera = which === "camera";
	switch (trouble) {
		case "refused":
			return [
				camera ? Key.refused_camera : Key.refused_mic,
				Key.refused_help,
				Key.refused_phone,
			];
		case "busy":
			return [camera ? Key.busy_camera : Key.busy_mic, Key.busy_help];
		case "missing":
		case "unsupported":
			return camera
				? [Key.missing_camera, Key.missing_camera_help]
				: [Key.missing_mic, Key.missing_help];
	}
}

/** Help for a device that could not be opened; empty and hidden while all is well. */
export function troubleBox(app: App, which: Which) {
	const root = h("div", { class: "note trouble", role: "alert", hidden: true });
	let shown = "";
	return {
		root,
		update(m: Model) {
			const { trouble } = m[which];
			if (trouble === shown) return;
			shown = trouble;
			show(root, trouble !== "");
			root.replaceChildren();
			if (trouble === "") return;
			const [title, ...help] = troubleKeys(which, trouble).map((key) => app.say(key));
			root.append(
				para(title ?? "", "strong"),
				para(help.join(" ")),
				button(
					app.say(Key.try_again),
					() => void (which === "mic" ? app.gear.openMic() : app.gear.openCamera()),
					"plain",
				),
			);
		},
	};
}

/** *Vil du bruge …?* A new device is offered, never taken. */
export function deviceOffer(app: App, sink: (id: string) => void) {
	const words = h("p", {});
	const done = () => app.set({ offered: undefined });
	const use = () => {
		const device = app.model().offered;
		done();
		if (device?.kind === "mic") void app.gear.openMic(device.id);
		else if (device?.kind === "camera") void app.gear.openCamera(device.id);
		else if (device?.kind === "speaker") sink(device.id);
	};
	const root = h(
		"div",
		{ class: "note", role: "status", hidden: true },
		words,
		button(app.say(Key.use_it), use, "small"),
		button(app.say(Key.not_now), done, "small"),
	);
	return {
		root,
		update(m: Model) {
			show(root, m.offered !== undefined);
			const device = m.offered?.label ?? "";
			setText(words, app.say(Key.new_device, { device }));
		},
	};
}

/** The choice of microphone, camera and, where the browser can, loudspeaker. */
export function deviceChoice(app: App, sink: ((id: string) => void) | undefined) {
	const root = h("details", { class: "choice" }, h("summary", {}, app.say(Key.choose)));
	const box = h("div", {});
	root.append(box);

	function select(
		label: Key,
		devices: MediaDeviceInfo[],
		now: string,
		pick: (id: string) => void,
	) {
		if (devices.length === 0) return null;
		const list = h("select", { id: `choose-${label}` });
		for (const device of devices)
			list.append(h("option", { value: device.deviceId }, device.label || "…"));
		if (now !== "") list.value = now;
		list.addEventListener("change", () => pick(list.value));
		return h("p", { class: "field" }, h("label", { for: list.id }, app.say(label)), list);
	}

	async function fillIn(): Promise<void> {
		const { mics, cameras, speakers } = await listDevices();
		const used = (track: MediaStreamTrack | null) => track?.getSettings().deviceId ?? "";
		const { tracks } = app.gear;
		const parts = [
			select(Key.mic, mics, used(tracks.mic), (id) => void app.gear.openMic(id)),
			tracks.camera &&
				select(Key.camera, cameras, used(tracks.camera), (id) => {
					void app.gear.openCamera(id);
				}),
			sink && select(Key.choose_speaker, speakers, "", sink),
		];
		box.replaceChildren(...parts.filter((part) => part != null));
	}
	root.addEventListener("toggle", () => {
		if (root.open) void fillIn();
	});
	return { root, refresh: () => (root.open ? void fillIn() : undefined) };
}
