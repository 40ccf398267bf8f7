// SPDX-License-Identifier: MPL-2.0
// Plays the citizen's voice, on every view, through the loudspeaker that was chosen: that of
// the talk, or of the line to the telephone, never both at once.
import { useEffect, useRef } from "preact/hooks";
import { onLine } from "../model/call";
import { chosen } from "../own";
import { lineSound, remote, state } from "../store";

function Voice({ track }: { track: MediaStreamTrack | null }) {
	const at = useRef<HTMLAudioElement>(null);
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

export function Sound() {
	return (
		<>
			{lineSound.value && <Voice key="line" track={lineSound.value} />}
			<Voice key="talk" track={onLine(state.value.talk) ? null : remote.value.mic} />
		</>
	);
}
