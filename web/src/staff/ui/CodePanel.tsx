// SPDX-License-Identifier: MPL-2.0
// The spoken code: six digits that both see when nobody is in between.
import type { Talk } from "../model/talk";
import { confirmCode, showCode } from "../room";
import { t } from "../store";
import { Button } from "./Button";
import { Icon } from "./Icon";

export function CodePanel({ talk }: { talk: Talk }) {
	const words = t.value.code;
	const sas = talk.seat?.sas;
	return (
		<div class="stack">
			<h2>{words.title}</h2>
			{talk.codeUnsafe ? (
				<p class="note bad" role="alert">
					{words.broken}
				</p>
			) : talk.code === "" ? (
				<p class="muted">{words.wait}</p>
			) : (
				<>
					<p>{words.lead}</p>
					<p class="code digits">{talk.code}</p>
					<div class="row">
						<Button pressed={sas?.show ?? false} onPress={() => showCode(!sas?.show)}>
							{sas?.show ? words.hide : words.show}
						</Button>
						{!sas?.confirmed && (
							<Button kind="primary" onPress={confirmCode}>
								{words.ok}
							</Button>
						)}
					</div>
					<p role="status">
						{sas?.confirmed ? (
							<span class="tag good">
								<Icon name="check" />
								{words.confirmed}
							</span>
						) : (
							sas?.show && <span class="muted">{words.shown}</span>
						)}
					</p>
				</>
			)}
		</div>
	);
}
