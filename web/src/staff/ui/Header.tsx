// SPDX-License-Identifier: MPL-2.0
// The bar on top of every page: where one is, sound, help, language, sign-out.
import { signOut } from "../account";
import { setSound, soundOn } from "../alerts";
import { dispatch, go, lang, setLanguage, state, t } from "../store";
import { Icon } from "./Icon";

function Language() {
	const other = lang.value === "da" ? "en" : "da";
	return (
		<button
			type="button"
			class="button quiet"
			lang={other}
			onClick={() => void setLanguage(other)}
		>
			{t.value.app.language}
		</button>
	);
}

function Sound() {
	const on = soundOn.value;
	return (
		<button
			type="button"
			class="button quiet square"
			aria-pressed={on}
			aria-label={t.value.alerts.soundOn}
			title={on ? t.value.alerts.soundOn : t.value.alerts.soundOff}
			onClick={() => setSound(!on)}
		>
			<Icon name={on ? "sound" : "mute"} />
		</button>
	);
}

export function Header() {
	const { me, locked, link, view } = state.value;
	const words = t.value.app;
	const inside = me !== null && !locked;
	const here = (at: string) =>
		view.at === at ? { "aria-current": "page" as const } : {};
	return (
		<header class="bar unprinted">
			<a class="skip" href="#content">
				{words.skip}
			</a>
			<p class="brand">
				<Icon name="text" />
				{words.name}
				{inside && <span class="muted small org">{me.org.name}</span>}
			</p>
			{inside && (
				<nav class="row" aria-label={words.menu}>
					<button
						type="button"
						class="button quiet"
						{...here("day")}
						onClick={() => go({ at: "day" })}
					>
						{words.day}
					</button>
					<button
						type="button"
						class="button quiet"
						{...here("check")}
						onClick={() => go({ at: "check" })}
					>
						{words.check}
					</button>
				</nav>
			)}
			<span class="grow" />
			{inside && (
				<>
					<span class={`linkstate ${link}`}>
						{link === "open" ? t.value.link.open : t.value.link.connecting}
					</span>
					<Sound />
					<button
						type="button"
						class="button quiet square keyshelp"
						aria-label={words.keys}
						title={words.keys}
						onClick={() => dispatch({ do: "dialog", dialog: { is: "keys" } })}
					>
						<kbd>?</kbd>
					</button>
				</>
			)}
			<Language />
			{inside && (
				<span class="row me">
					<span class="muted name">{me.name}</span>
					<button type="button" class="button quiet" onClick={() => void signOut()}>
						{words.signOut}
					</button>
				</span>
			)}
		</header>
	);
}
