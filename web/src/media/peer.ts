// SPDX-License-Identifier: MPL-2.0
// One RTCPeerConnection of one epoch, by docs/protocol.md 4: the consultant offers; audio,
// camera, screen and data exist from the first offer and are sendrecv; after that only
// replaceTrack and ICE restarts happen. Everything async runs in one chain, so no two
// steps overlap. It is never renegotiated: when it cannot be saved it says broken().
import {
	type Candidate,
	type ChannelMessage,
	channelMessage,
	type Server,
	type SignalIn,
	type SignalOut,
	type Start,
} from "../protocol/common";
import { decodeText } from "../protocol/decode";
import type { Offering } from "./offering";

export type Source = "mic" | "camera" | "screen";
const SOURCES: readonly Source[] = ["mic", "camera", "screen"];
export type Sources = Record<Source, MediaStreamTrack | null>;

export interface PeerEvents {
	signal(message: SignalOut): void;
	/** The transceivers exist: tracks that will carry what the other side sends. */
	tracks(remote: Sources): void;
	/** Connected, for the first time or again. */
	connected(): void;
	/** Was connected and is not at the moment; it is being restarted where that helps. */
	away(): void;
	/** The other side's certificate, DER, as DTLS negotiated it; once. */
	certificate(der: ArrayBuffer): void;
	channel(open: boolean): void;
	message(message: ChannelMessage): void;
	/** Beyond repair: a new epoch is needed. Once. */
	broken(why: "no_check" | "failed"): void;
}

export interface Peer {
	readonly pc: RTCPeerConnection;
	receive(signal: SignalIn): void;
	set(source: Source, track: MediaStreamTrack | null): void;
	/** undefined before the descriptions made the transceivers. */
	sender(source: Source): RTCRtpSender | undefined;
	servers(list: Server[]): void;
	/** Only relays over TCP or TLS from now on, with an ICE restart. */
	overTcp(): void;
	/** Restarts ICE, or asks the offerer to. */
	restart(): void;
	/** Signalling was away and is back: says again what may have been lost with it. */
	resume(): void;
	say(message: ChannelMessage): boolean;
	stop(): void;
}

const FLUSH_MS = 20;
const CANDIDATES_MAX = 32;
const NO_CHECK_MS = 5000;
const NO_DESCRIPTION_MS = 8000;
const FAILED_MS = 20_000;

/** The servers of `list` that are reached over TCP or TLS. */
export function tcpServers(list: Server[]): Server[] {
	return list
		.map((s) => ({
			...s,
			urls: s.urls.filter((u) => u.startsWith("turns:") || u.includes("transport=tcp")),
		}))
		.filter((s) => s.urls.length > 0);
}

