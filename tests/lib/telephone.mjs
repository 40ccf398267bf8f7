// SPDX-License-Identifier: MPL-2.0
//
// An ordinary telephone at the far end of a SIP trunk, played by baresip: it answers and
// calls, speaks a steady tone, and keeps what it hears. It is
// connected to an exchange (exchange.mjs).

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./browsers.mjs";

const RATE = 8000;
const WINDOW = RATE / 2;
const WAV_HEADER = 44;
const KEY_MS = 120; // as a hurried finger does it
/** Our own number, which citizens call. */
export const SERVICE = "+4570101010";
const MODULES = "/usr/lib/baresip/modules";

async function freePort(address = "127.0.0.1") {
	const server = createServer().listen(0, address);
	await once(server, "listening");
	const { port } = server.address();
	server.close();
	await once(server, "close");
	return port;
}

/** A WAV file of `seconds` of a tone. */
export function toneWav(hertz, seconds = 60) {
	const samples = seconds * RATE;
	const wav = Buffer.alloc(44 + samples * 2);
	wav.write("RIFF", 0);
	wav.writeUInt32LE(36 + samples * 2, 4);
	wav.write("WAVEfmt ", 8);
	wav.writeUInt32LE(16, 16);
	wav.writeUInt16LE(1, 20);
	wav.writeUInt16LE(1, 22);
	wav.writeUInt32LE(RATE, 24);
	wav.writeUInt32LE(RATE * 2, 28);
	wav.writeUInt16LE(2, 32);
	wav.writeUInt16LE(16, 34);
	wav.write("data", 36);
	wav.writeUInt32LE(samples * 2, 40);
	for (let i = 0; i < samples; i++)
		wav.writeInt16LE(
			Math.round(0.4 * 32767 * Math.sin((2 * Math.PI * hertz * i) / RATE)),
			44 + i * 2,
		);
	return wav;
}

/** The A-law code of a sample (G.711). */
function lawOf(sample) {
	const size = Math.min(Math.abs(sample) >> 3, 4095);
	const segment = Math.max(0, 27 - Math.clz32(size));
	const step = (size >> Math.max(segment, 1)) & 15;
	return ((segment << 4) | step) ^ (sample < 0 ? 0x55 : 0xd5);
}

/** One second of a tone of whole Hertz in A-law. */
export function toneLaw(hertz) {
	const sound = Buffer.alloc(RATE);
	for (let i = 0; i < RATE; i++)
		sound[i] = lawOf(Math.round(12_000 * Math.sin((2 * Math.PI * hertz * i) / RATE)));
	return sound;
}

/** Strength of one tone in 16-bit samples, 0…1 of full scale (Goertzel). */
export function strength(samples, hertz) {
	const k = 2 * Math.cos((2 * Math.PI * hertz) / RATE);
	let a = 0;
	let b = 0;
	for (const sample of samples) [a, b] = [sample / 32768 + k * a - b, a];
	const power = a * a + b * b - k * a * b;
	return (2 * Math.sqrt(Math.max(power, 0))) / samples.length;
}

/** The rows of [phone] for a trunk whose far end listens at a port of this machine. */
export async function trunkTo(port, address = "127.0.0.1") {
	return {
		server: `${address}:${port}`,
		transport: "udp",
		number: SERVICE,
		sip_port: await freePort(address),
		// A range of its own for each: two gateways in one network would meet else.
		media_port: 40000 + 2 * Math.floor(Math.random() * 10000),
	};
}

/** The root mean square of samples, 0…1 of full scale. */
export function loudness(samples) {
	const sum = samples.reduce((all, sample) => all + (sample / 32768) ** 2, 0);
	return Math.sqrt(sum / samples.length);
}

/**
 * @param options `number`: whose telephone it is; `hertz`: the tone that it speaks;
 * `answers`: picks up by itself; `address`: where it is reached
 */
