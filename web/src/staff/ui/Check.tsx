// SPDX-License-Identifier: MPL-2.0
// *Tjek min computer*: the rows, one verdict in plain words, and lines to copy for IT.
import { overallOf, ROWS, type Row, reportOf } from "../model/verdict";
import { heard, results, runCheck, running } from "../selfcheck";
import { now, t } from "../store";
import { Button } from "./Button";
import { Copy } from "./Copy";
import { Heading } from "./Heading";

const TONE = {
	ok: "good",
	failed: "warm",
	running: "",
	waiting: "plain",
	skipped: "plain",
};

function Line({ row }: { row: Row }) {
	const words = t.value.check;
	const { verdict } = results.value[row];
	const ask = row === "speaker" && verdict === "running" && !running.value;
	return (
		<li class="checkrow">
			<span>{words.rows[row]}</span>
			{ask ? (
				<span class="row">
					<span>{words.sounded}</span>
					<Button onPress={() => heard(true)}>{words.yes}</Button>
					<Button onPress={() => heard(false)}>{words.no}</Button>
				</span>
			) : (
				<span class={`tag ${TONE[verdict]}`}>{words[verdict]}</span>
			)}
		</li>
	);
}

export function Check() {
	const words = t.value.check;
	const overall = overallOf(results.value);
	const fine = overall === "good" || overall === "direct" || overall === "fair";
	const at = new Date(now.value).toISOString();
	return (
		<div class="sheet narrow stack">
			<Heading title={words.title} />
			<p>{words.lead}</p>
			<ul class="checks">
				{ROWS.map((row) => (
					<Line key={row} row={row} />
				))}
			</ul>
			<div role="status">
				{overall && <p class={`note ${fine ? "good" : "warm"}`}>{words[overall]}</p>}
			</div>
			<div class="row">
				<Button kind="primary" disabled={running.value} onPress={() => void runCheck()}>
					{running.value ? words.running : overall ? words.again : words.start}
				</Button>
				{overall && (
					<Copy
						text={reportOf(results.value, t.value, navigator.userAgent, at)}
						words={words.copy}
					/>
				)}
			</div>
		</div>
	);
}
