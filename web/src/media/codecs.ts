// SPDX-License-Identifier: MPL-2.0
// Which video codecs are offered: VP8, which every browser has, one form of H.264 for
// phones that do it in hardware, and retransmission. The rest would only fill the SDP,
// which the protocol limits to 400 lines.

/**
 * Without the lines about codecs that their section does not list. Firefox leaves those of a
 * codec that was not preferred, and Chromium refuses a description that has them.
 */
export function withoutStrays(sdp: string): string {
	let listed: string[] = [];
	const isStray = (line: string) => {
		const payload = /^a=(?:rtpmap|rtcp-fb|fmtp):(\d+) /.exec(line)?.[1];
		return payload !== undefined && !listed.includes(payload);
	};
	const kept = sdp.split("\r\n").filter((line) => {
		if (line.startsWith("m=")) listed = line.split(" ").slice(3);
		return !isStray(line);
	});
	return kept.join("\r\n");
}

export function isSpare(codec: { mimeType: string; sdpFmtpLine?: string }): boolean {
	const format = codec.sdpFmtpLine ?? "";
	switch (codec.mimeType.toLowerCase()) {
		case "video/vp8":
		case "video/rtx":
			return false;
		case "video/h264":
			return !(
				format.includes("packetization-mode=1") &&
				format.includes("profile-level-id=42e0")
			);
		default:
			return true;
	}
}