export async function startTelephone({
	number = "+4521436587",
	hertz = 1000,
	answers = true,
	address = "127.0.0.1",
} = {}) {
	const folder = await mkdtemp(join(tmpdir(), "samtale-telephone-"));
	const [port, control] = [await freePort(address), await freePort()];
	const rtp = 20000 + 2 * Math.floor(Math.random() * 6000); // below what systems give out
	await writeFile(join(folder, "speaks.wav"), toneWav(hertz));
	await writeFile(join(folder, "contacts"), "");
	await writeFile(
		join(folder, "accounts"),
		`<sip:${number}@${address}:${port}>;regint=0;answermode=${answers ? "auto" : "manual"};audio_codecs=pcma,pcmu\n`,
	);
	await writeFile(
		join(folder, "config"),
		[
			`sip_listen ${address}:${port}`,
			"call_max_calls 8",
			"audio_player aubridge,ear",
			`audio_source aufile,${join(folder, "speaks.wav")}`,
			"audio_alert aubridge,bell",
			"ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1",
			`rtp_ports ${rtp}-${rtp + 40}`,
			`module_path ${MODULES}`,
			"module g711.so\nmodule aufile.so\nmodule aubridge.so\nmodule sndfile.so",
			`snd_path ${folder}`,
			"module_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so",
			`ctrl_tcp_listen 127.0.0.1:${control}`,
			`net_interface ${address}`,
			"",
		].join("\n"),
	);
	let child;
	let socket;
	const events = [];
	let seen = 0;

	async function start() {
		child = spawn("baresip", ["-f", folder], { stdio: ["ignore", "ignore", "ignore"] });
		await until("the telephone is up", () => reach(control), Boolean).then((s) => {
			socket = s;
		});
		listen(socket, events);
	}
	async function end(signal = "SIGTERM") {
		socket?.destroy();
		if (child.exitCode !== null || child.signalCode !== null) return;
		const ended = once(child, "exit");
		child.kill(signal);
		const late = setTimeout(() => child.kill("SIGKILL"), 3000);
		await ended;
		clearTimeout(late);
	}
	function command(name, params = "") {
		const text = JSON.stringify({ command: name, params });
		socket.write(`${Buffer.byteLength(text)}:${text},`);
	}
	await start();
	return {
		number,
		port,
		events,
		/** Waits for the next event of that type after those already waited for. */
		async hears(type, within = 10_000) {
			const found = await until(
				`the telephone reports ${type}`,
				() => events.findIndex((event, i) => i >= seen && event.type === type),
				(at) => at >= 0,
				within,
			);
			seen = found + 1;
			return events[found];
		},
		/** Whether a port is one that its sound comes from. */
		isRtp: (at) => at >= rtp && at <= rtp + 40,
		/** What it reported so far counts no more for hears(). */
		forget() {
			seen = events.length;
		},
		/** Calls the gateway at that port. */
		dial: (sipPort) => command("dial", `sip:${SERVICE}@${address}:${sipPort}`),
		pickUp: () => command("accept"),
		hangUp: () => command("hangup"),
		/** Presses keys one after another. */
		async press(keys) {
			for (const key of keys) {
				command("sndcode", key);
				await new Promise((done) => setTimeout(done, KEY_MS));
				command("sndcode", "\x04"); // lets go of the key
				await new Promise((done) => setTimeout(done, KEY_MS / 2));
			}
		},
		/** The newest half second that it heard, as samples. */
		heard: () => newest(folder),
		/** Waits until it hears a tone. */
		hearsTone: (tone, within = 10_000) =>
			until(
				`the telephone hears ${tone} Hz`,
				async () => strength(await newest(folder), tone),
				(level) => level > 0.006,
				within,
			),
		/** Waits until it hears nothing of a tone any more. */
		hearsNo: (tone, within = 10_000) =>
			until(
				`the telephone hears no ${tone} Hz`,
				async () => strength(await newest(folder), tone),
				(level) => level < 0.002,
				within,
			),
		/** Waits until it hears any sound: a sentence, a waiting tone. */
		hearsAnything: (within = 10_000) =>
			until(
				"the telephone hears a sound",
				async () => loudness(await newest(folder)),
				(level) => level > 0.003,
				within,
			),
		/** Everything that it heard since it was started. */
		recordings: () => recordings(folder),
		end,
		start,
		async stop() {
			await end();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

function reach(port) {
	return new Promise((done) => {
		const socket = connect(port, "127.0.0.1", () => done(socket));
		socket.once("error", () => done(null));
	});
}

function listen(socket, events) {
	let text = "";
	socket.on("error", () => {});
	socket.on("data", (part) => {
		text += part;
		for (;;) {
			const colon = text.indexOf(":");
			const length = Number(text.slice(0, colon));
			if (colon < 0 || text.length < colon + 2 + length) return;
			const message = JSON.parse(text.slice(colon + 1, colon + 1 + length));
			text = text.slice(colon + 2 + length);
			if (message.event) events.push(message);
		}
	});
}

const samplesOf = (bytes) =>
	Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(2 * i));

async function recordingNames(folder) {
	const names = (await readdir(folder)).filter((name) => name.endsWith("-dec.wav"));
	return names.toSorted().map((name) => join(folder, name));
}

async function recordings(folder) {
	const names = await recordingNames(folder);
	return Promise.all(
		names.map(async (name) => samplesOf((await readFile(name)).subarray(WAV_HEADER))),
	);
}

/** The newest half second of the newest recording. */
async function newest(folder) {
	const name = (await recordingNames(folder)).at(-1);
	if (!name) return new Int16Array(1);
	const file = await open(name);
	try {
		const { size } = await file.stat();
		const from = Math.max(WAV_HEADER, size - (size % 2) - 2 * WINDOW);
		const { buffer, bytesRead } = await file.read({
			buffer: Buffer.alloc(2 * WINDOW),
			position: from,
		});
		return bytesRead > 1 ? samplesOf(buffer.subarray(0, bytesRead)) : new Int16Array(1);
	} finally {
		await file.close();
	}
}
