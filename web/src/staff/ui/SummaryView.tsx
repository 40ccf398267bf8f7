// SPDX-License-Identifier: MPL-2.0
// After the end: what it was, minutes per form, one line to paste, and the next card.
import type { Summary } from "../../protocol/staff";
import { nextCard } from "../model/state";
import { FORMS, lineOf } from "../model/summary";
import type { Talk } from "../model/talk";
import { clock, go, goInstead, lang, state, t, zone } from "../store";
import { Button } from "./Button";
import { Copy } from "./Copy";
import { Heading } from "./Heading";
import { Minutes } from "./Minutes";
import { ReceiptCheck } from "./ReceiptCheck";

function Forms({ summary }: { summary: Summary }) {
	const held = FORMS.filter((form) => summary.minutes[form] > 0);
	return (
		<ul class="row wide">
			{held.map((form) => (
				<li key={form}>
					<strong class="large">{t.value.app.minutes(summary.minutes[form])}</strong>
					<span class="block">
						{t.value.form[form]}
						{summary.stated.includes(form) && (
							<span class="muted small"> · {t.value.end.stated}</span>
						)}
					</span>
				</li>
			))}
		</ul>
	);
}

function Next({ talk }: { talk: Talk }) {
	const words = t.value.end;
	const next = nextCard(state.value, talk.meeting);
	return (
		<div class="stack tight unprinted">
			<p class="muted">
				{next ? words.nextWho(clock(next.starts), next.label) : words.noNext}
			</p>
			<div class="row">
				{next && (
					<Button
						kind="primary"
						big
						icon="right"
						onPress={() => goInstead({ at: "talk", id: next.id })}
					>
						{words.next}
					</Button>
				)}
				<Button kind={next ? "quiet" : "primary"} onPress={() => go({ at: "day" })}>
					{t.value.talk.leave}
				</Button>
			</div>
		</div>
	);
}

export function SummaryView({ talk, summary }: { talk: Talk; summary: Summary }) {
	const words = t.value.end;
	const card = state.value.cards[talk.meeting];
	const line = lineOf(summary, {
		starts: talk.seat?.starts ?? card?.starts ?? summary.to,
		booked: talk.seat?.booked_form ?? card?.form ?? "video",
		zone: zone.value,
		lang: lang.value,
		t: t.value,
	});
	return (
		<div class="sheet narrow stack">
			<Heading title={words.summary} />
			<p>
				<strong>{t.value.outcome[summary.outcome]}</strong>
				{summary.from > 0 && ` · ${words.time(clock(summary.from), clock(summary.to))}`}
				<span class="muted"> · {words.receipt(summary.receipt)}</span>
			</p>
			<Forms summary={summary} />
			<div class="stack tight unprinted">
				<p class="legend">{words.line}</p>
				<p class="note pasteline">{line}</p>
				<div class="row">
					<Copy kind="plain" text={line} words={words.copyLine} />
				</div>
			</div>
			<p class="muted small unprinted">{words.released}</p>
			<Next talk={talk} />
			<Minutes meeting={talk.meeting} />
			<ReceiptCheck receipt={summary.receipt} />
		</div>
	);
}
