// SPDX-License-Identifier: MPL-2.0
// The talk: two equal pictures, the controls under them, and words for everything that
// could worry. What the other side sends is told by the server's state, never guessed.

import { canShareScreen } from "../../media/devices";
import { Key } from "../../text/keys";
import type { App } from "../app";
import { h, icon, type Shape, setText, show } from "../dom";
import type { Model } from "../model";
import { deviceChoice, deviceOffer, ownPreview, troubleBox } from "./gear_parts";
import { callLines, callTitle } from "./phone";
import { button, face, type Screen } from "./screen";
import { textLine } from "./text_line";

/** A button with a drawing and a word under it; pressed means that the thing is on. */
function control(word: string, shapes: [Shape, Shape?], act: () => void) {
	const [on, off] = shapes;
	const label = h("span", {}, word);
	const root = h(
		"button",
		{ type: "button", class: "control", onclick: act },
		icon(on),
		label,
	);
	return {
		root,
		update(pressed: boolean) {
			if (root.getAttribute("aria-pressed") === String(pressed)) return;
			root.setAttribute("aria-pressed", String(pressed));
			const shape = !pressed && off ? icon(on, off) : icon(on);
			root.replaceChildren(shape, label);
		},
	};
}

function setTrack(video: HTMLVideoElement, track: MediaStreamTrack | null): void {
	const now =
		video.srcObject instanceof MediaStream ? video.srcObject.getTracks()[0] : null;
	if (now === track) return;
	video.srcObject = track === null ? null : new MediaStream([track]);
	// A muted video may always play; a refusal here is the element being replaced.
	if (track !== null) void video.play().catch(() => undefined);
}

function theirVideo(label: string): HTMLVideoElement {
	const video = h("video", { playsinline: true, autoplay: true, "aria-label": label });
	video.muted = true;
	return video;
}

/** Both pictures and, while it is shown, a screen. */
function tiles(app: App) {
	const name = app.model().state?.consultant.name ?? "";
	const theirs = theirVideo(app.say(Key.their_camera));
	const screen = theirVideo(app.say(Key.their_screen));
	const muted = h(
		"span",
		{ class: "badge", hidden: true },
		icon("mic", "off"),
		h("span", { class: "quiet" }, app.say(Key.their_mic_off)),
	);
	const noWords = h("span", {}, app.say(Key.their_camera_off));
	const noPicture = h("span", { class: "blank" }, face(name), noWords);
	const own = ownPreview();
	const ownBlank = h("span", { class: "blank" }, h("span", {}, app.say(Key.preview_off)));
	const screenTile = h(
		"figure",
		{ class: "tile screen" },
		screen,
		h("figcaption", {}, app.say(Key.their_screen)),
	);
	const root = h(
		"div",
		{ class: "tiles" },
		screenTile,
		h("figure", { class: "tile" }, theirs, noPicture, h("figcaption", {}, name, muted)),
		h(
			"figure",
			{ class: "tile" },
			own.video,
			ownBlank,
			h("figcaption", {}, app.say(Key.you)),
		),
	);
	return {
		root,
		update(m: Model) {
			const sends = m.state?.consultant;
			const tracks = app.sound.tracks();
			const seen = sends?.picture === true && m.link !== "none";
			setTrack(theirs, tracks?.camera ?? null);
			setTrack(screen, tracks?.screen ?? null);
			show(theirs, seen);
			show(noPicture, !seen);
			// While connecting nothing was said yet about what the other side sends.
			const up = m.link === "connected";
			show(noWords, up);
			show(muted, up && sends?.mic === false);
			show(screenTile, sends?.share === true);
			own.update(app.gear.tracks.camera);
			show(ownBlank, app.gear.tracks.camera === null);
		},
	};
}

function troubleWords(app: App, m: Model): string {
	if (!m.online) return app.say(Key.cut_offline);
	if (m.link === "connecting") return app.say(Key.connecting);
	if (m.link !== "connected" || m.health === "dead")
		return app.say(m.wasConnected ? Key.cut : Key.connecting);
	if (!m.signalling) return app.say(Key.signal_cut);
	if (m.rung === "audio" || m.rung === "relay") return app.say(Key.thin);
	return m.rung === "low" ? app.say(Key.low) : "";
}

const NET: Record<Model["health"], Key> = {
	good: Key.net_good,
	weak: Key.net_weak,
	bad: Key.net_bad,
	dead: Key.net_dead,
};