export function createPeer(
	start: Start,
	certificate: RTCCertificate,
	sources: Sources,
	events: PeerEvents,
	offering?: Offering,
): Peer {
	const { epoch } = start;
	const offers = start.role === "offer" ? offering : undefined;
	const pc = new RTCPeerConnection({
		iceServers: start.servers,
		iceTransportPolicy: start.policy,
		bundlePolicy: "max-bundle",
		certificates: [certificate],
	});
	const channel = pc.createDataChannel("talk", { negotiated: true, id: 1 });
	const early: Candidate[] = [];
	const waiting: Candidate[] = [];
	let servers = start.servers;
	let tcpOnly = false;
	let chain: Promise<void> = Promise.resolve();
	let over = false;
	let told = false;
	let certified = false;
	let flush: ReturnType<typeof setTimeout> | undefined;
	let rescue: ReturnType<typeof setTimeout> | undefined;
	let watchdog = setTimeout(() => giveUp("no_check"), NO_DESCRIPTION_MS);

	function then(act: () => Promise<void>): void {
		chain = chain.then(() => (over ? undefined : act())).catch(() => giveUp("failed"));
	}

	function giveUp(why: "no_check" | "failed"): void {
		if (over || told) return;
		told = true;
		events.broken(why);
	}

	function sendCandidates(): void {
		clearTimeout(flush);
		flush = undefined;
		while (waiting.length > 0) {
			const candidates = waiting.splice(0, CANDIDATES_MAX);
			events.signal({ type: "signal", kind: "candidates", epoch, candidates });
		}
	}

	pc.onicecandidate = ({ candidate }) => {
		// Firefox says the end twice: once as an empty candidate, once as null.
		if (candidate?.candidate === "") return;
		waiting.push({
			candidate: candidate?.candidate ?? "",
			mid: candidate?.sdpMid ?? "0",
			mline: candidate?.sdpMLineIndex ?? 0,
		});
		flush ??= setTimeout(sendCandidates, FLUSH_MS);
	};

	pc.onconnectionstatechange = () => {
		if (over) return;
		if (pc.connectionState === "connected") {
			clearTimeout(rescue);
			rescue = undefined;
			clearTimeout(watchdog);
			showCertificate();
			events.connected();
		} else if (pc.connectionState === "disconnected") events.away();
		else if (pc.connectionState === "failed") {
			events.away();
			restart();
			rescue ??= setTimeout(() => giveUp("failed"), FAILED_MS);
		}
	};

	channel.onopen = () => events.channel(true);
	channel.onclose = () => events.channel(false);
	channel.onmessage = ({ data }) => {
		try {
			events.message(decodeText(channelMessage, data));
		} catch {
			// Not one of ours: dropped, as nothing depends on it.
		}
	};

	function showCertificate(): void {
		if (certified || over) return;
		const transport = pc.sctp?.transport ?? pc.getSenders()[0]?.transport;
		const der = transport?.getRemoteCertificates()[0];
		if (der === undefined) {
			// Chromium says "connected" before its DTLS transport does, once in forty calls.
			transport?.addEventListener("statechange", showCertificate, { once: true });
			return;
		}
		certified = true;
		events.certificate(der);
	}

	function applySources(): void {
		const stream = new MediaStream();
		const remote: Sources = { mic: null, camera: null, screen: null };
		pc.getTransceivers().forEach((transceiver, i) => {
			const source = SOURCES[i];
			if (source === undefined) return;
			transceiver.direction = "sendrecv";
			// One stream for voice and face, so that the other side keeps lips in step.
			if (source !== "screen" && "setStreams" in transceiver.sender)
				transceiver.sender.setStreams(stream);
			remote[source] = transceiver.receiver.track;
			replace(transceiver.sender, sources[source]);
		});
		events.tracks(remote);
	}

	function replace(sender: RTCRtpSender, track: MediaStreamTrack | null): void {
		if (sender.track === track) return;
		sender.replaceTrack(track).catch(() => giveUp("failed"));
	}

	async function offer(iceRestart: boolean): Promise<void> {
		if (pc.signalingState !== "stable") return;
		const made = await pc.createOffer({ iceRestart });
		await pc.setLocalDescription(made);
		sendOffer(made.sdp ?? "");
	}

	function sendOffer(sdp: string): void {
		const clean = offers?.clean(sdp) ?? sdp;
		events.signal({ type: "signal", kind: "offer", epoch, sdp: clean });
	}

	function restart(): void {
		if (over || pc.remoteDescription === null) return;
		if (offers) then(() => offer(true));
		else events.signal({ type: "signal", kind: "restart", epoch });
	}

	async function resume(): Promise<void> {
		const lost = pc.pendingLocalDescription?.sdp;
		if (lost !== undefined) sendOffer(lost);
		else if (pc.connectionState !== "connected") restart();
	}

	async function addEarly(): Promise<void> {
		for (const candidate of early.splice(0)) await add(candidate);
	}

	async function add({ candidate, mid, mline }: Candidate): Promise<void> {
		if (candidate === "") return;
		// A candidate of a round that a restart has ended is refused; it is not needed.
		await pc
			.addIceCandidate({ candidate, sdpMid: mid, sdpMLineIndex: mline })
			.catch(() => undefined);
	}

	function described(): void {
		clearTimeout(watchdog);
		watchdog = setTimeout(() => {
			if (pc.iceConnectionState === "new") giveUp("no_check");
		}, NO_CHECK_MS);
	}

	async function take(signal: SignalIn): Promise<void> {
		switch (signal.kind) {
			case "offer": {
				if (offers) return;
				const first = pc.remoteDescription === null;
				await pc.setRemoteDescription({ type: "offer", sdp: signal.sdp });
				if (first) applySources();
				const made = await pc.createAnswer();
				await pc.setLocalDescription(made);
				events.signal({ type: "signal", kind: "answer", epoch, sdp: made.sdp ?? "" });
				if (first) described();
				return addEarly();
			}
			case "answer": {
				if (!offers || pc.signalingState !== "have-local-offer") return;
				const first = pc.remoteDescription === null;
				await pc.setRemoteDescription({ type: "answer", sdp: signal.sdp });
				if (first) described();
				return addEarly();
			}
			case "candidates":
				if (pc.remoteDescription === null) early.push(...signal.candidates);
				else for (const candidate of signal.candidates) await add(candidate);
				return;
			case "restart":
				return offers ? offer(true) : undefined;
		}
	}

	function configure(): void {
		pc.setConfiguration({
			iceServers: tcpOnly ? tcpServers(servers) : servers,
			iceTransportPolicy: tcpOnly ? "relay" : start.policy,
			bundlePolicy: "max-bundle",
		});
	}

	if (offers) {
		offers.prepare(pc);
		applySources();
		then(() => offer(false));
	}

	return {
		pc,
		receive: (signal) => {
			if (signal.epoch === epoch) then(() => take(signal));
		},
		set(source, track) {
			sources[source] = track;
			const sender = this.sender(source);
			if (sender !== undefined) replace(sender, track);
		},
		sender: (source) =>
			pc.remoteDescription === null && !offers
				? undefined
				: pc.getTransceivers()[SOURCES.indexOf(source)]?.sender,
		servers(list) {
			servers = list;
			configure();
		},
		overTcp() {
			if (tcpOnly || tcpServers(servers).length === 0) return;
			tcpOnly = true;
			configure();
			restart();
		},
		restart,
		resume: () => then(resume),
		say(message) {
			if (channel.readyState !== "open") return false;
			channel.send(JSON.stringify(message));
			return true;
		},
		stop() {
			over = true;
			for (const timer of [flush, rescue, watchdog]) clearTimeout(timer);
			channel.onopen = channel.onclose = channel.onmessage = null;
			pc.onicecandidate = pc.onconnectionstatechange = null;
			pc.close();
		},
	};
}
