// SPDX-License-Identifier: MPL-2.0
//
// Sign-in, sign-out, unlock and the one-time set-up. Passwords, codes and the set-up token
// live in arguments only: nothing here stores or logs them.
import { nothing } from "../protocol/http";
import { type Answer, ask, type Refusal } from "../session/api";
import { me, type SetupStart, setupFinish, setupStart } from "./model/http";
import { dayOf } from "./model/time";
import { dispatch, goInstead, setClock, state } from "./store";

/** Told when somebody has signed in or out, so that `main.tsx` can start and stop the rest. */
interface AccountEvents {
	signedIn(): void;
	signedOut(): void;
}

let events: AccountEvents = { signedIn: () => undefined, signedOut: () => undefined };

export function onAccount(handlers: AccountEvents): void {
	events = handlers;
}

/** Who is signed in, if anybody. Also tells the server that somebody is at the desk. */
export async function refreshMe(): Promise<Answer<true>> {
	const answer = await ask("/staff/me", me);
	if (!answer.ok) return answer;
	accept(answer.value);
	return { ok: true, value: true };
}

function accept(found: ReturnType<typeof me>): void {
	setClock(found.now);
	const first = state.value.me === null;
	const day = state.value.day || dayOf(found.now, found.timezone);
	if (first) dispatch({ do: "signedIn", me: found, day });
	if (first) events.signedIn();
}

export async function signIn(
	username: string,
	password: string,
	code: string,
): Promise<Refusal | null> {
	const answer = await ask("/staff/sign-in", me, { body: { username, password, code } });
	if (!answer.ok) return answer;
	accept(answer.value);
	goInstead({ at: "day" });
	return null;
}

export async function signOut(): Promise<void> {
	await ask("/staff/sign-out", nothing, { body: {} });
	leave({ is: "signedOut" });
}

/** The server no longer knows us. */
export function signedOut(): void {
	leave(state.value.me ? { is: "signInAgain" } : null);
}

function leave(notice: { is: "signedOut" | "signInAgain" } | null): void {
	events.signedOut();
	history.replaceState(null, "");
	dispatch({ do: "signedOut", notice });
}

export async function unlock(password: string): Promise<Refusal | null> {
	const answer = await ask("/staff/unlock", nothing, { body: { password } });
	if (!answer.ok) return answer;
	// Behind the lock: after a reload nobody is known yet, and there is no day to show.
	const found = await refreshMe();
	if (!found.ok) return found;
	dispatch({ do: "lock", locked: false });
	return null;
}

export function startSetup(token: string): Promise<Answer<SetupStart>> {
	return ask("/staff/setup/start", setupStart, { body: { token } });
}

export async function finishSetup(
	token: string,
	password: string,
	code: string,
): Promise<Answer<string[]>> {
	const body = { token, password, ...(code === "" ? {} : { code }) };
	const answer = await ask("/staff/setup/finish", setupFinish, { body });
	return answer.ok ? { ok: true, value: answer.value.recovery } : answer;
}

/**
 * What every call has in common: signed out and locked change the page; the rest is said
 * in a notice. Answers the value, or undefined.
 */
export function accepted<T>(answer: Answer<T>): T | undefined {
	if (answer.ok) return answer.value;
	refused(answer);
	return undefined;
}

export function refused(answer: Refusal): void {
	if (answer.status === 401) signedOut();
	else if (answer.status === 423) dispatch({ do: "lock", locked: true });
	else
		dispatch({
			do: "notice",
			notice: { is: "error", code: answer.code, seconds: answer.retryAfterS },
		});
}
