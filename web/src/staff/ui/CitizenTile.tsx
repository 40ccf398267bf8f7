// SPDX-License-Identifier: MPL-2.0
// The citizen's tile: while nobody is admitted it is the door, with who waits and one
// button; then the picture, or plainly that there is none.
import { admitted, atTheDoor, type Talk } from "../model/talk";
import { guestWords, identityWords } from "../model/words";
import { admit } from "../room";
import { clock, remote, state, t } from "../store";
import { Button } from "./Button";
import { Icon } from "./Icon";
import { Video } from "./Video";

function Door({ talk }: { talk: Talk }) {
	const words = t.value.talk;
	const guest = atTheDoor(talk);
	const seen = state.value.live[talk.meeting];
	if (!guest)
		return (
			<div class="blank">
				<Icon name="clock" />
				<p class="strong">{words.nobody}</p>
				<p>{seen?.not_come ? t.value.live.notCome : words.nobodyHelp}</p>
			</div>
		);
	return (
		<div class="blank door">
			<p class="strong">
				{guest.kind === "phone" && <Icon name="phone" />}{" "}
				{t.value.live.waiting(clock(guest.since))}
			</p>
			<p>{guestWords(guest, t.value)}</p>
			<p class="small">
				{words.levelTitle}: {identityWords(guest, t.value)}
			</p>
			<Button kind="primary" big onPress={() => admit(guest.entry)}>
				{words.admit}
			</Button>
		</div>
	);
}

export function CitizenTile({ talk }: { talk: Talk }) {
	const words = t.value.talk;
	const guest = admitted(talk);
	const track = guest?.picture ? remote.value.camera : null;
	const away = guest && !guest.here;
	const dead = guest && talk.media !== "none" && talk.health === "dead";
	return (
		<figure class="tile">
			{!guest ? (
				<Door talk={talk} />
			) : track ? (
				<Video track={track} />
			) : (
				<div class="blank">
					<Icon name="person" />
					<p>{talk.media === "connecting" ? t.value.link.connecting : words.noPicture}</p>
				</div>
			)}
			{(away || dead) && (
				<p class="note warm over">{dead ? words.health.dead : words.left}</p>
			)}
			<figcaption>
				{guest && !guest.mic && <Icon name="micOff" />}
				{words.citizen}
				{guest && !guest.mic && <span class="unseen">, {words.theirMicOff}</span>}
			</figcaption>
		</figure>
	);
}
