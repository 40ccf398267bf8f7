// SPDX-License-Identifier: MPL-2.0
//
// A page without the broker: one WebRTC peer whose descriptions a test carries across by
// hand. It is what the harness and the network are proved with.

import { fileURLToPath } from "node:url";
import { here } from "./netns.mjs";

const CSP = [
	"default-src 'none'",
	"script-src 'self'",
	"img-src 'self'",
	"media-src 'self' blob:",
	"require-trusted-types-for 'script'",
	"trusted-types 'none'",
].join("; ");
const PAGE = `<!DOCTYPE html><title>t</title><script src="/peer.js"></script>
<button>go</button><video id="remote" autoplay playsinline></video>`;

const PEER = `
let peer;
window.configure = (configuration) => {
	peer = new RTCPeerConnection(configuration);
	peer.ontrack = (e) => { document.getElementById("remote").srcObject = e.streams[0]; };
};
// Not until gathering is complete: behind blocked UDP that takes ten seconds.
const gathered = () => new Promise((done) => {
	peer.onicecandidate = (e) =>
		e.candidate && setTimeout(() => done(peer.localDescription.sdp), 200);
	peer.setLocalDescription();
});
const media = async () => {
	const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
	for (const track of stream.getTracks()) peer.addTrack(track, stream);
	window.microphone = stream.getAudioTracks()[0];
};
window.offer = async () => {
	await media(); return gathered();
};
window.answer = async (sdp) => {
	await peer.setRemoteDescription({ type: "offer", sdp });
	await media(); return gathered();
};
window.accept = (sdp) => peer.setRemoteDescription({ type: "answer", sdp });
window.hangUp = () => peer.close();
window.dtlsState = () => peer.getSenders()[0].transport.state;
// What the other side reports about our sound.
window.remoteReport = async () => {
	for (const report of (await peer.getStats()).values())
		if (report.type === "remote-inbound-rtp" && report.roundTripTime !== undefined)
			return { ...report };
};
window.relayProtocol = async () => {
	for (const report of (await peer.getStats()).values())
		if (report.type === "local-candidate" && report.relayProtocol) return report.relayProtocol;
};
`;

/** Runs as a program of its own, so that it can live in another namespace. */
async function serve(chain, key, address) {
	const { createServer } = await import("node:https");
	const { readFileSync } = await import("node:fs");
	const server = createServer(
		{ cert: readFileSync(chain), key: readFileSync(key) },
		(request, response) => {
			const script = request.url === "/peer.js";
			response.setHeader("Content-Type", script ? "text/javascript" : "text/html");
			response.setHeader("Content-Security-Policy", CSP);
			response.end(script ? PEER : PAGE);
		},
	);
	server.listen(0, address, () => console.log(server.address().port));
}

/** Serves the page as meet.test, in another host if one is given. */
export async function servePeerPage(
	certificates,
	{ address = "127.0.0.1", host = here } = {},
) {
	const self = fileURLToPath(import.meta.url);
	const { chain, key } = certificates;
	const server = await host.start(process.execPath, self, chain, key, address);
	return { origin: `https://meet.test:${server.firstLine}`, stop: server.stop };
}

export async function openPeer(browser, origin, configuration = {}) {
	const page = await browser.newPage(origin);
	await page.goto(`${origin}/`);
	await page.click("button");
	await page.evaluate((value) => window.configure(value), configuration);
	return page;
}

export async function connectPeers(one, two) {
	const offer = await one.evaluate(() => window.offer());
	const answer = await two.evaluate((sdp) => window.answer(sdp), offer);
	await one.evaluate((sdp) => window.accept(sdp), answer);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	await serve(...process.argv.slice(2));
