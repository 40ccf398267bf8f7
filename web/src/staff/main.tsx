// SPDX-License-Identifier: MPL-2.0
//
// The staff pages: takes the set-up token out of the address before anything else, finds
// out who is signed in, and starts what runs beside the page. No personal data is ever in
// the address: views live in history.state, which a reload comes back to.
import { effect } from "@preact/signals";
import { render } from "preact";
import { patiently } from "../session/api";
import { onAccount, refreshMe, refused } from "./account";
import { startTitle, wakeSound } from "./alerts";
import { reloadDay } from "./desk";
import { startIdle, stayAwake } from "./idle";
import { renew, startLive, stopLive } from "./live";
import { inTalk, type State } from "./model/state";
import { dayOf } from "./model/time";
import { viewOf } from "./model/view";
import { startRingTone } from "./ringing";
import { closeMeeting, openMeeting, tearDown } from "./room";
import { startShortcuts } from "./shortcuts";
import {
	dispatch,
	firstLanguage,
	goInstead,
	now,
	setLanguage,
	state,
	zone,
} from "./store";
import { App } from "./ui/App";
import "../../styles/staff-base.css";
import "../../styles/staff.css";
import "../../styles/staff-talk.css";
import "../../styles/staff-print.css";

let running: Array<() => void> = [];

function start(): void {
	startLive();
	running = [startIdle(), stayAwake(), newDays(), startRingTone()];
	void reloadDay();
}

/** In reverse order of start(). */
function stop(): void {
	tearDown();
	for (const end of running.splice(0).reverse()) end();
	stopLive();
}

/** At midnight the list of today is another one. */
function newDays(): () => void {
	let today = "";
	return effect(() => {
		const day = dayOf(now.value, zone.value);
		if (today !== "" && day !== today) void reloadDay();
		today = day;
	});
}

/** The view decides which meeting is open; one that is running is not left by looking away. */
function followView(now: State): void {
	const { me, view, talk } = now;
	if (!me) return;
	if (view.at === "talk") {
		if (talk?.meeting !== view.id) openMeeting(view.id);
	} else if (talk && !inTalk(now)) closeMeeting();
}

function takeSetupToken(): string | undefined {
	const token = /^#setup=([A-Za-z0-9_-]{1,128})$/.exec(location.hash)?.[1];
	if (location.hash !== "") history.replaceState(history.state, "", location.pathname);
	return token;
}

async function boot(page: HTMLElement): Promise<void> {
	const token = takeSetupToken();
	await setLanguage(firstLanguage());
	page.replaceChildren();
	render(<App />, page);
	onAccount({ signedIn: start, signedOut: stop });
	effect(() => {
		followView(state.value);
		renew(state.value);
	});
	startTitle();
	startShortcuts();
	addEventListener("popstate", (event) =>
		dispatch({ do: "view", view: viewOf(event.state) }),
	);
	addEventListener("online", () => dispatch({ do: "online", online: true }));
	addEventListener("offline", () => dispatch({ do: "online", online: false }));
	addEventListener("pointerdown", wakeSound, { once: true });
	addEventListener("keydown", wakeSound, { once: true });
	if (token !== undefined) return dispatch({ do: "view", view: { at: "setup", token } });
	const wanted = viewOf(history.state);
	const found = await patiently(refreshMe);
	if (found.ok) return goInstead(wanted);
	if (found.status === 423) goInstead(wanted);
	refused(found);
}

const page = document.getElementById("page");
if (page) void boot(page);
