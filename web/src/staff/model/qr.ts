// SPDX-License-Identifier: MPL-2.0
//
// Encodes a text as a QR code (ISO/IEC 18004, byte mode, error correction M, versions 1–20,
// at most 666 bytes) and answers its modules as rows of booleans, true is dark. Pure: the
// caller draws. It picks the mask with the least penalty, as the standard wants, so that its
// output equals what other encoders make of the same text.

/** Error correction codewords per block and number of blocks of level M, by version - 1. */
const ECC_PER_BLOCK = [
	10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];

type Grid = { dark: boolean[][]; fixed: boolean[][]; size: number };

const MASKS: ReadonlyArray<(x: number, y: number) => boolean> = [
	(x, y) => (x + y) % 2 === 0,
	(_x, y) => y % 2 === 0,
	(x) => x % 3 === 0,
	(x, y) => (x + y) % 3 === 0,
	(x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
	(x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
	(x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
	(x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** The modules of `text` without the quiet zone; null when it is too long. */
export function qrModules(text: string): boolean[][] | null {
	const bytes = new TextEncoder().encode(text);
	const version = smallestVersion(bytes.length);
	if (version === 0) return null;
	const words = interleave(dataWords(bytes, version), version);
	const grid = emptyGrid(version);
	placeWords(grid, words);
	return bestMask(grid);
}

/** Codewords of data and correction together that fit in a version. */
function rawWords(version: number): number {
	let bits = (16 * version + 128) * version + 64;
	if (version >= 2) {
		const marks = Math.floor(version / 7) + 2;
		bits -= (25 * marks - 10) * marks - 55;
		if (version >= 7) bits -= 36;
	}
	return Math.floor(bits / 8);
}

function dataCapacity(version: number): number {
	return rawWords(version) - at(ECC_PER_BLOCK, version - 1) * at(BLOCKS, version - 1);
}

function smallestVersion(length: number): number {
	for (let version = 1; version <= ECC_PER_BLOCK.length; version++) {
		const header = version < 10 ? 12 : 20;
		if (header + 8 * length <= 8 * dataCapacity(version)) return version;
	}
	return 0;
}

function dataWords(bytes: Uint8Array, version: number): number[] {
	const capacity = 8 * dataCapacity(version);
	const bits: number[] = [];
	const put = (value: number, count: number) => {
		for (let i = count - 1; i >= 0; i--) bits.push((value >>> i) & 1);
	};
	put(4, 4);
	put(bytes.length, version < 10 ? 8 : 16);
	for (const byte of bytes) put(byte, 8);
	put(0, Math.min(4, capacity - bits.length));
	put(0, (8 - (bits.length % 8)) % 8);
	for (let pad = 0xec; bits.length < capacity; pad ^= 0xec ^ 0x11) put(pad, 8);
	const words: number[] = [];
	for (let i = 0; i < bits.length; i += 8)
		words.push(bits.slice(i, i + 8).reduce((word, bit) => (word << 1) | bit, 0));
	return words;
}

/** Multiplication in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(a: number, b: number): number {
	let product = 0;
	for (let i = 7; i >= 0; i--) {
		product = (product << 1) ^ ((product >>> 7) * 0x11d);
		product ^= ((b >>> i) & 1) * a;
	}
	return product;
}

function correction(data: readonly number[], degree: number): number[] {
	const divisor: number[] = new Array(degree - 1).fill(0).concat(1);
	for (let i = 0, root = 1; i < degree; i++, root = times(root, 2))
		for (let j = 0; j < degree; j++)
			divisor[j] = times(at(divisor, j), root) ^ (divisor[j + 1] ?? 0);
	const rest: number[] = new Array(degree).fill(0);
	for (const word of data) {
		const factor = word ^ at(rest, 0);
		rest.shift();
		rest.push(0);
		for (let j = 0; j < degree; j++)
			rest[j] = at(rest, j) ^ times(at(divisor, j), factor);
	}
	return rest;
}

/** Splits the data into blocks, adds each block's correction, takes them turn about. */
function interleave(data: number[], version: number): number[] {
	const count = at(BLOCKS, version - 1);
	const degree = at(ECC_PER_BLOCK, version - 1);
	const raw = rawWords(version);
	const short = count - (raw % count);
	const length = Math.floor(raw / count) - degree;
	const blocks: number[][] = [];
	for (let i = 0, from = 0; i < count; i++) {
		const to = from + length + (i < short ? 0 : 1);
		blocks.push(data.slice(from, to));
		from = to;
	}
	const words: number[] = [];
	for (let i = 0; i <= length; i++)
		for (const block of blocks) if (i < block.length) words.push(at(block, i));
	const checks = blocks.map((block) => correction(block, degree));
	for (let i = 0; i < degree; i++) for (const check of checks) words.push(at(check, i));
	return words;
}

function emptyGrid(version: number): Grid {
	const size = 17 + 4 * version;
	const rows = () =>
		Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
	const grid = { dark: rows(), fixed: rows(), size };
	for (let i = 0; i < size; i++) {
		set(grid, 6, i, i % 2 === 0);
		set(grid, i, 6, i % 2 === 0);
	}
	for (const [x, y] of [
		[3, 3],
		[size - 4, 3],
		[3, size - 4],
	] as const)
		finder(grid, x, y);
	const marks = alignment(version, size);
	const last = marks.length - 1;
	marks.forEach((x, i) => {
		marks.forEach((y, j) => {
			const corner = (i === 0 && (j === 0 || j === last)) || (i === last && j === 0);
			if (!corner) square(grid, x, y, 2, (ring) => ring !== 1);
		});
	});
	formatBits(grid, 0);
	versionBits(grid, version);
	return grid;
}

function set(grid: Grid, x: number, y: number, dark: boolean): void {
	const row = grid.dark[y];
	const fixed = grid.fixed[y];
	if (!row || !fixed || x < 0 || x >= grid.size) return;
	row[x] = dark;
	fixed[x] = true;
}

function square(
	grid: Grid,
	x: number,
	y: number,
	reach: number,
	dark: (ring: number) => boolean,
): void {
	for (let dy = -reach; dy <= reach; dy++)
		for (let dx = -reach; dx <= reach; dx++)
			set(grid, x + dx, y + dy, dark(Math.max(Math.abs(dx), Math.abs(dy))));
}

function finder(grid: Grid, x: number, y: number): void {
	square(grid, x, y, 4, (ring) => ring !== 2 && ring !== 4);
}

function alignment(version: number, size: number): number[] {
	if (version === 1) return [];
	const count = Math.floor(version / 7) + 2;
	const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
	const found = [6];
	for (let at = size - 7; found.length < count; at -= step) found.splice(1, 0, at);
	return found;
}

/** The 15 bits that name level M (00) and the mask, in both places. */
function formatBits(grid: Grid, mask: number): void {
	let rest = mask;
	for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
	const bits = ((mask << 10) | rest) ^ 0x5412;
	const bit = (i: number) => ((bits >>> i) & 1) === 1;
	for (let i = 0; i <= 5; i++) set(grid, 8, i, bit(i));
	set(grid, 8, 7, bit(6));
	set(grid, 8, 8, bit(7));
	set(grid, 7, 8, bit(8));
	for (let i = 9; i < 15; i++) set(grid, 14 - i, 8, bit(i));
	for (let i = 0; i < 8; i++) set(grid, grid.size - 1 - i, 8, bit(i));
	for (let i = 8; i < 15; i++) set(grid, 8, grid.size - 15 + i, bit(i));
	set(grid, 8, grid.size - 8, true);
}

function versionBits(grid: Grid, version: number): void {
	if (version < 7) return;
	let rest = version;
	for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
	const bits = (version << 12) | rest;
	for (let i = 0; i < 18; i++) {
		const a = grid.size - 11 + (i % 3);
		const b = Math.floor(i / 3);
		set(grid, a, b, ((bits >>> i) & 1) === 1);
		set(grid, b, a, ((bits >>> i) & 1) === 1);
	}
}

/** Fills the free modules in pairs of columns, from the right, up and down in turn. */
function placeWords(grid: Grid, words: readonly number[]): void {
	let i = 0;
	for (let right = grid.size - 1; right >= 1; right -= 2) {
		const column = right <= 6 ? right - 1 : right;
		const up = ((column + 1) & 2) === 0;
		for (let step = 0; step < grid.size; step++) {
			const y = up ? grid.size - 1 - step : step;
			for (const x of [column, column - 1]) {
				const row = grid.dark[y];
				if (!row || grid.fixed[y]?.[x]) continue;
				row[x] = (((words[i >>> 3] ?? 0) >>> (7 - (i & 7))) & 1) === 1;
				i++;
			}
		}
	}
}

function bestMask(grid: Grid): boolean[][] {
	let best: boolean[][] = [];
	let least = Number.POSITIVE_INFINITY;
	MASKS.forEach((flips, mask) => {
		const masked = {
			...grid,
			dark: grid.dark.map((row, y) =>
				row.map((dark, x) => dark !== (!grid.fixed[y]?.[x] && flips(x, y))),
			),
		};
		formatBits(masked, mask);
		const cost = penalty(masked.dark);
		if (cost < least) {
			least = cost;
			best = masked.dark;
		}
	});
	return best;
}

function penalty(rows: boolean[][]): number {
	const size = rows.length;
	const columns = rows.map((_, x) => rows.map((row) => row[x] === true));
	let cost = 0;
	let dark = 0;
	for (const line of [...rows, ...columns]) cost += linePenalty(line);
	for (let y = 0; y < size; y++)
		for (let x = 0; x < size; x++) {
			const c = rows[y]?.[x];
			if (c) dark++;
			if (x + 1 === size || y + 1 === size) continue;
			if (c === rows[y]?.[x + 1] && c === rows[y + 1]?.[x] && c === rows[y + 1]?.[x + 1])
				cost += 3;
		}
	return cost + 10 * Math.floor(Math.abs((dark * 100) / (size * size) - 50) / 5);
}

/** Runs of five or more of one colour, and what looks like a finder beside four light ones. */
function linePenalty(line: readonly boolean[]): number {
	let cost = 0;
	const text = line.map((dark) => (dark ? "1" : "0")).join("");
	for (const run of text.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2;
	for (const like of ["00001011101", "10111010000"])
		for (let i = text.indexOf(like); i >= 0; i = text.indexOf(like, i + 1)) cost += 40;
	return cost;
}

function at(list: readonly number[], index: number): number {
	return list[index] ?? 0;
}
