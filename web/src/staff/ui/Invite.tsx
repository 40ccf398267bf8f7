// SPDX-License-Identifier: MPL-2.0
// What the citizen must get: the link as text and as a picture, meeting number and PIN.
import { useEffect } from "preact/hooks";
import { fetchInvitation } from "../desk";
import { inPairs, spaced } from "../model/digits";
import { dayOf, sayDay } from "../model/time";
import { goToMeeting } from "../room";
import { clock, go, lang, state, t, zone } from "../store";
import { Button } from "./Button";
import { Copy } from "./Copy";
import { Heading } from "./Heading";
import { Qr } from "./Qr";

function Digits({ name, digits }: { name: string; digits: string }) {
	return (
		<div>
			<dt class="muted small">{name}</dt>
			<dd class="digits large">{inPairs(digits)}</dd>
		</div>
	);
}

export function Invite({ id }: { id: string }) {
	useEffect(() => void fetchInvitation(id), [id]);
	const words = t.value.invite;
	const known = state.value.invitation;
	const invitation = known?.id === id ? known.invitation : undefined;
	if (!invitation) return <Heading title={words.title} />;
	const day = sayDay(dayOf(invitation.starts, zone.value), lang.value);
	const open = state.value.cards[id]?.state === "open";
	return (
		<div class="sheet invite stack">
			<div class="stack tight">
				<Heading title={words.title} />
				<p>
					<strong>
						{day} {t.value.app.at(clock(invitation.starts))}
					</strong>{" "}
					· {t.value.app.minutes(invitation.minutes)} ·{" "}
					{t.value.form[invitation.form === "phone" ? "phone" : "video"]}
				</p>
				<p class="muted">{words.lead}</p>
			</div>
			<div class="sides">
				<Qr text={invitation.link} alt={words.qrAlt(inPairs(invitation.number))} />
				<div class="stack">
					<div class="stack tight">
						<p class="legend">{words.link}</p>
						<p class="linktext digits">{invitation.link}</p>
						<div class="row">
							<Copy kind="primary" text={invitation.link} words={words.copyLink} />
						</div>
					</div>
					<dl class="row wide">
						{invitation.call_in && (
							<Digits name={words.callIn} digits={spaced(invitation.call_in)} />
						)}
						<Digits name={words.number} digits={invitation.number} />
						<Digits name={words.pin} digits={invitation.pin} />
					</dl>
					<p class="muted small">
						{words.digitsHelp} {words.readAloud}
					</p>
				</div>
			</div>
			<div class="row">
				<Button icon="print" onPress={() => go({ at: "guide", id })}>
					{words.guide}
				</Button>
				<Button kind={open ? "primary" : "plain"} onPress={() => goToMeeting(id)}>
					{words.openTalk}
				</Button>
				<Button kind="quiet" onPress={() => go({ at: "day" })}>
					{words.toDay}
				</Button>
			</div>
		</div>
	);
}
