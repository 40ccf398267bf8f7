// SPDX-License-Identifier: MPL-2.0
// The one dialog that is open, if any.
import { newLink } from "../desk";
import { phone, removeGuest } from "../room";
import { go, state, t } from "../store";
import { Ask } from "./Ask";
import { EndDialog } from "./EndDialog";
import { KeysDialog } from "./KeysDialog";
import { HandOver, TakeOver } from "./Transfer";

export function Dialogs() {
	const { dialog, cards } = state.value;
	if (!dialog) return null;
	const words = t.value;
	switch (dialog.is) {
		case "keys":
			return <KeysDialog />;
		case "end":
			return <EndDialog />;
		case "hangUp":
			return (
				<Ask
					title={`${words.dial.hangUp}?`}
					lead={words.dial.hangUpLead}
					words={words.dial.hangUp}
					danger
					onYes={() => phone({ event: "hung_up" })}
				/>
			);
		case "takeOver":
			return <TakeOver id={dialog.id} />;
		case "handOver":
			return <HandOver id={dialog.id} />;
		case "remove":
			return (
				<Ask
					title={words.talk.remove}
					lead={words.talk.removeConfirm}
					words={words.talk.remove}
					danger
					onYes={() => removeGuest(dialog.entry)}
				/>
			);
		case "leave":
			return (
				<Ask
					title={words.talk.leaveTitle}
					lead={words.talk.leaveLead}
					words={words.talk.leaveGo}
					onYes={() => go({ at: "talk", id: dialog.id })}
				/>
			);
		case "newLink": {
			const card = cards[dialog.id];
			if (!card) return null;
			return (
				<Ask
					title={words.transfer.newLinkTitle}
					lead={words.transfer.newLinkLead}
					words={words.transfer.newLink}
					danger
					onYes={() => void newLink(card)}
				/>
			);
		}
	}
}
