// SPDX-License-Identifier: MPL-2.0
// One way to ask the HTTP API: JSON in, a decoded value or a code out. Never throws; what to
// do about a code is the caller's.
import type { Decoder } from "../protocol/decode";
import { refusal } from "../protocol/http";

export interface Refusal {
	ok: false;
	/** The `error` of the answer, or: `offline` no answer came, `garbled` not decodable. */
	code: string;
	status: number;
	/** Seconds to wait, 0 when the answer did not say. */
	retryAfterS: number;
	/** Which field was wrong, empty when the answer did not say. */
	field: string;
	/** With `too_early`: when the meeting starts, else 0. */
	starts: number;
	/** The whole body, for answers that carry more (409 `changed`). */
	body: unknown;
}
export type Answer<T> = { ok: true; value: T } | Refusal;

interface AskOptions {
	method?: "GET" | "POST" | "PATCH";
	body?: Record<string, unknown>;
	/** Aborts the question; the answer is then `offline`. */
	signal?: AbortSignal;
}

const TIMEOUT_MS = 15_000;

function refused(code: string, status = 0, body: unknown = undefined): Refusal {
	return { ok: false, code, status, retryAfterS: 0, field: "", starts: 0, body };
}

function refusedBy(status: number, body: unknown): Refusal {
	try {
		const found = refusal(body, "");
		return {
			...refused(found.error, status, body),
			retryAfterS: found.retry_after_s ?? 0,
			field: found.field ?? "",
			starts: found.starts ?? 0,
		};
	} catch {
		return refused("garbled", status, body);
	}
}

/** Asks `/api/v1` + path. POST when there is a body, unless `method` says otherwise. */
export async function ask<T>(
	path: string,
	decode: Decoder<T>,
	options: AskOptions = {},
): Promise<Answer<T>> {
	const abort = new AbortController();
	const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
	const pass = () => abort.abort();
	options.signal?.addEventListener("abort", pass);
	try {
		const response = await fetch(`/api/v1${path}`, {
			method: options.method ?? (options.body ? "POST" : "GET"),
			headers: options.body ? { "Content-Type": "application/json" } : {},
			body: options.body ? JSON.stringify(options.body) : null,
			credentials: "same-origin",
			cache: "no-store",
			signal: abort.signal,
		});
		const body: unknown = await response.json().catch(() => undefined);
		if (!response.ok) return refusedBy(response.status, body);
		try {
			return { ok: true, value: decode(body, "") };
		} catch {
			return refused("garbled", response.status, body);
		}
	} catch {
		return refused("offline");
	} finally {
		clearTimeout(timer);
		options.signal?.removeEventListener("abort", pass);
	}
}

/** A net that changes, a broker that starts: none of them is away for longer. */
const PATIENCE_MS = 15_000;

/** Asks again, ever more slowly, while no answer comes or the server has none to give. */
export async function patiently<T>(
	question: () => Promise<Answer<T>>,
): Promise<Answer<T>> {
	const until = Date.now() + PATIENCE_MS;
	for (let pauseMs = 500; ; pauseMs *= 2) {
		const answer = await question();
		const isFinal = answer.ok || (answer.status > 0 && answer.status < 500);
		if (isFinal || Date.now() + pauseMs > until) return answer;
		await new Promise((done) => setTimeout(done, pauseMs));
	}
}
