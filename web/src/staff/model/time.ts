// SPDX-License-Identifier: MPL-2.0
//
// Days and clock times of the organisation's time zone, whatever zone the computer is set
// to. Pure: every function takes the zone, none reads the clock. A local time that a change
// to summer time skips becomes the one an hour later, one that exists twice is the earlier.

/** `YYYY-MM-DD`, as in the API and in <input type="date">. */
export type Day = string;

type Parts = { day: Day; clock: string };

const formats = new Map<string, Intl.DateTimeFormat>();

function partsFormat(zone: string): Intl.DateTimeFormat {
	const known = formats.get(zone);
	if (known) return known;
	const made = new Intl.DateTimeFormat("en-GB", {
		timeZone: zone,
		year: "numeric",
		month: "2-digit",
		day: "2-digit",
		hour: "2-digit",
		minute: "2-digit",
		hourCycle: "h23",
	});
	formats.set(zone, made);
	return made;
}

function parts(ms: number, zone: string): Parts {
	const found: Record<string, string> = {};
	for (const { type, value } of partsFormat(zone).formatToParts(ms)) found[type] = value;
	const { year, month, day, hour, minute } = found;
	return { day: `${year}-${month}-${day}`, clock: `${hour}:${minute}` };
}

export function dayOf(ms: number, zone: string): Day {
	return parts(ms, zone).day;
}

/** `HH:MM`, for <input type="time"> and, with a dot, for people. */
export function clockOf(ms: number, zone: string): string {
	return parts(ms, zone).clock;
}

/** The instant of a local day and clock; null when either is not one. */
export function instantOf(day: Day, clock: string, zone: string): number | null {
	if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || !/^\d{2}:\d{2}$/.test(clock)) return null;
	const wanted = Date.parse(`${day}T${clock}:00Z`);
	if (Number.isNaN(wanted)) return null;
	const first = wanted - offsetAt(wanted, zone);
	return wanted - offsetAt(first, zone);
}

function offsetAt(ms: number, zone: string): number {
	const local = parts(ms, zone);
	const minute = Math.floor(ms / 60_000) * 60_000;
	return Date.parse(`${local.day}T${local.clock}:00Z`) - minute;
}

export function addDays(day: Day, count: number): Day {
	const ms = Date.parse(`${day}T12:00:00Z`) + count * 86_400_000;
	return new Date(ms).toISOString().slice(0, 10);
}

export function isDay(text: string): boolean {
	return (
		/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T12:00:00Z`))
	);
}

/** The next full quarter of an hour, the usual first proposal of a booking. */
export function nextQuarter(ms: number): number {
	return Math.ceil((ms + 1) / 900_000) * 900_000;
}

/** "10.00" in Danish, "10:00" in English. */
export function sayClock(ms: number, zone: string, lang: "da" | "en"): string {
	const clock = clockOf(ms, zone);
	return lang === "da" ? clock.replace(":", ".") : clock;
}

/** "torsdag den 14. maj" / "Thursday 14 May"; the year only where it is another one. */
export function sayDay(day: Day, lang: "da" | "en", thisYear = day.slice(0, 4)): string {
	const year = day.slice(0, 4) === thisYear ? {} : { year: "numeric" as const };
	const format = new Intl.DateTimeFormat(lang === "da" ? "da-DK" : "en-GB", {
		timeZone: "UTC",
		weekday: "long",
		day: "numeric",
		month: "long",
		...year,
	});
	// Browsers disagree on what stands after a weekday.
	const said = format.format(Date.parse(`${day}T12:00:00Z`));
	return lang === "da"
		? said.replace(/^(\p{L}+),? (?=\d)/u, "$1 den ")
		: said.replace(",", "");
}

/** `m:ss` below an hour, `h:mm:ss` above. */
export function sayElapsed(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const two = (n: number) => String(n).padStart(2, "0");
	const hours = Math.floor(seconds / 3600);
	const minutes = Math.floor(seconds / 60) % 60;
	if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
	return `${minutes}:${two(seconds % 60)}`;
}

/** Whole seconds that are left of `ms`, never below none. */
export function secondsOf(ms: number): number {
	return Math.max(0, Math.ceil(ms / 1000));
}
