// SPDX-License-Identifier: MPL-2.0
// Reads a view back out of history.state, which a reload or an older build may have left
// in any shape. Pure.
import { isRecord } from "../../protocol/decode";
import type { View } from "./state";

export function viewOf(kept: unknown): View {
	const view = isRecord(kept) ? kept["view"] : undefined;
	if (!isRecord(view)) return { at: "day" };
	const id = view["id"];
	const known = typeof id === "string" && /^\d{1,16}$/.test(id) ? id : undefined;
	switch (view["at"]) {
		case "booking":
			return {
				at: "booking",
				...(known ? { id: known } : {}),
				now: view["now"] === true,
			};
		case "invite":
		case "guide":
		case "talk":
			return known ? { at: view["at"], id: known } : { at: "day" };
		case "check":
			return { at: "check" };
		default:
			return { at: "day" };
	}
}