/** Lock, words about the line, and whatever needs to be said right now. */
function notices(app: App) {
	const privacy = h("span", {});
	const net = h("span", {});
	const bar = h(
		"p",
		{ class: "privacy" },
		h("span", { class: "lock" }, icon("lock"), privacy),
		net,
	);
	const line = h("p", { class: "note", hidden: true });
	const callWords = h("span", { role: "status" });
	const callDigits = h("strong", { class: "digits", "aria-hidden": "true" });
	const call = h("div", { class: "note called", hidden: true }, callDigits, callWords);
	const digits = h("strong", { class: "digits" });
	const code = h(
		"div",
		{ class: "note", hidden: true },
		h("span", {}, app.say(Key.code)),
		digits,
		h("span", { class: "hint" }, app.say(Key.code_help)),
	);
	const micLost = button(
		app.say(Key.mic_again),
		() => void app.gear.openMic(app.model().mic.device),
	);
	const hear = button(app.say(Key.hear), app.sound.hear);
	const stop = h(
		"div",
		{ class: "note sharing", hidden: true },
		h("span", {}, app.say(Key.sharing)),
		button(app.say(Key.share_stop), app.gear.stopShare, "small"),
	);
	const shareRefused = h(
		"p",
		{ class: "note", role: "alert", hidden: true },
		app.say(Key.share_screen_refused),
	);
	const root = h(
		"div",
		{ class: "notices" },
		bar,
		line,
		call,
		code,
		micLost,
		hear,
		stop,
		shareRefused,
	);
	return {
		root,
		update(m: Model) {
			const up = m.link === "connected";
			const confirmed = m.state?.sas.confirmed === true;
			show(bar, up);
			setText(privacy, app.say(confirmed ? Key.private_checked : Key.private));
			setText(net, app.say(NET[m.health]));
			net.className = `net ${m.health}`;
			const words = troubleWords(app, m);
			show(line, words !== "");
			setText(line, words);
			const called = ["announced", "ringing", "missed"].includes(
				m.state?.call.state ?? "",
			);
			show(call, called);
			setText(callDigits, called ? (m.state?.call.digits ?? "") : "");
			setText(
				callWords,
				called ? [`${callTitle(app, m)}.`, ...callLines(app, m)].join(" ") : "",
			);
			show(code, m.state?.sas.show === true && m.code !== "");
			setText(digits, m.code);
			show(micLost, m.micLost);
			show(hear, m.soundBlocked);
			show(stop, m.sharing);
			show(shareRefused, m.shareRefused);
			document.documentElement.classList.toggle("is-sharing", m.sharing);
		},
	};
}

function controls(app: App, room: HTMLElement, line: HTMLElement, choice: HTMLElement) {
	const { gear } = app;
	const mic = control(
		app.say(Key.mic),
		["mic", "off"],
		() => void gear.setMic(!app.model().mic.on),
	);
	const camera = control(app.say(Key.camera), ["camera", "off"], () =>
		gear.tracks.camera === null
			? void gear.openCamera(app.model().camera.device)
			: gear.closeCamera(),
	);
	const share = control(app.say(Key.share), ["share"], () =>
		app.model().sharing ? gear.stopShare() : void gear.startShare(app.wholeScreen()),
	);
	const text = control(app.say(Key.text_button), ["text"], () => toggle(line));
	const more = control(app.say(Key.devices_button), ["gear"], () => toggle(choice));
	const full = control(app.say(Key.full), ["full"], () => {
		const now = document.fullscreenElement
			? document.exitFullscreen()
			: room.requestFullscreen();
		void now.catch(() => undefined);
	});
	const toggle = (part: HTMLElement) => {
		show(part, part.hidden === true);
		update(app.model());
		if (!part.hidden) part.querySelector<HTMLElement>("input, select")?.focus();
	};
	const all = [mic, camera, text, more];
	if (canShareScreen()) all.push(share);
	if (document.fullscreenEnabled) all.push(full);
	function update(m: Model): void {
		mic.update(m.mic.on);
		camera.update(m.camera.on);
		share.update(m.sharing);
		text.update(!line.hidden);
		more.update(!choice.hidden);
		full.update(document.fullscreenElement !== null);
	}
	return { root: h("div", { class: "controls" }, ...all.map((c) => c.root)), update };
}

export function talk(app: App): Screen {
	const said = notices(app);
	const both = tiles(app);
	const offer = deviceOffer(app, (id) => app.sound.sink?.(id));
	const micTrouble = troubleBox(app, "mic");
	const cameraTrouble = troubleBox(app, "camera");
	const line = textLine(app);
	const choice = deviceChoice(app, app.sound.sink);
	choice.root.hidden = true;
	choice.root.open = true;
	const root = h("section", { class: "talk" });
	const bar = controls(app, root, line.root, choice.root);
	root.append(
		h("h1", { tabindex: -1, class: "quiet" }, app.say(Key.talk_title)),
		said.root,
		micTrouble.root,
		cameraTrouble.root,
		offer.root,
		both.root,
		bar.root,
		choice.root,
		line.root,
	);
	const onFull = () => bar.update(app.model());
	document.addEventListener("fullscreenchange", onFull);
	return {
		root,
		update(m) {
			for (const part of [said, both, offer, micTrouble, cameraTrouble, bar, line])
				part.update(m);
			choice.refresh();
		},
		stop() {
			document.removeEventListener("fullscreenchange", onFull);
			document.documentElement.classList.remove("is-sharing");
		},
	};
}
