// SPDX-License-Identifier: MPL-2.0
// The tiles: two of the same size, hers and the citizen's; a shared screen above them.
import { useEffect, useRef, useState } from "preact/hooks";
import { admitted, type Talk } from "../model/talk";
import { local, remote, t } from "../store";
import { CitizenTile } from "./CitizenTile";
import { Icon } from "./Icon";
import { OwnTile } from "./OwnTile";
import { Video } from "./Video";

function FullScreen({ of }: { of: { current: HTMLElement | null } }) {
	const [full, setFull] = useState(false);
	useEffect(() => {
		const look = () => setFull(document.fullscreenElement !== null);
		document.addEventListener("fullscreenchange", look);
		return () => document.removeEventListener("fullscreenchange", look);
	}, []);
	if (!document.fullscreenEnabled) return null;
	const press = () => {
		const asked = full ? document.exitFullscreen() : of.current?.requestFullscreen();
		// Refused outside a press of the person; the page stays as it is.
		asked?.catch(() => undefined);
	};
	return (
		<button
			type="button"
			class="button square fullscreen"
			onClick={press}
			aria-label={full ? t.value.talk.fullScreenLeave : t.value.talk.fullScreen}
		>
			<Icon name="full" />
		</button>
	);
}

export function Stage({ talk }: { talk: Talk }) {
	const at = useRef<HTMLDivElement>(null);
	const guest = admitted(talk);
	const theirs = guest?.share ? remote.value.screen : null;
	const mine = local.value.screen;
	const words = t.value.talk;
	return (
		<div class={`stage${theirs || mine ? " shared" : ""}`} ref={at}>
			{theirs && (
				<figure class="tile screen">
					<Video track={theirs} whole />
					<figcaption>{words.theyShare}</figcaption>
				</figure>
			)}
			{mine && !theirs && (
				<figure class="tile screen mine">
					<Video track={mine} whole />
					<figcaption>{words.youShare}</figcaption>
				</figure>
			)}
			<CitizenTile talk={talk} />
			<OwnTile talk={talk} />
			<FullScreen of={at} />
		</div>
	);
}
