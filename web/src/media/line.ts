// SPDX-License-Identifier: MPL-2.0
// The line: the consultant's own connection to the telephone gateway, audio alone, beside
// the talk and independent of it. One offer, one answer, no candidates; it is never
// renegotiated. One that fails, or falls silent while it should be heard, says broken().
import type { LineStart } from "../protocol/staff";
import { withoutStrays } from "./codecs";
import { readStats, type Totals } from "./stats";

export interface LineEvents {
	/** To be sent at once. */
	offer(sdp: string): void;
	/** It is of no more use: stop() it and ask for another. Once. */
	broken(): void;
}

export interface Line {
	readonly number: number;
	/** What the telephone says; silent until it does. */
	readonly sound: MediaStreamTrack;
	/** Connected: worth keeping when signalling comes back. */
	isUp(): boolean;
	answer(sdp: string): void;
	/** The microphone, null for none. The caller owns and stops it. */
	set(mic: MediaStreamTrack | null): void;
	/** Whether silence is a fault now: somebody has answered and is not on hold. */
	expect(sound: boolean): void;
	stop(): void;
}

const CONNECT_MS = 10_000;
const SAMPLE_MS = 1000;
const SILENT_MS = 5000;

/** G.711 is all that a telephone has; said first it is not negotiated away. */
function preferTelephone(transceiver: RTCRtpTransceiver): void {
	if (!("setCodecPreferences" in transceiver)) return;
	const all = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
	const named = (name: string) =>
		all.filter((codec) => codec.mimeType.toLowerCase() === name);
	const wanted = [...named("audio/pcma"), ...named("audio/pcmu")];
	if (wanted.length > 0) transceiver.setCodecPreferences(wanted);
}

export function createLine(start: LineStart, events: LineEvents): Line {
	const pc = new RTCPeerConnection({
		iceServers: start.servers,
		iceTransportPolicy: start.policy,
		bundlePolicy: "max-bundle",
	});
	const transceiver = pc.addTransceiver("audio", { direction: "sendrecv" });
	preferTelephone(transceiver);
	let totals: Totals = { bytes: 0, packets: 0, lost: 0 };
	let expected = false;
	let heardMs = performance.now();
	let over = false;
	const timer = setInterval(() => {
		look().catch(() => undefined);
	}, SAMPLE_MS);
	const watchdog = setTimeout(giveUp, CONNECT_MS);

	function stop(): void {
		over = true;
		clearInterval(timer);
		clearTimeout(watchdog);
		pc.onconnectionstatechange = null;
		pc.close();
	}

	function giveUp(): void {
		if (over) return;
		stop();
		events.broken();
	}

	async function look(): Promise<void> {
		const { totals: now } = await readStats(pc, totals);
		const flows = now.packets > totals.packets;
		totals = now;
		if (flows || !expected) heardMs = performance.now();
		else if (performance.now() - heardMs >= SILENT_MS) giveUp();
	}

	async function offer(): Promise<void> {
		const made = await pc.createOffer();
		await pc.setLocalDescription(made);
		if (!over) events.offer(withoutStrays(made.sdp ?? ""));
	}

	/** Closed by the gateway, a connection of Chromium still calls itself connected. */
	function watchClose(): void {
		const transport = transceiver.sender.transport;
		if (transport)
			transport.onstatechange = () => transport.state === "closed" && giveUp();
	}

	pc.onconnectionstatechange = () => {
		if (pc.connectionState === "connected") clearTimeout(watchdog);
		else if (pc.connectionState === "failed") giveUp();
	};
	offer().catch(giveUp);

	return {
		number: start.line,
		sound: transceiver.receiver.track,
		isUp: () => pc.connectionState === "connected",
		answer(sdp) {
			if (pc.signalingState !== "have-local-offer") return;
			pc.setRemoteDescription({ type: "answer", sdp }).then(watchClose).catch(giveUp);
		},
		set(mic) {
			if (!over) transceiver.sender.replaceTrack(mic).catch(giveUp);
		},
		expect(sound) {
			expected = sound;
		},
		stop,
	};
}
