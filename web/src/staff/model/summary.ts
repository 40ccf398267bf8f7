// SPDX-License-Identifier: MPL-2.0
// The one line about a meeting that is pasted into the case system: when, what came of it,
// minutes per form and who chose the form. Pure; no name, no label, nothing of the content.
import type { Summary } from "../../protocol/staff";
import type { StaffText } from "../../text/staff.da";
import { dayOf, sayClock, sayDay } from "./time";

interface LineOptions {
	/** When the meeting was planned, for one that never began. */
	starts: number;
	/** How it was planned, for one that was over within a minute. */
	booked: "video" | "phone";
	zone: string;
	lang: "da" | "en";
	t: StaffText;
}

export const FORMS = ["video", "audio", "phone"] as const;

export function lineOf(summary: Summary, options: LineOptions): string {
	const { zone, lang, t } = options;
	const words = t.end;
	const began = summary.from > 0;
	const from = began ? summary.from : options.starts;
	const clock = (ms: number) => sayClock(ms, zone, lang);
	const day = sayDay(dayOf(from, zone), lang, "");
	const time = began ? `${clock(from)}–${clock(summary.to)}` : clock(from);
	const forms = FORMS.filter((form) => summary.minutes[form] > 0).map((form) => {
		const stated = summary.stated.includes(form) ? ` (${words.stated})` : "";
		return `${t.form[form]} ${t.app.minutes(summary.minutes[form])}${stated}`;
	});
	if (began && forms.length === 0)
		forms.push(`${t.form[options.booked]} ${words.underMinute}`);
	return [
		`${words.lineWhen(day, time)}: ${t.outcome[summary.outcome]}.`,
		...(forms.length > 0 ? [`${forms.join(", ")}.`.replace("..", ".")] : []),
		words.lineChosen[summary.chosen_by],
		`${words.receipt(summary.receipt)}.`,
	].join(" ");
}
