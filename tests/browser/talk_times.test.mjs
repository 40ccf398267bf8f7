// SPDX-License-Identifier: MPL-2.0
//
// How long it takes from the press on *Luk ind* to the first picture of the other side at
// both: in one network, and with 25 ms each way, direct and through a relay. Prints the
// medians; fails only when a person would call it broken.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { endMeeting } from "../lib/people.mjs";
import { median, openStage, timeAdmission, toDay } from "./talk_stage.mjs";

const TIMES = 5;
const DELAY_MS = 25;
const BROKEN_MS = 5000;

describe("from admission to the first picture", { timeout: 240_000 }, () => {
	async function measure(stage) {
		const { consultant } = stage;
		const waits = [];
		for (let i = 0; i < TIMES; i++) {
			const citizen = await stage.meet({ admitted: false });
			waits.push(Math.max(...(await timeAdmission(consultant, citizen))));
			await endMeeting(consultant);
			await toDay(consultant);
			await citizen.close();
		}
		return waits;
	}

	for (const [what, where, delay] of [
		["in one network", {}, 0],
		[`direct, ${DELAY_MS} ms each way`, { far: true }, DELAY_MS],
		[`through a relay, ${DELAY_MS} ms each way`, { far: true, relay: true }, DELAY_MS],
	])
		it(what, async (t) => {
			const stage = await openStage(where);
			try {
				await stage.line?.set({ delay });
				const waits = await measure(stage);
				t.diagnostic(`${median(waits)} ms at both (${waits.join(" ")})`);
				assert.ok(median(waits) < BROKEN_MS, `${median(waits)} ms`);
			} finally {
				await stage.stop();
			}
		});
});
