// SPDX-License-Identifier: MPL-2.0
// The notes at the top of every page: the connection, the last thing that was done (with
// its undo), and what went wrong, in words.
import { restoreMeeting } from "../desk";
import { startLive } from "../live";
import { inTalk, type Notice } from "../model/state";
import { dispatch, state, t } from "../store";
import { Button } from "./Button";

const close = () => dispatch({ do: "notice", notice: null });

export function errorWords(code: string, seconds = 0): string {
	const errors = t.value.errors;
	if (code === "throttled" || code === "locked_out") return errors.throttled(seconds);
	if (code === "offline") return errors.network;
	const found: unknown = Reflect.get(errors, code);
	return typeof found === "string" ? found : errors.fault;
}

function LinkNote() {
	const { link, online, me, outdated } = state.value;
	const words = t.value.link;
	if (!me || link === "connecting" || link === "off") return null;
	if (link === "open" && !outdated) return null;
	const text = {
		open: words.upgrade,
		away: online ? words.away : words.offline,
		taken_over: words.takenOver,
		broken: words.broken,
	}[link];
	return (
		<div class={`note ${link === "taken_over" ? "" : "warm"}`}>
			<p>{text}</p>
			{link === "taken_over" && <Button onPress={startLive}>{words.takeBack}</Button>}
			{(link === "broken" || link === "open") && (
				<Button disabled={inTalk(state.value)} onPress={() => location.reload()}>
					{words.reload}
				</Button>
			)}
		</div>
	);
}

function noticeWords(notice: Notice): string {
	const words = t.value.day;
	switch (notice.is) {
		case "error":
			return errorWords(notice.code, notice.seconds);
		case "cancelled":
			return words.cancelled;
		case "restored":
			return words.restored;
		case "saved":
			return words.moved;
		case "left":
			return words.left;
		case "taken":
			return words.taken;
		case "handed":
			return words.handed(notice.name);
		case "signedOut":
			return t.value.signIn.signedOut;
		case "signInAgain":
			return t.value.signIn.ended;
	}
}

export function Notices() {
	const { notice, me } = state.value;
	return (
		<div class="notices" role="status">
			<LinkNote />
			{me && notice && (
				<div class={`note ${notice.is === "error" ? "bad" : "good"}`}>
					<p>{noticeWords(notice)}</p>
					{notice.is === "cancelled" && (
						<Button onPress={() => void restoreMeeting(notice.id, notice.version)}>
							{t.value.app.undo}
						</Button>
					)}
					<Button kind="quiet" onPress={close}>
						{t.value.app.close}
					</Button>
				</div>
			)}
		</div>
	);
}
