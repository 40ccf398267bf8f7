// SPDX-License-Identifier: MPL-2.0
// The printed page itself: when, with whom, four steps, the picture, the numbers, the
// telephone. Large type and plain words; no word about what the talk is about.
import { inPairs, spaced } from "../model/digits";
import type { Invitation } from "../model/http";
import { dayOf, sayClock, sayDay } from "../model/time";
import { type Language, t, tables, zone } from "../store";
import { Qr } from "./Qr";

interface Props {
	invitation: Invitation;
	language: Language;
}

/** A number is never broken across two lines. */
const unbroken = (number: string) => number.replaceAll(" ", "\u00a0");

export function GuideSheet({ invitation, language }: Props) {
	const table = tables.value[language] ?? t.value;
	const words = table.guide;
	const { starts, link } = invitation;
	const day = sayDay(dayOf(starts, zone.value), language);
	const address = link.split("#")[0]?.replace(/^https:\/\//, "") ?? "";
	const byPhone = invitation.form === "phone";
	const phone = unbroken(invitation.call_number || invitation.org.phone);
	const callIn = unbroken(spaced(invitation.call_in));
	return (
		<article class="sheet paper stack" lang={language}>
			<p class="org">{invitation.org.name}</p>
			<h2 class="papertitle">{words.title}</h2>
			<p class="paperwhen cap">
				{words.when(day, sayClock(starts, zone.value, language))}
			</p>
			<p>{words.withWhom(invitation.consultant, invitation.org.name)}</p>
			<h3>{byPhone ? words.phoneTitle : words.howTitle}</h3>
			<div class="sides">
				<ol class="steps">
					{(byPhone ? words.phoneSteps : words.steps).map((step) => (
						<li key={step}>{step}</li>
					))}
				</ol>
				<Qr text={link} alt={words.qrAlt} />
			</div>
			<dl class="row wide">
				<div>
					<dt class="muted small">{words.address}</dt>
					<dd class="digits large linktext">{address}</dd>
				</div>
				<div>
					<dt class="muted small">{table.invite.number}</dt>
					<dd class="digits large">{inPairs(invitation.number)}</dd>
				</div>
				<div>
					<dt class="muted small">{table.invite.pin}</dt>
					<dd class="digits large">{inPairs(invitation.pin)}</dd>
				</div>
			</dl>
			<p class="muted small">{words.digits}</p>
			<h3>{words.helpTitle}</h3>
			<p>
				{words.help(phone)} {callIn && words.callIn(callIn)}
			</p>
			<p class="muted">{words.safe}</p>
			<p class="small muted linktext">{link}</p>
		</article>
	);
}
