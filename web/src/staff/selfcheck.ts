// SPDX-License-Identifier: MPL-2.0
//
// *Tjek min computer*: tries each thing that a talk uses, one after the other, and says
// which works. Each TURN path is tried alone, by a connection that knows no other server
// and may use relays only. Nothing is sent to anybody; every device is closed again.
import { signal } from "@preact/signals";
import { openCamera, openMic, playTestSound } from "../media/devices";
import type { Server } from "../protocol/common";
import { ask } from "../session/api";
import { type CheckPlan, checkPlan } from "./model/http";
import { NO_RESULTS, type Results, type Row, type Verdict } from "./model/verdict";
import { state } from "./store";

const SOCKET_MS = 8000;
const GATHER_MS = 8000;

export const results = signal<Results>(NO_RESULTS);
export const running = signal(false);

function put(row: Row, verdict: Verdict, detail = ""): void {
	results.value = { ...results.value, [row]: { verdict, detail } };
}

export async function runCheck(): Promise<void> {
	if (running.value) return;
	running.value = true;
	results.value = NO_RESULTS;
	try {
		await checkSocket();
		await checkPaths();
		await checkDevice("microphone", openMic);
		await checkDevice("camera", openCamera);
		await checkSpeaker();
	} finally {
		running.value = false;
	}
}

async function checkSocket(): Promise<void> {
	put("socket", "running");
	const from = performance.now();
	while (state.value.link !== "open" && performance.now() - from < SOCKET_MS)
		await new Promise((resolve) => setTimeout(resolve, 200));
	const { link } = state.value;
	put("socket", link === "open" ? "ok" : "failed", `wss ${link}`);
}

async function checkPaths(): Promise<void> {
	const answer = await ask("/staff/check", checkPlan, { body: {} });
	for (const row of ["udp", "tcp", "tls"] as const) {
		if (!answer.ok) put(row, "failed", answer.code);
		else await checkPath(row, answer.value);
	}
}

const SERVES: Record<"udp" | "tcp" | "tls", (url: string) => boolean> = {
	udp: (url) => url.startsWith("turn:") && !url.includes("transport=tcp"),
	tcp: (url) => url.startsWith("turn:") && url.includes("transport=tcp"),
	tls: (url) => url.startsWith("turns:"),
};

async function checkPath(row: "udp" | "tcp" | "tls", plan: CheckPlan): Promise<void> {
	const found = plan.servers
		.flatMap((server) => server.urls.map((url) => ({ ...server, urls: [url] })))
		.find((server) => server.urls.some(SERVES[row]));
	if (!found) return put(row, "skipped");
	put(row, "running");
	const from = performance.now();
	const error = await gatherRelay(found);
	const ms = Math.round(performance.now() - from);
	put(row, error === "" ? "ok" : "failed", `${found.urls[0]} ${error || `${ms} ms`}`);
}

/** Empty when a relay candidate came, else why none did. */
async function gatherRelay(server: Server): Promise<string> {
	const pc = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: "relay" });
	let error = "";
	try {
		pc.createDataChannel("check");
		const gathered = new Promise<string>((resolve) => {
			pc.onicecandidate = ({ candidate }) => {
				if (candidate?.candidate.includes(" typ relay")) resolve("");
				else if (!candidate) resolve(error || "no relay candidate");
			};
			pc.onicecandidateerror = (event) => {
				error = `${event.errorCode} ${event.errorText}`.trim();
			};
			setTimeout(() => resolve(error || "no answer"), GATHER_MS);
		});
		await pc.setLocalDescription(await pc.createOffer());
		return await gathered;
	} catch (thrown) {
		return thrown instanceof Error ? thrown.name : "fault";
	} finally {
		pc.close();
	}
}

async function checkDevice(
	row: "microphone" | "camera",
	open: typeof openMic | typeof openCamera,
): Promise<void> {
	put(row, "running");
	const opened = await open();
	if (!opened.ok) return put(row, "failed", opened.why);
	opened.track.stop();
	put(row, "ok");
}

/** Only a person can say whether the tone was heard: `heard()` is the answer. */
function checkSpeaker(): Promise<void> {
	put("speaker", "running");
	return new Promise((resolve) => playTestSound(resolve));
}

export function heard(yes: boolean): void {
	put("speaker", yes ? "ok" : "failed");
}
