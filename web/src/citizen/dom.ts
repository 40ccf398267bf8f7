// SPDX-License-Identifier: MPL-2.0
// Makes elements without markup strings (Trusted Types are on): text is always text, and
// handlers are listeners. Nothing here knows the page.

export type Child = Node | string | null | undefined | false;
type Handler = (event: Event) => void;
type Props = Record<string, string | number | boolean | Handler | undefined>;

export function h<K extends keyof HTMLElementTagNameMap>(
	tag: K,
	props: Props = {},
	...children: Child[]
): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	for (const [key, value] of Object.entries(props)) {
		if (typeof value === "function") element.addEventListener(key.slice(2), value);
		else if (typeof value === "boolean") element.toggleAttribute(key, value);
		else if (value !== undefined) element.setAttribute(key, String(value));
	}
	element.append(...children.filter(isShown));
	return element;
}

function isShown(child: Child): child is Node | string {
	return child !== null && child !== undefined && child !== false && child !== "";
}

/** Replaces the children, but only when they differ in text: keeps focus and selection. */
export function setText(element: Element, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, shown: boolean): void {
	element.hidden = !shown;
}

const SHAPES = {
	mic: "M12 15a3.5 3.5 0 0 0 3.5-3.5v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
	camera: "M3 7.5h11.5v9H3zM14.5 11l6-3.5v9l-6-3.5",
	share: "M3 5h18v12H3zM12 14V8.5m-2.5 2.5L12 8.5l2.5 2.5M8 20.5h8",
	gear: "M4 7h9m4 0h3M4 12h3m4 0h9M4 17h9m4 0h3M15 5v4M9 10v4M15 15v4",
	text: "M4 5h16v11H10l-4.5 4v-4H4zM8 9h8M8 12.5h5",
	full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
	lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
	phone:
		"M6 3.5h3.5l1.5 4.5-2.200 1.5a12 12 0 0 0 5.700 5.700L16 13l4.5 1.5V18a2.5 2.5 0 0 1-2.5 2.5A14.5 14.5 0 0 1 3.5 6 2.5 2.5 0 0 1 6 3.5z",
	off: "M4 4l16 16",
} as const;
export type Shape = keyof typeof SHAPES;

const SVG = "http://www.w3.org/2000/svg";

/** A line drawing beside a word; never the only label. */
export function icon(...shapes: Shape[]): SVGSVGElement {
	const svg = document.createElementNS(SVG, "svg");
	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("width", "26");
	svg.setAttribute("aria-hidden", "true");
	for (const shape of shapes) {
		const path = document.createElementNS(SVG, "path");
		path.setAttribute("d", SHAPES[shape]);
		svg.append(path);
	}
	return svg;
}
