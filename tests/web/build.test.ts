// SPDX-License-Identifier: MPL-2.0
// The bundle of the tests itself: sources and fixtures are where tests look for them.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { it } from "node:test";

declare const __TESTS__: string;

it("tests find the protocol fixtures beside their sources", () => {
	const fixtures = readdirSync(`${__TESTS__}/fixtures/protocol`);
	assert.ok(fixtures.some((file) => file.endsWith(".json")));
});
