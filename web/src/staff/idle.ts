// SPDX-License-Identifier: MPL-2.0
//
// Locks the pages when nobody touched the computer for as long as the organisation says,
// and tells the server now and then that somebody is there, so that it does not lock
// first. A talk counts as being there. The lock survives a reload of the tab.
import { refreshMe, refused } from "./account";
import { inTalk } from "./model/state";
import { dispatch, state } from "./store";

const LOOK_EVERY_MS = 10_000;
const TELL_EVERY_MS = 5 * 60_000;
const LOCKED = "samtale.locked";
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

export function startIdle(): () => void {
	let touchedMs = performance.now();
	let toldMs = touchedMs;
	const touched = () => {
		touchedMs = performance.now();
	};
	const look = () => {
		const now = performance.now();
		const me = state.value.me;
		if (!me || state.value.locked) return;
		if (inTalk(state.value)) touchedMs = now;
		const idle = now - touchedMs;
		if (me.idle_lock_minutes > 0 && idle >= me.idle_lock_minutes * 60_000) return lock();
		if (now - toldMs < TELL_EVERY_MS || idle > TELL_EVERY_MS) return;
		toldMs = now;
		void tell();
	};
	const timer = setInterval(look, LOOK_EVERY_MS);
	for (const sign of SIGNS) addEventListener(sign, touched, { passive: true });
	if (sessionStorage.getItem(LOCKED) !== null) lock();
	return () => {
		clearInterval(timer);
		for (const sign of SIGNS) removeEventListener(sign, touched);
		sessionStorage.removeItem(LOCKED);
	};
}

function lock(): void {
	sessionStorage.setItem(LOCKED, "1");
	dispatch({ do: "lock", locked: true });
}

/** After the right password. */
export function forgetLock(): void {
	sessionStorage.removeItem(LOCKED);
}

async function tell(): Promise<void> {
	const answer = await refreshMe();
	if (!answer.ok && (answer.status === 401 || answer.status === 423)) refused(answer);
}

/** Holds a Web Lock, so that a browser does not put the tab to sleep in the background. */
export function stayAwake(): () => void {
	let release = () => {};
	const until = new Promise<void>((resolve) => {
		release = resolve;
	});
	navigator.locks
		?.request("samtale-staff", { mode: "shared" }, () => until)
		.catch(() => undefined);
	return release;
}
