// SPDX-License-Identifier: MPL-2.0
//
// What a caller hears while it rings, where the network gives nothing to hear by itself:
// 425 Hz for one second in five, as Danish exchanges do. Silence would sound like a fault.
import { computed, effect } from "@preact/signals";
import { loudspeaker } from "./alerts";
import { state } from "./store";

const HERTZ = 425;
const LOUDNESS = 0.04;
const TONE_S = 1;
const EVERY_MS = 5000;

const rings = computed(() => {
	const call = state.value.talk?.seat?.call;
	return call !== undefined && call.line > 0 && call.progress === "ringing";
});

export function startRingTone(): () => void {
	return effect(() => {
		if (!rings.value) return undefined;
		const audio = loudspeaker();
		const gain = audio.createGain();
		gain.gain.value = LOUDNESS;
		gain.connect(audio.destination);
		const ring = () => {
			const tone = audio.createOscillator();
			tone.frequency.value = HERTZ;
			tone.connect(gain);
			tone.start();
			tone.stop(audio.currentTime + TONE_S);
		};
		ring();
		const timer = setInterval(ring, EVERY_MS);
		return () => {
			clearInterval(timer);
			gain.disconnect();
		};
	});
}
