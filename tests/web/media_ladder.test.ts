// SPDX-License-Identifier: MPL-2.0
// The ladder, second by second: down in time, up again with patience, never flapping.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
	climb,
	type Ladder,
	type LadderRules,
	newLadder,
	type Sample,
} from "../../web/src/media/ladder";

const RULES: LadderRules = { way: "speech", canRelay: true };
const GOOD: Omit<Sample, "atMs"> = {
	connected: true,
	expected: true,
	receivedBytes: 9000,
	loss: 0,
	roundTripMs: 40,
	sendKbps: 900,
	overTcp: false,
};
const WEAK = { ...GOOD, loss: 0.09 };
const BAD = { ...GOOD, loss: 0.3 };
const SILENT = { ...GOOD, receivedBytes: 0 };

/** Runs `seconds` of one kind of sample. */
function run(
	from: Ladder,
	atS: number,
	seconds: number,
	s: Omit<Sample, "atMs">,
	rules = RULES,
) {
	let ladder = from;
	let moves = 0;
	for (let i = 1; i <= seconds; i++) {
		const next = climb(ladder, { ...s, atMs: (atS + i) * 1000 }, rules);
		if (next.rung !== ladder.rung) moves += 1;
		ladder = next;
	}
	return { ladder, moves, atS: atS + seconds };
}

function trace(s: Omit<Sample, "atMs">, seconds: number, rules = RULES) {
	const begin = 500_000;
	let ladder = newLadder(begin);
	return Array.from({ length: seconds }, (_, i) => {
		ladder = climb(ladder, { ...s, atMs: begin + (i + 1) * 1000 }, rules);
		return ladder;
	});
}

describe("the ladder", () => {
	it("stays at the top while all is well", () => {
		const { ladder, moves } = run(newLadder(0), 0, 600, GOOD);
		assert.deepEqual([ladder.rung, ladder.health, moves], ["video", "good", 0]);
	});

	it("calls silence dead after 3 seconds, not before", () => {
		const seen = trace(SILENT, 4).map((l) => l.health);
		assert.deepEqual(seen, ["good", "good", "dead", "dead"]);
	});

	it("tries the relay after 6 seconds of silence", () => {
		const seen = trace(SILENT, 7).map((l) => l.rung);
		assert.deepEqual(seen.slice(4), ["video", "relay", "relay"]);
	});

	it("takes nothing for dead when the other side sends nothing", () => {
		const { ladder } = run(newLadder(0), 0, 60, { ...SILENT, expected: false });
		assert.deepEqual([ladder.rung, ladder.health], ["video", "good"]);
	});

	it("calls a lost connection dead although nothing was expected", () => {
		const lost = { ...SILENT, expected: false, connected: false };
		assert.equal(run(newLadder(0), 0, 4, lost).ladder.health, "dead");
	});

	it("goes down one rung at a time while it stays bad", () => {
		const rungs = trace(BAD, 30).map((l) => l.rung);
		assert.deepEqual([...new Set(rungs)], ["video", "low", "audio", "relay"]);
		assert.ok(rungs.indexOf("audio") - rungs.indexOf("low") >= 5, "a rest between");
	});

	it("stops at sound when there is no relay", () => {
		const { ladder } = run(newLadder(0), 0, 60, BAD, { ...RULES, canRelay: false });
		assert.equal(ladder.rung, "audio");
	});

	it("keeps the picture for sign language and writing", () => {
		for (const way of ["sign", "writing"] as const) {
			const rules = { way, canRelay: false };
			assert.ok(!trace(BAD, 60, rules).some((l) => l.rung === "audio"));
		}
	});

	it("lets a short bad moment pass", () => {
		let state = run(newLadder(0), 0, 20, GOOD);
		state = run(state.ladder, state.atS, 2, BAD);
		state = run(state.ladder, state.atS, 20, GOOD);
		assert.equal(state.ladder.rung, "video");
	});

	it("is only coarser on a weak line, never without a picture", () => {
		assert.equal(run(newLadder(0), 0, 120, WEAK).ladder.rung, "low");
	});

	it("finds the way back up after ten good seconds a rung", () => {
		const down = run(newLadder(0), 0, 12, BAD);
		assert.equal(down.ladder.rung, "audio");
		const soon = run(down.ladder, down.atS, 8, GOOD);
		assert.equal(soon.ladder.rung, "audio");
		assert.equal(run(down.ladder, down.atS, 40, GOOD).ladder.rung, "video");
	});

	it("waits longer and longer when climbing does not hold", () => {
		let state: { ladder: Ladder; atS: number; moves: number } = run(
			newLadder(0),
			0,
			1,
			GOOD,
		);
		let moves = 0;
		for (let i = 0; i < 40; i++) {
			state = run(state.ladder, state.atS, 12, GOOD);
			moves += state.moves;
			state = run(state.ladder, state.atS, 6, WEAK);
			moves += state.moves;
		}
		assert.ok(moves < 20, `${moves} moves in 12 minutes of an unsteady line`);
	});

	it("is alive again with the first byte after a dead time", () => {
		const dead = run(newLadder(0), 0, 5, SILENT);
		assert.equal(run(dead.ladder, dead.atS, 1, GOOD).ladder.health, "good");
	});
});
