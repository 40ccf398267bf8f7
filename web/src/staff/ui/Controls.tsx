// SPDX-License-Identifier: MPL-2.0
// The controls of the talk: what it does in a word under its sign, its key in the title.
import { canShareScreen } from "../../media/devices";
import type { Panel, Talk } from "../model/talk";
import { toggleCamera, toggleMic, toggleShare } from "../own";
import { showPanel } from "../room";
import { keysOn } from "../shortcuts";
import { dispatch, t } from "../store";
import { Icon, type IconName } from "./Icon";

interface Props {
	icon: IconName;
	words: string;
	shortcut?: string;
	pressed?: boolean;
	kind?: string;
	news?: string;
	onPress: () => void;
}

function Control({ icon, words, shortcut, pressed, kind = "", news, onPress }: Props) {
	const hint = shortcut && keysOn.value ? shortcut : undefined;
	return (
		<button
			type="button"
			class={`control ${kind}${news ? " news" : ""}`}
			{...(pressed === undefined ? {} : { "aria-pressed": pressed })}
			{...(hint ? { "aria-keyshortcuts": hint, title: `${words} (${hint})` } : {})}
			onClick={onPress}
		>
			<Icon name={icon} />
			<span>{words}</span>
			{news && <span class="unseen">, {news}</span>}
		</button>
	);
}

export function Controls({ talk, phone }: { talk: Talk; phone: boolean }) {
	const words = t.value.talk;
	const toggle = (panel: Panel) => () =>
		showPanel(talk.panel === panel ? "guest" : panel);
	// In the page the telephone is heard and spoken to with the computer's own gear.
	const sound = !phone || (talk.seat?.call.line ?? 0) > 0;
	const panel = (name: Panel) => ({
		pressed: talk.panel === name,
		onPress: toggle(name),
	});
	return (
		<div class="controls" role="toolbar" aria-label={words.controls}>
			{sound && (
				<Control
					icon={talk.mic ? "mic" : "micOff"}
					words={words.mic}
					shortcut="M"
					kind={talk.mic ? "" : "off"}
					pressed={talk.mic}
					onPress={toggleMic}
				/>
			)}
			{!phone && (
				<>
					<Control
						icon={talk.camera ? "camera" : "cameraOff"}
						words={words.camera}
						shortcut="K"
						pressed={talk.camera}
						onPress={() => void toggleCamera()}
					/>
					{canShareScreen() && (
						<Control
							icon="share"
							words={talk.sharing ? words.shareStop : words.share}
							pressed={talk.sharing}
							kind={talk.sharing ? "alarm" : ""}
							onPress={() => void toggleShare()}
						/>
					)}
				</>
			)}
			{!phone && (
				<Control icon="phone" words={words.phone} shortcut="T" {...panel("phone")} />
			)}
			<Control
				icon="text"
				words={words.text}
				shortcut="L"
				{...(talk.unread ? { news: t.value.line.news } : {})}
				{...panel("text")}
			/>
			{!phone && <Control icon="shield" words={words.code} {...panel("code")} />}
			{sound && <Control icon="sliders" words={words.devices} {...panel("devices")} />}
			<Control
				icon="end"
				words={words.end}
				kind="alarm"
				onPress={() => dispatch({ do: "dialog", dialog: { is: "end" } })}
			/>
		</div>
	);
}
