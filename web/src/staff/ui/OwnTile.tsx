// SPDX-License-Identifier: MPL-2.0
// Her own tile: the preview before anybody sees it, and the same picture afterwards.
import { admitted, type Talk } from "../model/talk";
import { local, t } from "../store";
import { Icon } from "./Icon";
import { Video } from "./Video";

export function OwnTile({ talk }: { talk: Talk }) {
	const words = t.value.talk;
	const track = local.value.camera;
	const muted = !talk.mic || talk.micFault !== null;
	const { micFault, cameraFault } = talk;
	return (
		<figure class="tile">
			{track ? (
				<Video track={track} mirrored />
			) : (
				<div class="blank">
					<Icon name="person" />
					<p>{words.noPicture}</p>
				</div>
			)}
			{(micFault || cameraFault) && (
				<p class="note bad over">
					{micFault ? t.value.devices[micFault] : t.value.devices.cameraFailed}
				</p>
			)}
			{!admitted(talk) && track && <p class="note over">{words.preview}</p>}
			<figcaption>
				{muted && <Icon name="micOff" />}
				{words.you}
				{muted && <span class="unseen">, {words.micOff}</span>}
			</figcaption>
		</figure>
	);
}
