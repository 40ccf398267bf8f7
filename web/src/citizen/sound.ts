// SPDX-License-Identifier: MPL-2.0
// What comes from the other side: keeps the tracks of the present connection for whoever
// shows them, and plays the voice, also while no screen with a picture is there.
import type { Sources } from "../media/peer";

export interface Sound {
	/** The other side's tracks, null without a connection. */
	tracks(): Sources | null;
	take(tracks: Sources | null): void;
	/** Plays again, from a tap, after the browser forbade it. */
	hear(): void;
	/** Chooses the loudspeaker; undefined where the browser cannot. */
	readonly sink: ((device: string) => void) | undefined;
}

export function createSound(blocked: (is: boolean) => void): Sound {
	const audio = new Audio();
	audio.autoplay = true;
	let now: Sources | null = null;

	function hear(): void {
		if (audio.srcObject === null) return;
		audio.play().then(
			() => blocked(false),
			(error: unknown) => {
				// Anything else is an interruption by the next source.
				if (error instanceof DOMException && error.name === "NotAllowedError")
					blocked(true);
			},
		);
	}

	return {
		tracks: () => now,
		take(tracks) {
			now = tracks;
			audio.srcObject = tracks?.mic ? new MediaStream([tracks.mic]) : null;
			hear();
		},
		hear,
		sink:
			"setSinkId" in audio
				? (device) => void audio.setSinkId(device).catch(() => undefined)
				: undefined,
	};
}
