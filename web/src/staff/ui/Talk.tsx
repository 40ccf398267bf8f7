// SPDX-License-Identifier: MPL-2.0
// The open meeting: head, offers, the two tiles (or the telephone), a side panel, controls.
import { isByPhone, type Panel, type Talk as TalkState } from "../model/talk";
import { local, state, t } from "../store";
import { CodePanel } from "./CodePanel";
import { Controls } from "./Controls";
import { DevicesPanel } from "./DevicesPanel";
import { GuestPanel } from "./GuestPanel";
import { LinePanel } from "./LinePanel";
import { Offers } from "./Offers";
import { OthersWaiting } from "./OthersWaiting";
import { PhonePanel } from "./PhonePanel";
import { Stage } from "./Stage";
import { SummaryView } from "./SummaryView";
import { TalkHead } from "./TalkHead";

/** The telephone takes the place of the tiles where it is the form of the meeting. */
function phoneIsMain(talk: TalkState): boolean {
	return isByPhone(talk) || (talk.seat?.booked_form === "phone" && talk.media === "none");
}

function Side({ panel, talk }: { panel: Panel; talk: TalkState }) {
	switch (panel) {
		case "phone":
			return <PhonePanel talk={talk} />;
		case "text":
			return <LinePanel talk={talk} />;
		case "code":
			return <CodePanel talk={talk} />;
		case "devices":
			return <DevicesPanel talk={talk} />;
		case "guest":
			return <GuestPanel talk={talk} />;
	}
}

export function Talk() {
	const { talk } = state.value;
	if (!talk) return null;
	if (talk.summary) return <SummaryView talk={talk} summary={talk.summary} />;
	const phone = phoneIsMain(talk);
	// Its own panel has moved to the middle then, and the side shows the guests.
	const side = phone && talk.panel === "phone" ? "guest" : talk.panel;
	return (
		<section
			class={`talk${local.value.screen ? " sharing" : ""}`}
			aria-label={t.value.talk.title}
		>
			<TalkHead talk={talk} />
			<div class="talknotes">
				<Offers talk={talk} />
				<OthersWaiting />
			</div>
			<div class={`talkbody with-${side}`}>
				<div class="talkmain">
					{phone ? <PhonePanel talk={talk} main /> : <Stage talk={talk} />}
					<Controls talk={talk} phone={phone} />
				</div>
				<div class="side">
					<Side panel={side} talk={talk} />
				</div>
			</div>
		</section>
	);
}
