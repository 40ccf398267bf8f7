// SPDX-License-Identifier: MPL-2.0
// One line drawing of 24 × 24. It only repeats the words beside it, so nothing reads it out.
const PATHS = {
	mic: "M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3",
	micOff:
		"M4 4l16 16M9 9v3a3 3 0 0 0 5 2.2M15 11V6a3 3 0 0 0-5.9-.8M5 11a7 7 0 0 0 11 5.7M19 11a7 7 0 0 1-.6 2.9M12 18v3",
	camera:
		"M3 7h11a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zM15 11l6-3.5v9L15 13",
	cameraOff:
		"M4 4l16 16M6 7H3a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h11M11 7h3a1 1 0 0 1 1 1v3l6-3.5v9l-2.5-1.5",
	share: "M3 5h18v11H3zM8 20h8M12 16v4M12 13V8M9.5 10.5L12 8l2.5 2.5",
	phone:
		"M6 3h3l2 5-2.5 1.5a12 12 0 0 0 6 6L16 13l5 2v3a2 2 0 0 1-2 2A15 15 0 0 1 4 5a2 2 0 0 1 2-2z",
	text: "M4 5h16v11H10l-5 4v-4H4zM8 9h8M8 12h5",
	shield: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6zM9 12l2 2 4-4",
	sliders: "M4 7h10M18 7h2M4 17h2M10 17h10M14 5v4M6 15v4",
	end: "M5 5l14 14M19 5L5 19",
	full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
	copy: "M9 9h11v11H9zM5 15H4V4h11v1",
	check: "M5 12l5 5 9-10",
	left: "M15 5l-7 7 7 7",
	right: "M9 5l7 7-7 7",
	search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
	plus: "M12 5v14M5 12h14",
	now: "M13 3L5 14h6l-1 7 8-11h-6z",
	more: "M5 12h.01M12 12h.01M19 12h.01",
	print: "M7 8V4h10v4M7 17H4V9h16v8h-3M7 14h10v6H7z",
	person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21a8 8 0 0 1 16 0",
	clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2",
	sound: "M4 10v4h4l5 4V6L8 10zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11",
	mute: "M4 10v4h4l5 4V6L8 10zM17 10l4 4M21 10l-4 4",
};

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
	return (
		<svg
			class={`icon icon-${name}`}
			viewBox="0 0 24 24"
			aria-hidden="true"
			focusable="false"
		>
			<path d={PATHS[name]} />
		</svg>
	);
}
