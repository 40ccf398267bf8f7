// SPDX-License-Identifier: MPL-2.0
// Shows one video track, silent: sound has an element of its own in Sound.tsx.
import { useEffect, useRef } from "preact/hooks";

interface Props {
	track: MediaStreamTrack;
	mirrored?: boolean;
	whole?: boolean;
}

export function Video({ track, mirrored, whole }: Props) {
	const at = useRef<HTMLVideoElement>(null);
	useEffect(() => {
		const video = at.current;
		if (!video) return;
		video.srcObject = new MediaStream([track]);
		// A browser that will not play yet plays with the next press on the page.
		video.play().catch(() => undefined);
		return () => {
			video.srcObject = null;
		};
	}, [track]);
	return (
		<video
			ref={at}
			class={`${mirrored ? "mirrored" : ""}${whole ? " whole" : ""}`}
			muted
			playsInline
		/>
	);
}
