// SPDX-License-Identifier: MPL-2.0
// The QR encoder gives, module for module, what libqrencode gives for the same text
// (`qrencode -8 -l M -m 0`), each row below as one hexadecimal number.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { qrModules } from "../../web/src/staff/model/qr";

const KNOWN: ReadonlyArray<readonly [text: string, rows: string]> = [
	[
		"https://meet.example.dk/j#Q0FOQVJZ-TOKEN-0123456789",
		`1fcd37a7f 104524141 175553e5d 17502625d 175df1f5d 105cc2d41 1fd55557f 1d57f00
			17ca4a57c 1183fef6e 1cdfe9d96 930ad89d 12f4700a9 1422ac703 18c1bd8d2 1788609f4
			967be4b1 182c07a6c accf4cf6 c39e1c7d 1ff12702a 1b263af49 1143089de 151310d9f
			16fdda5fc 1f3f916 1fc0b8756 10524cb1e 175b311f8 175e2e79f 1759bdf64 1049e7edc
			1fd5ad5a6`,
	],
	[
		"otpauth://totp/Samtale:mette?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Samtale%20Hedensted&algorithm=SHA1&digits=6&period=30",
		`1fc6a92f9497f 104807517af41 17566fdbda35d 175f1428e7a5d 175cb3fe6085d
			105471448ec41 1fd555555557f 1a4b4469500 17c7997c6ff7c 150f36c1c00db 165286ae60ca7
			925e9139b3d2 36962b06716d 19a34aac2ae2 2704a183630b 32308469e62 cc1b132c1e66
			f0c5688698c2 19683cf6c166b 1f3a860118ab3 c677f823364 1d2e8ab0d3ae3 1df73e7f2f5f7
			1f15ba45c9113 55908d6e7d52 1916a245f191b 1bf9767f41bf3 10b313f9d0520 d47a4bca925d
			b89a3dee1848 165205380d7d7 e07bb5e8682b 44049753d315 11393e3396368 3e451f979f4b
			1c038aab94fa2 165db5ccc3ecf b1bfadbc1aee 8f7f65227cf1 e1c66de33048 1c7d93fc473f5
			1b4446e1b15 1fc3d056d0953 105a9ac592b10 17504a7ca39f4 1756484cc19f5 1757c6b4af4e0
			104e6c2c6ac69 1fd93192c1807`,
	],
];

describe("the QR encoder", () => {
	for (const [text, rows] of KNOWN)
		it(`draws ${text.length} characters as libqrencode does`, () => {
			const drawn = qrModules(text)?.map((row) =>
				BigInt(`0b${row.map((dark) => (dark ? 1 : 0)).join("")}`).toString(16),
			);
			assert.deepEqual(drawn, rows.trim().split(/\s+/));
		});

	it("takes 666 bytes and no more", () => {
		assert.equal(qrModules("x".repeat(666))?.length, 97);
		assert.equal(qrModules("x".repeat(667)), null);
	});

	it("counts bytes, not letters", () => {
		assert.equal(qrModules("å".repeat(334)), null);
	});
});
