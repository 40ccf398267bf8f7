// SPDX-License-Identifier: MPL-2.0
// The two talk by telephone: its minutes are as she states them, and the way back to video.
import { mayShow, type Talk } from "../model/talk";
import { backToVideo, phone } from "../room";
import { t } from "../store";
import { Button } from "./Button";
import { Icon } from "./Icon";

export function PhoneTalking({ talk }: { talk: Talk }) {
	const words = t.value.phone;
	return (
		<div class="stack">
			<p class="note good">
				<Icon name="phone" />
				<strong>{words.talking}</strong>
			</p>
			<p class="muted">{words.stated}</p>
			<div class="row">
				<Button kind="primary" onPress={() => phone({ event: "hung_up" })}>
					{words.hungUp}
				</Button>
				{mayShow(talk) && (
					<Button icon="camera" onPress={backToVideo}>
						{words.toVideo}
					</Button>
				)}
			</div>
		</div>
	);
}
