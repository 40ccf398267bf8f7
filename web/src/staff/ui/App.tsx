// SPDX-License-Identifier: MPL-2.0
// The frame of every page: bar, notes, the view, the open dialog, what is spoken, and the
// citizen's voice, which plays on whatever view is open.
import { inTalk, type View } from "../model/state";
import { go, spoken, state, t } from "../store";
import { Booking } from "./Booking";
import { Button } from "./Button";
import { Check } from "./Check";
import { Day } from "./Day";
import { Dialogs } from "./Dialogs";
import { Guide } from "./Guide";
import { Header } from "./Header";
import { Invite } from "./Invite";
import { Locked } from "./Locked";
import { errorWords, Notices } from "./Notices";
import { Setup } from "./Setup";
import { SignIn } from "./SignIn";
import { Sound } from "./Sound";
import { Talk } from "./Talk";

function Boot() {
	const { notice } = state.value;
	if (notice?.is !== "error") return <p class="muted">{t.value.app.loading}</p>;
	return (
		<div class="note warm" role="alert">
			<p>{errorWords(notice.code, notice.seconds)}</p>
			<Button onPress={() => location.reload()}>{t.value.app.retry}</Button>
		</div>
	);
}

function Screen({ view }: { view: View }) {
	if (state.value.locked) return <Locked />;
	switch (view.at) {
		case "boot":
			return <Boot />;
		case "setup":
			return <Setup token={view.token} />;
		case "signIn":
			return <SignIn />;
		case "day":
			return <Day />;
		case "booking":
			return <Booking key={view.id ?? "new"} id={view.id} atOnce={view.now ?? false} />;
		case "invite":
			return <Invite id={view.id} />;
		case "guide":
			return <Guide id={view.id} />;
		case "talk":
			return <Talk />;
		case "check":
			return <Check />;
	}
}

/** The talk goes on while she looks at another page. */
function BackToTalk() {
	const { talk, view, locked } = state.value;
	if (!talk || view.at === "talk" || locked || !inTalk(state.value)) return null;
	return (
		<div class="note good unprinted">
			<p>{t.value.talk.running}</p>
			<Button kind="primary" onPress={() => go({ at: "talk", id: talk.meeting })}>
				{t.value.talk.back}
			</Button>
		</div>
	);
}

export function App() {
	const { view } = state.value;
	return (
		<>
			<Header />
			<main class={`page ${view.at}`} id="content" tabIndex={-1}>
				<Notices />
				<BackToTalk />
				<Screen view={view} />
			</main>
			<Dialogs />
			<Sound />
			<div class="unseen" aria-live="polite">
				{spoken.value}
			</div>
		</>
	);
}
