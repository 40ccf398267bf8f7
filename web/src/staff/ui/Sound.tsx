// SPDX-License-Identifier: MPL-2.0
// Plays the citizen's voice, on every view, through the loudspeaker that was chosen.
import { useEffect, useRef } from "preact/hooks";
import { chosen } from "../own";
import { remote } from "../store";

export function Sound() {
	const at = useRef<HTMLAudioElement>(null);
	const track = remote.value.mic;
	const { speaker } = chosen.value;
	useEffect(() => {
		const audio = at.current;
		if (!audio) return;
		audio.srcObject = track && new MediaStream([track]);
		if (track) audio.play().catch(() => undefined);
	}, [track]);
	useEffect(() => {
		const audio = at.current;
		// A loudspeaker that was unplugged leaves the standard one.
		if (audio && "setSinkId" in audio) audio.setSinkId(speaker).catch(() => undefined);
	}, [speaker]);
	// biome-ignore lint/a11y/useMediaCaption: a live voice; the text line stands beside it
	return <audio ref={at} />;
}
