// SPDX-License-Identifier: MPL-2.0
// A text as a QR code: black on white in every theme, since cameras need that.
import { useMemo } from "preact/hooks";
import { qrModules } from "../model/qr";

export function Qr({ text, alt }: { text: string; alt: string }) {
	const rows = useMemo(() => qrModules(text), [text]);
	if (!rows) return null;
	const path = rows
		.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join(""))
		.join("");
	const size = rows.length;
	return (
		<svg class="qr" viewBox={`-1 -1 ${size + 2} ${size + 2}`} role="img" aria-label={alt}>
			<path d={path} shape-rendering="crispEdges" />
		</svg>
	);
}
