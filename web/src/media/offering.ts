// SPDX-License-Identifier: MPL-2.0
// The half of a peer that only the consultant's seat needs, as it alone offers: the m-lines
// in the order of docs/protocol.md 4 and the codecs in them. The citizen's page is handed
// none of it and does not carry it.
import { isSpare, withoutStrays } from "./codecs";

export interface Offering {
	/** Adds audio, camera and screen to a new connection. */
	prepare(pc: RTCPeerConnection): void;
	/** The description as it is sent. */
	clean(sdp: string): string;
}

function preferCodecs(transceiver: RTCRtpTransceiver): void {
	if (!("setCodecPreferences" in transceiver)) return;
	const all = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
	const wanted = all.filter((codec) => !isSpare(codec));
	if (wanted.some((codec) => codec.mimeType.toLowerCase() === "video/vp8"))
		transceiver.setCodecPreferences(wanted);
}

export const offering: Offering = {
	prepare(pc) {
		pc.addTransceiver("audio", { direction: "sendrecv" });
		preferCodecs(pc.addTransceiver("video", { direction: "sendrecv" }));
		preferCodecs(pc.addTransceiver("video", { direction: "sendrecv" }));
	},
	clean: withoutStrays,
};
