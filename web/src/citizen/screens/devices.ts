// SPDX-License-Identifier: MPL-2.0
// *Vil du vise billede?* First the choice, then a look at how it works; the camera is off
// until it is pressed. The same screen tries the devices days ahead (stage `try`).
import { Key } from "../../text/keys";
import type { App } from "../app";
import { h, setText, show } from "../dom";
import type { Model } from "../model";
import {
	deviceChoice,
	deviceOffer,
	levelMeter,
	ownPreview,
	testSound,
	troubleBox,
} from "./gear_parts";
import { button, heading, para, type Screen } from "./screen";

/** First: nothing is open, two equal buttons. */
function choicePart(app: App, trying: boolean) {
	const { gear } = app;
	const way = app.model().peek?.way ?? "speech";
	const open = async (camera: boolean) => {
		if (camera) await gear.openCamera();
		const trouble = await gear.openMic();
		if (!trying && trouble !== "" && trouble !== "unsupported") app.step(trouble);
	};
	return h(
		"div",
		{ class: "stack" },
		para(app.say(Key.devices), "lead"),
		h(
			"div",
			{ class: "pair" },
			button(app.say(Key.camera_on), () => void open(true)),
			button(app.say(Key.sound_only), () => void open(false)),
		),
		para(app.say(Key.devices_ask), "hint"),
		para(app.say(Key.data_video), "hint"),
		!trying && way !== "speech" && button(app.say(Key.text_only), app.ready, "plain"),
	);
}

export function devices(app: App): Screen {
	const { sink } = app.sound;
	const trying = app.model().stage === "try";
	const first = choicePart(app, trying);
	const own = ownPreview();
	const off = para(app.say(Key.preview_off), "own-off");
	const camera = button(
		"",
		() => void (app.gear.tracks.camera ? app.gear.closeCamera() : app.gear.openCamera()),
		"plain",
	);
	const level = levelMeter(app.say(Key.level), (sound) => {
		if (app.model().noSound === !sound) return;
		app.set({ noSound: !sound });
		if (!trying) app.step(sound ? "devices" : "no_sound");
	});
	const talk = para(app.say(Key.say_something), "strong");
	const silent = h("p", { class: "note", role: "status", hidden: true });
	const sound = testSound(app);
	const micTrouble = troubleBox(app, "mic");
	const cameraTrouble = troubleBox(app, "camera");
	const without = button(app.say(Key.go_without), app.ready, "plain");
	const offer = deviceOffer(app, (id) => sink?.(id));
	const choice = deviceChoice(app, sink);
	const done = trying
		? h(
				"div",
				{ class: "stack" },
				para(app.say(Key.try_done), "note"),
				button(app.say(Key.back), () => leaveTry(app)),
			)
		: button(app.say(Key.ready), app.ready);
	const preview = h(
		"figure",
		{ class: "preview" },
		own.video,
		off,
		h("figcaption", { class: "hint" }, app.say(Key.preview)),
	);
	const check = h(
		"div",
		{ class: "stack" },
		preview,
		talk,
		level.root,
		silent,
		done,
		h("div", { class: "pair" }, camera, sound.root),
		choice.root,
	);
	const title = heading(app.say(Key.devices_title));
	const root = h(
		"section",
		{ class: "card devices" },
		title,
		cameraTrouble.root,
		micTrouble.root,
		without,
		first,
		offer.root,
		check,
		trying && button(app.say(Key.back), () => leaveTry(app), "plain"),
	);

	function update(m: Model): void {
		const opened = m.mic.open || m.camera.open;
		show(first, !opened);
		show(check, opened);
		show(preview, true);
		own.update(app.gear.tracks.camera);
		show(off, !m.camera.open);
		setText(camera, app.say(m.camera.open ? Key.camera_off : Key.camera_on));
		level.update(app.gear.tracks.mic);
		show(talk, m.mic.open);
		show(silent, m.mic.open && m.noSound);
		setText(silent, m.noSound ? app.say(Key.no_sound) : "");
		micTrouble.update(m);
		cameraTrouble.update(m);
		show(without, !trying && !opened && m.mic.trouble !== "");
		show(done, m.mic.open || (!trying && opened));
		offer.update(m);
		choice.refresh();
	}
	return {
		root,
		update,
		stop() {
			level.stop();
			sound.stop();
		},
	};
}

function leaveTry(app: App): void {
	app.gear.stop();
	app.go("welcome");
}
