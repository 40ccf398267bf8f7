// SPDX-License-Identifier: MPL-2.0
// Everybody at the door or inside: step, identity, *ny enhed*, and what can be done.
import type { ConsultantState } from "../../protocol/staff";
import { atTheDoor, isByPhone, type Talk } from "../model/talk";
import { guestWords, identityWords } from "../model/words";
import { admit, sayLate } from "../room";
import { clock, dispatch, t } from "../store";
import { Button } from "./Button";
import { Icon } from "./Icon";

type Guest = ConsultantState["guests"][number];
const LATE = [0, 5, 10, 15, 30];

/** `door`: the tile beside shows this one already, with the button that admits. */
function Row({ guest, door }: { guest: Guest; door: boolean }) {
	const words = t.value.talk;
	const { entry } = guest;
	const lobby = guest.place === "lobby";
	const phone = guest.kind === "phone";
	const moved = guest.new_device && !phone;
	return (
		<li class={`guest stack tight${lobby ? " waiting" : ""}`}>
			<p class="row apart">
				<strong>
					{phone && <Icon name="phone" />}{" "}
					{lobby ? t.value.live.waiting(clock(guest.since)) : words.citizen}
				</strong>
				{moved && <span class="tag warm">{words.newDevice}</span>}
			</p>
			<p class="muted small">
				{guestWords(guest, t.value)} · {words.levelTitle}: {identityWords(guest, t.value)}
			</p>
			{moved && <p class="small">{words.newDeviceHelp}</p>}
			{phone && lobby && <p class="small">{words.phoneIn}</p>}
			<div class="row">
				{lobby && !door && (
					<Button onPress={() => admit(entry)}>
						{moved ? words.admitNew : words.admit}
					</Button>
				)}
				<Button
					kind="quiet"
					onPress={() => dispatch({ do: "dialog", dialog: { is: "remove", entry } })}
				>
					{words.remove}
				</Button>
			</div>
		</li>
	);
}

function Late({ talk }: { talk: Talk }) {
	const words = t.value.talk;
	return (
		<div class="field">
			<label for="late">{words.late}</label>
			<select
				id="late"
				value={String(talk.seat?.late_minutes ?? 0)}
				onChange={(event) => sayLate(talk.meeting, Number(event.currentTarget.value))}
			>
				{LATE.map((minutes) => (
					<option key={minutes} value={minutes}>
						{words.lateSet(minutes)}
					</option>
				))}
			</select>
		</div>
	);
}

export function GuestPanel({ talk }: { talk: Talk }) {
	const words = t.value.talk;
	const guests = talk.seat?.guests ?? [];
	const phone = isByPhone(talk);
	const inside = guests.some((g) => g.place === "admitted");
	const door = inside || talk.seat?.booked_form === "phone" ? undefined : atTheDoor(talk);
	return (
		<div class="stack">
			<h2>{words.waitingTitle}</h2>
			{guests.length === 0 && (
				<p class="muted">{phone ? words.nobodyWaits : words.nobody}</p>
			)}
			<ul class="stack">
				{guests.map((guest) => (
					<Row key={guest.entry} guest={guest} door={guest === door} />
				))}
			</ul>
			{talk.refused && <p class="note warm">{t.value.errors[talk.refused]}</p>}
			{!inside && !phone && talk.seat && <Late talk={talk} />}
		</div>
	);
}
