// SPDX-License-Identifier: MPL-2.0
// Which day, whose meetings, and the two ways to make one.
import { showDay } from "../desk";
import { addDays, dayOf, isDay, sayDay } from "../model/time";
import { go, lang, now, state, t, zone } from "../store";
import { Button } from "./Button";
import { Choice } from "./Choice";
import { Heading } from "./Heading";
import { Icon } from "./Icon";

function Step({ by, label }: { by: number; label: string }) {
	return (
		<button
			type="button"
			class="button quiet square"
			aria-label={label}
			onClick={() => void showDay(addDays(state.value.day, by))}
		>
			<Icon name={by < 0 ? "left" : "right"} />
		</button>
	);
}

export function DayBar() {
	const { day, whose } = state.value;
	const today = dayOf(now.value, zone.value);
	const words = t.value.day;
	const title = sayDay(day, lang.value, today.slice(0, 4));
	return (
		<div class="daybar">
			<div class="row datebar">
				<Step by={-1} label={words.previous} />
				<Heading title={title}>
					<span class="cap">{title}</span>
					{day === today && <span class="tag">{words.today}</span>}
				</Heading>
				<Step by={1} label={words.next} />
				{day !== today && (
					<Button onPress={() => void showDay(today)}>{words.today}</Button>
				)}
				<label class="field pick">
					<span class="unseen">{words.pick}</span>
					<input
						type="date"
						value={day}
						onChange={({ currentTarget: { value } }) => {
							if (isDay(value)) void showDay(value);
						}}
					/>
				</label>
			</div>
			<div class="row">
				<Choice
					bare
					name="whose"
					label={words.whose}
					value={whose}
					options={[
						["mine", words.mine],
						["team", words.team],
					]}
					onValue={(value) => void showDay(day, value)}
				/>
				<Button icon="plus" onPress={() => go({ at: "booking" })}>
					{words.book}
				</Button>
				<Button
					kind="primary"
					icon="now"
					onPress={() => go({ at: "booking", now: true })}
				>
					{words.now}
				</Button>
			</div>
		</div>
	);
}
