// SPDX-License-Identifier: MPL-2.0
// A dialog with one sentence, one thing to do, and a way out.
import { t } from "../store";
import { Button } from "./Button";
import { closeDialog, Dialog } from "./Dialog";

interface Props {
	title: string;
	lead: string;
	words: string;
	danger?: boolean;
	onYes: () => void;
}

export function Ask({ title, lead, words, danger, onYes }: Props) {
	const yes = () => {
		closeDialog();
		onYes();
	};
	return (
		<Dialog title={title}>
			<p>{lead}</p>
			<div class="row">
				<Button kind={danger ? "danger" : "primary"} onPress={yes}>
					{words}
				</Button>
				<Button kind="quiet" onPress={closeDialog}>
					{t.value.app.cancel}
				</Button>
			</div>
		</Dialog>
	);
}
