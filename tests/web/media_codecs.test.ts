// SPDX-License-Identifier: MPL-2.0
// A description says nothing about codecs that it does not list.
import assert from "node:assert/strict";
import { it } from "node:test";
import { withoutStrays } from "../../web/src/media/codecs";

const sdp = (...lines: string[]) => [...lines, ""].join("\r\n");

it("drops the lines of codecs that their own section does not list, and no others", () => {
	const before = sdp(
		"v=0",
		"m=audio 9 UDP/TLS/RTP/SAVPF 109 121",
		"a=rtpmap:109 opus/48000/2",
		"a=fmtp:121 0-15",
		"m=video 0 UDP/TLS/RTP/SAVPF 120",
		"a=rtpmap:120 VP8/90000",
		"a=rtcp-fb:120 nack",
		"a=rtcp-fb:* transport-cc",
		"a=rtcp-fb:121 nack",
		"a=fmtp:12 apt=120",
		"m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
		"a=sctp-port:5000",
	);
	const gone = new Set(["a=rtcp-fb:121 nack", "a=fmtp:12 apt=120"]);
	const after = before.split("\r\n").filter((line) => !gone.has(line));
	assert.equal(withoutStrays(before), after.join("\r\n"));
	assert.equal(withoutStrays(withoutStrays(before)), withoutStrays(before));
});
