// SPDX-License-Identifier: MPL-2.0
// Which microphone, camera and loudspeaker, how loud she is, and a test sound.
import { useEffect, useState } from "preact/hooks";
import { meterLevel, playTestSound } from "../../media/devices";
import type { Talk } from "../model/talk";
import { choose, chosen } from "../own";
import { devices, local, t } from "../store";
import { Button } from "./Button";

type Kind = "mic" | "camera" | "speaker";

function Pick({ kind, list }: { kind: Kind; list: MediaDeviceInfo[] }) {
	const words = t.value.devices;
	if (list.length === 0) return null;
	return (
		<div class="field">
			<label for={`pick-${kind}`}>{words[kind]}</label>
			<select
				id={`pick-${kind}`}
				value={chosen.value[kind]}
				onChange={(event) => choose(kind, event.currentTarget.value)}
			>
				<option value="">{words.standard}</option>
				{list
					.filter(({ deviceId }) => deviceId !== "default")
					.map(({ deviceId, label }, i) => (
						<option key={deviceId} value={deviceId}>
							{label || `${words[kind]} ${i + 1}`}
						</option>
					))}
			</select>
		</div>
	);
}

function Level({ track }: { track: MediaStreamTrack }) {
	const [level, setLevel] = useState(0);
	useEffect(() => meterLevel(track, setLevel), [track]);
	return (
		<div class="field">
			<label for="level">{t.value.devices.level}</label>
			<meter id="level" min={0} max={1} value={level} />
		</div>
	);
}

export function DevicesPanel({ talk }: { talk: Talk }) {
	const [sounding, setSounding] = useState(false);
	const words = t.value.devices;
	const { mics, cameras, speakers } = devices.value;
	const test = () => {
		setSounding(true);
		playTestSound(() => setSounding(false));
	};
	return (
		<div class="stack">
			<h2>{words.title}</h2>
			{talk.micFault && <p class="note bad">{words[talk.micFault]}</p>}
			<Pick kind="mic" list={mics} />
			{local.value.mic && <Level track={local.value.mic} />}
			<Pick kind="camera" list={cameras} />
			<Pick kind="speaker" list={speakers} />
			<div>
				<Button icon="sound" disabled={sounding} onPress={test}>
					{words.test}
				</Button>
			</div>
		</div>
	);
}
