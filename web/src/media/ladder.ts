// SPDX-License-Identifier: MPL-2.0
// How good the connection is, and which rung of video → low → audio → relay it can bear:
// one sample a second in, a verdict out. Pure. Going down takes a few bad samples, going up
// takes a longer good time, and a climb that did not hold makes the next one wait longer,
// so that the picture never flaps.
import type { Health, Rung, Way } from "../protocol/words";

/** What one second of the connection looked like. */
export interface Sample {
	/** Milliseconds of a clock that never jumps. */
	atMs: number;
	/** ICE and DTLS stand. */
	connected: boolean;
	/** The other side says that it sends something. */
	expected: boolean;
	/** Bytes of media that arrived. */
	receivedBytes: number;
	/** The worse of the two directions, 0–1. */
	loss: number;
	roundTripMs: number;
	/** What the browser believes it can send; undefined where it does not say. */
	sendKbps: number | undefined;
	/** Media runs through a relay over TCP or TLS already. */
	overTcp: boolean;
}

export interface Ladder {
	rung: Rung;
	health: Health;
	/** When the present raw verdict, and the present quiet time, began. */
	verdict: Health;
	verdictSinceMs: number;
	/** Nothing arrived since then; 0 while media flows. */
	deadSinceMs: number;
	/** Earliest time of the next step down or up. */
	restUntilMs: number;
	/** How long good must last before a climb; doubles after a climb that failed. */
	climbAfterMs: number;
	climbedAtMs: number;
}

export interface LadderRules {
	way: Way;
	/** A relay over TCP or TLS is at hand. */
	canRelay: boolean;
}

/** design: media dead for 3 s shows as dead; after 6 s the relay is tried. */
const DEAD_AFTER_MS = 3000;
const RELAY_AFTER_MS = 6000;
const BAD_DOWN_AFTER_MS = 3000;
const WEAK_DOWN_AFTER_MS = 6000;
const WORSE_AFTER_MS = 2000;
const BETTER_AFTER_MS = 4000;
const CLIMB_AFTER_MS = 10_000;
const CLIMB_AFTER_MOST_MS = 80_000;
const REST_MS = 5000;

const RANK: Record<Health, number> = { good: 0, weak: 1, bad: 2, dead: 3 };

export function newLadder(nowMs: number): Ladder {
	return {
		rung: "video",
		health: "good",
		verdict: "good",
		verdictSinceMs: nowMs,
		deadSinceMs: 0,
		restUntilMs: nowMs,
		climbAfterMs: CLIMB_AFTER_MS,
		climbedAtMs: 0,
	};
}

function verdictOf(s: Sample): Exclude<Health, "dead"> {
	const kbps = s.sendKbps ?? Number.POSITIVE_INFINITY;
	if (s.loss > 0.15 || s.roundTripMs > 1500 || kbps < 60) return "bad";
	if (s.loss > 0.06 || s.roundTripMs > 700 || kbps < 130) return "weak";
	return "good";
}

function below(rung: Rung, rules: LadderRules): Rung {
	switch (rung) {
		case "video":
			return "low";
		case "low":
			// Signs and lip-reading need the picture to the last.
			if (rules.way === "speech") return "audio";
			return rules.canRelay ? "relay" : "low";
		case "audio":
			return rules.canRelay ? "relay" : "audio";
		case "relay":
			return "relay";
	}
}

function above(rung: Rung): Rung {
	return rung === "low" || rung === "video" ? "video" : "low";
}

function healthOf(was: Ladder, verdict: Health, heldMs: number): Health {
	if (verdict === "dead") return "dead";
	const worse = RANK[verdict] > RANK[was.health];
	// After a dead time anything that flows is news at once.
	if (was.health === "dead") return verdict;
	return heldMs >= (worse ? WORSE_AFTER_MS : BETTER_AFTER_MS) ? verdict : was.health;
}

function rungOf(was: Ladder, now: Ladder, s: Sample, rules: LadderRules): Rung {
	const held = s.atMs - now.verdictSinceMs;
	if (now.deadSinceMs > 0) {
		const long = s.atMs - now.deadSinceMs >= RELAY_AFTER_MS;
		return long && rules.canRelay && !s.overTcp ? "relay" : was.rung;
	}
	if (s.atMs < was.restUntilMs) return was.rung;
	if (now.verdict === "bad" && held >= BAD_DOWN_AFTER_MS) return below(was.rung, rules);
	if (now.verdict === "weak" && held >= WEAK_DOWN_AFTER_MS && was.rung === "video")
		return "low";
	if (now.verdict === "good" && held >= was.climbAfterMs) return above(was.rung);
	return was.rung;
}

/** The next second. */
export function climb(was: Ladder, s: Sample, rules: LadderRules): Ladder {
	const silent = !s.connected || (s.expected && s.receivedBytes === 0);
	const deadSinceMs = silent ? was.deadSinceMs || s.atMs - 1000 : 0;
	const isDead = silent && s.atMs - deadSinceMs >= DEAD_AFTER_MS;
	const verdict: Health = isDead ? "dead" : silent ? was.verdict : verdictOf(s);
	const verdictSinceMs = verdict === was.verdict ? was.verdictSinceMs : s.atMs;
	const now: Ladder = { ...was, verdict, verdictSinceMs, deadSinceMs };
	now.health = healthOf(was, verdict, s.atMs - verdictSinceMs);
	now.rung = rungOf(was, now, s, rules);
	if (now.rung === was.rung) return now;
	now.restUntilMs = s.atMs + REST_MS;
	now.verdictSinceMs = s.atMs;
	const up = now.verdict === "good";
	if (up) now.climbedAtMs = s.atMs;
	else if (was.climbedAtMs > 0 && s.atMs - was.climbedAtMs < 2 * was.climbAfterMs)
		now.climbAfterMs = Math.min(was.climbAfterMs * 2, CLIMB_AFTER_MOST_MS);
	return now;
}
