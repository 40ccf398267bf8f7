// SPDX-License-Identifier: MPL-2.0
// The citizen's page begins here. The token leaves the address before anything else
// happens; then the page finds out what the browser can, what the link leads to, and shows
// one screen at a time.
import { Key } from "../text/keys";
import "../../styles/citizen.css";
import { language } from "../protocol/words";
import { loadWords } from "../text/tables";
import { type App, createApp } from "./app";
import { canTalk, isInApp } from "./browser";
import { setText } from "./dom";
import { helpBar } from "./help";
import { memory } from "./memory";
import { announcement, type Model, type Screen as Name, screenOf } from "./model";
import { devices } from "./screens/devices";
import { digits, pin } from "./screens/digits";
import { lobby } from "./screens/lobby";
import { phone } from "./screens/phone";
import * as plain from "./screens/plain";
import type { MakeScreen, Screen } from "./screens/screen";
import { talk } from "./screens/talk";

const token = takeToken();

/**
 * 128 bits, base64url. The fragment never reaches a server, and now no history either.
 * "" is a page without a link; undefined a link of which a part was lost on the way.
 */
function takeToken(): string | undefined {
	const { hash } = location;
	if (hash === "") return "";
	history.replaceState(null, "", location.pathname);
	return /^#([A-Za-z0-9_-]{16,64})$/.exec(hash)?.[1];
}

const SCREENS: Record<Name, MakeScreen> = {
	loading: plain.loading,
	retry: plain.retry,
	in_app: plain.inApp,
	unsupported: plain.unsupported,
	digits,
	over: plain.over,
	meeting_over: plain.meetingOver,
	welcome: plain.welcome,
	early: plain.early,
	try: devices,
	pin,
	devices,
	lobby,
	phone,
	talk,
	taken: plain.taken,
	moved: plain.moved,
	removed: plain.removed,
	unsafe: plain.unsafe,
	trouble: plain.trouble,
	ended: plain.ended,
	forgotten: plain.forgotten,
};

function firstLanguage() {
	const page = document.documentElement.lang;
	return memory.language() ?? (page === "en" ? "en" : "da");
}

async function run(): Promise<void> {
	const page = document.querySelector<HTMLElement>("#page");
	const live = document.querySelector<HTMLElement>("#live");
	const toggle = document.querySelector<HTMLButtonElement>("#language");
	if (page === null || live === null || toggle === null) return;
	const main = page;
	const spoken = live;
	const switcher = toggle;
	let shown: { name: Name; language: string; screen: Screen } | undefined;
	let help: ((m: Model) => void) | undefined;
	const first = firstLanguage();
	const app: App = createApp(token, (await loadWords(first)) ? first : "da", { changed });

	function dress(m: Model): void {
		document.documentElement.lang = m.language;
		setText(switcher, app.say(Key.other_language));
		switcher.lang = m.language === "da" ? "en" : "da";
		switcher.setAttribute("aria-label", app.say(Key.to_other));
		help = helpBar(app);
	}

	/** Swaps the screen; the focus follows unless it is in the help or on the switch. */
	function mount(m: Model, name: Name): void {
		const isNew = shown?.name !== name;
		if (shown?.language !== m.language) dress(m);
		const focused = document.activeElement;
		const leave = focused === null || focused === document.body || main.contains(focused);
		shown?.screen.stop?.();
		const screen = SCREENS[name](app);
		shown = { name, language: m.language, screen };
		main.replaceChildren(screen.root);
		document.body.dataset["screen"] = name;
		screen.update(m);
		const title = screen.root.querySelector("h1");
		const words = title?.textContent ?? "";
		if (words !== "") document.title = words;
		if (isNew && leave && name !== "loading") {
			window.scrollTo(0, 0);
			title?.focus();
		}
	}

	function changed(was: Model, m: Model): void {
		const name = screenOf(m);
		if (shown?.name !== name || shown.language !== m.language) mount(m, name);
		else shown.screen.update(m);
		help?.(m);
		const key = announcement(was, m);
		if (key !== "") setText(spoken, app.say(key));
	}

	switcher.hidden = false;
	switcher.addEventListener("click", () => {
		const other = language(app.model().language === "da" ? "en" : "da", "");
		app.setLanguage(other);
	});
	begin(app);
}

function begin(app: App): void {
	if (isInApp(navigator.userAgent)) {
		// *Open in browser* must carry the link along.
		if (token) history.replaceState(null, "", `${location.pathname}#${token}`);
		app.go("in_app");
	} else if (!canTalk()) app.go("unsupported");
	else app.open();
}

void run();
