// SPDX-License-Identifier: MPL-2.0
// What the results of *Tjek min computer* mean, in one sentence and as lines for IT. Pure.
import type { StaffText } from "../../text/staff.da";

export const ROWS = [
	"socket",
	"udp",
	"tcp",
	"tls",
	"microphone",
	"camera",
	"speaker",
] as const;
export type Row = (typeof ROWS)[number];
export type Verdict = "waiting" | "running" | "ok" | "failed" | "skipped";
export type Results = Record<Row, { verdict: Verdict; detail: string }>;

const waiting = { verdict: "waiting", detail: "" } as const;
export const NO_RESULTS: Results = {
	socket: waiting,
	udp: waiting,
	tcp: waiting,
	tls: waiting,
	microphone: waiting,
	camera: waiting,
	speaker: waiting,
};

type Overall = "good" | "fair" | "direct" | "noPath" | "noSocket" | "noDevices";

/** Null while something has not been tried. */
export function overallOf(results: Results): Overall | null {
	const is = (row: Row, verdict: Verdict) => results[row].verdict === verdict;
	const before: Row[] = ["socket", "udp", "tcp", "tls", "microphone", "camera"];
	if (before.some((row) => is(row, "waiting") || is(row, "running"))) return null;
	const paths: Row[] = ["udp", "tcp", "tls"];
	if (is("socket", "failed")) return "noSocket";
	const used = paths.filter((row) => !is(row, "skipped"));
	if (used.length > 0 && used.every((row) => is(row, "failed"))) return "noPath";
	if (is("microphone", "failed")) return "noDevices";
	if (used.length === 0) return "direct";
	return used.some((row) => is(row, "failed")) ? "fair" : "good";
}

/** Lines that IT can use; no name, no meeting. */
export function reportOf(
	results: Results,
	t: StaffText,
	browser: string,
	at: string,
): string {
	const lines = ROWS.map((row) => {
		const { verdict, detail } = results[row];
		return `${t.check.rows[row]}: ${t.check[verdict]}${detail ? ` (${detail})` : ""}`;
	});
	return [`Samtale ${__BUILD__}`, at, browser, ...lines].join("\n");
}
