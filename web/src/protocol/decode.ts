// SPDX-License-Identifier: MPL-2.0
// Turns outside data (unknown) into typed values, or throws Undecodable naming the first
// field that is wrong. Fields that no decoder names are dropped. Pure.

/** Outside data that does not have the promised shape; the message names the field only. */
class Undecodable extends Error {}

export type Decoder<T> = (value: unknown, at: string) => T;
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

type Shape = Record<string, Decoder<unknown>>;
type Fields<S extends Shape> = { [K in keyof S]: Decoded<S[K]> };

function refuse(at: string): never {
	throw new Undecodable(at);
}

export const flag: Decoder<boolean> = (value, at) =>
	typeof value === "boolean" ? value : refuse(at);

export function text(most: number, least = 0): Decoder<string> {
	return (value, at) =>
		typeof value === "string" && value.length >= least && value.length <= most
			? value
			: refuse(at);
}

/** A string that the whole of `pattern` (anchored by the caller) matches. */
export function match(pattern: RegExp): Decoder<string> {
	return (value, at) =>
		typeof value === "string" && pattern.test(value) ? value : refuse(at);
}

export function int(least: number, most: number): Decoder<number> {
	return (value, at) =>
		typeof value === "number" &&
		Number.isInteger(value) &&
		value >= least &&
		value <= most
			? value
			: refuse(at);
}

export function oneOf<const W extends readonly string[]>(words: W): Decoder<W[number]> {
	return (value, at) => words.find((word) => word === value) ?? refuse(at);
}

export function list<T>(item: Decoder<T>, most: number, least = 0): Decoder<T[]> {
	return (value, at) =>
		Array.isArray(value) && value.length >= least && value.length <= most
			? value.map((v: unknown, i) => item(v, `${at}.${i}`))
			: refuse(at);
}

/** A field that may be absent. */
export function maybe<T>(item: Decoder<T>): Decoder<T | undefined> {
	return (value, at) => (value === undefined ? undefined : item(value, at));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function fields<S extends Shape>(shape: S): Decoder<Fields<S>> {
	return (value, at) => {
		if (!isRecord(value)) return refuse(at);
		const found = Object.entries(shape).map(([key, decode]) => [
			key,
			decode(value[key], at === "" ? key : `${at}.${key}`),
		]);
		// Every key of the shape was just decoded by its own decoder.
		return Object.fromEntries(found) as Fields<S>;
	};
}

type Kinds = Record<string, Decoder<object>>;
type Union<K extends string, M extends Kinds> = {
	[N in keyof M & string]: { [key in K]: N } & Decoded<M[N]>;
}[keyof M & string];

/** A discriminated union: field `key` says which of `kinds` decodes the rest. */
export function byKind<const K extends string, M extends Kinds>(
	key: K,
	kinds: M,
): Decoder<Union<K, M>> {
	const table = new Map(Object.entries(kinds));
	return (value, at) => {
		const kind = isRecord(value) ? value[key] : undefined;
		const decode = typeof kind === "string" ? table.get(kind) : undefined;
		if (decode === undefined) return refuse(at === "" ? key : `${at}.${key}`);
		// The kind was found in the table and its own decoder made the rest.
		return { ...decode(value, at), [key]: kind } as Union<K, M>;
	};
}

/** Parses one text frame; throws Undecodable for anything but what `decoder` promises. */
export function decodeText<T>(decoder: Decoder<T>, frame: unknown): T {
	if (typeof frame !== "string") return refuse("frame");
	let value: unknown;
	try {
		value = JSON.parse(frame);
	} catch {
		return refuse("json");
	}
	return decoder(value, "");
}
