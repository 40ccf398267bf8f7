// SPDX-License-Identifier: MPL-2.0
// The decoders and the encoders against the same fixtures that the C tests read.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type ToCitizen, toCitizen } from "../../web/src/protocol/citizen";
import { type Decoder, decodeText, isRecord } from "../../web/src/protocol/decode";
import { type ToStaff, toStaff } from "../../web/src/protocol/staff";

declare const __TESTS__: string;
const folder = `${__TESTS__}/fixtures/protocol`;

interface Fixture {
	file: string;
	role: unknown;
	json: Record<string, unknown>;
}

function fixtures(prefix: string): Fixture[] {
	return readdirSync(folder)
		.filter((file) => file.startsWith(prefix))
		.flatMap((file) => {
			const read: unknown = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
			assert.ok(isRecord(read), file);
			const { json, role } = read;
			return isRecord(json) ? [{ file, role, json }] : [];
		});
}

function decoderOf(role: unknown): Decoder<ToCitizen | ToStaff> {
	return role === "staff" ? toStaff : toCitizen;
}

/** Every path to a leaf and to an object within a value. */
function paths(value: unknown, at: (string | number)[] = []): (string | number)[][] {
	const inner = Array.isArray(value)
		? value.flatMap((v, i) => paths(v, [...at, i]))
		: isRecord(value)
			? Object.entries(value).flatMap(([key, v]) => paths(v, [...at, key]))
			: [];
	return [at, ...inner];
}

function withAt(value: unknown, at: (string | number)[], put: unknown): unknown {
	const [first, ...rest] = at;
	if (first === undefined) return put;
	if (Array.isArray(value))
		return value.map((v, i) => (i === first ? withAt(v, rest, put) : v));
	if (!isRecord(value)) return value;
	return { ...value, [first]: withAt(value[first], rest, put) };
}

const MAY_BE_ABSENT = new Set(["started", "given_number", "known"]);

describe("what the server sends", () => {
	const all = fixtures("s2c-");

	it("has a fixture for every message that a page can receive", () => {
		const seen = (role: string) =>
			new Set(
				all
					.filter((f) => f.role === role || f.role === "both")
					.map((f) => f.json["type"]),
			);
		const both = new Set([...seen("citizen"), ...seen("staff")]);
		for (const type of ["welcome", "state", "start", "keep", "turn", "signal", "sas"])
			assert.ok(both.has(type), type);
		for (const type of ["line_start", "line"]) assert.ok(both.has(type), type);
		for (const type of ["refused", "ended", "pong", "card", "day_changed", "left"])
			assert.ok(both.has(type), type);
	});

	for (const { file, role, json } of all) {
		it(`${file} decodes to exactly what it says`, () => {
			const decoded = decodeText<unknown>(decoderOf(role), JSON.stringify(json));
			assert.deepEqual(JSON.parse(JSON.stringify(decoded)), json);
		});

		it(`${file} is refused when any of its fields has another type`, () => {
			const decode = decoderOf(role);
			for (const at of paths(json))
				for (const wrong of [null, { no: 1 }, 1.5]) {
					const bad = JSON.stringify(withAt(json, at, wrong));
					assert.throws(
						() => decodeText<unknown>(decode, bad),
						`${file}: ${at.join(".")}`,
					);
				}
		});

		it(`${file} is refused when any of its fields is missing`, () => {
			const decode = decoderOf(role);
			for (const at of paths(json)) {
				const last = at.at(-1);
				if (typeof last !== "string" || MAY_BE_ABSENT.has(last)) continue;
				const bad = JSON.stringify(withAt(json, at, undefined));
				assert.throws(() => decodeText<unknown>(decode, bad), `${file}: ${at.join(".")}`);
			}
		});
	}

	it("drops fields that nobody named", () => {
		const frame = '{"type":"keep","epoch":3,"more":{"a":1}}';
		assert.deepEqual(decodeText<unknown>(toCitizen, frame), { type: "keep", epoch: 3 });
	});

	it("refuses unknown types, other roles' messages and what is not JSON", () => {
		for (const frame of [
			'{"type":"day_changed"}',
			'{"type":"toString"}',
			'{"type":"__proto__"}',
			"[]",
			"null",
			"",
			"{",
			new ArrayBuffer(2),
		])
			assert.throws(() => decodeText<unknown>(toCitizen, frame));
	});
});
